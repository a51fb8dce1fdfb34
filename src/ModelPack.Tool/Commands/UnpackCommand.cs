using System.CommandLine;
using ModelPack.Packaging;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Reading;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Commands;

/// <summary><c>unpack PACKAGE FOLDER</c></summary>
internal static class UnpackCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> package = Arguments.Path(
            "PACKAGE", "The meta package, ID.VERSION.nupkg. Its parts lie beside it, or in NuGet's packages folder.");
        Argument<string> folder = Arguments.Path("FOLDER", "The folder to make, with the model's files.");
        Option<string?> variant = new("--variant")
        {
            Description = "The variant. Default: the first one of the package.",
            HelpName = "NAME",
        };
        Verb verb = new("unpack", "Join the parts of a packed model, and prove that each byte is the one that was packed.")
        {
            Synopsis = "PACKAGE FOLDER",
            Examples = [new("the files of a packed model", "dotnet modelpack unpack Acme.Model.1.0.0.nupkg unpacked/")],
            Outcomes =
            [
                new("0", "unpacked, and all hashes are right"),
                new("1", "a part is damaged; nothing was written"),
                .. StandardOutcomes.All,
            ],
        };
        verb.Arguments.Add(package);
        verb.Arguments.Add(folder);
        verb.Options.Add(variant);
        verb.SetAction(parsed => Run(
            session, parsed.GetRequiredValue(package), parsed.GetRequiredValue(folder), parsed.GetValue(variant)));
        return verb;
    }

    private static int Run(ToolSession session, string package, string folder, string? variant)
    {
        session.Subject = package;
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        using PackageSet set = new(package, ModelStore.PackagesFolder, variant);
        if (Path.Exists(target))
        {
            throw new ModelPackException(PackagingErrors.TargetExists, $"'{folder}' exists already") { FilePath = folder };
        }

        new ModelJoiner(set.Manifest, set.Find, session.Cancellation).JoinAs(target);
        session.Publish(
            () => PackText.Unpacked(package, folder, set.Manifest),
            writer => PackJson.WriteUnpacked(writer, package, folder, set.Manifest));
        return ExitCode.Done;
    }
}
