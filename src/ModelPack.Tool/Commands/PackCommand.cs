using System.Collections.Immutable;
using System.CommandLine;
using ModelPack.Packaging.Packing;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Commands;

/// <summary><c>pack MODEL --id ID --version VERSION</c></summary>
internal static class PackCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string[]> models = Arguments.Paths(
            "MODEL", "A model, its folder, or any file or folder: what is no model is packed as it is. Several are variants of one model.");
        Option<string[]> variants = new("--variant")
        {
            Description = "The name of a variant, such as Q4_K_M; once for each MODEL, in their order. The first is the default.",
            HelpName = "NAME",
        };
        Option<string> id = new("--id")
        {
            Description = "The id that users reference; parts are ID.Part0001, …",
            HelpName = "ID",
            Required = true,
        };
        Option<string> version = new("--version") { Description = "The version.", HelpName = "VERSION", Required = true };
        Option<string?> output = Arguments.File("--output", "Folder of the packages. Default: the current folder.");
        output.HelpName = "FOLDER";
        Option<string?> authors = Text("--authors", "The authors, if the model does not name any, separated by commas.", "NAMES");
        Option<string?> description = Text("--description", "What galleries show.", "TEXT");
        Option<string?> license = Text("--license", "SPDX id or expression, if the model does not state a licence.", "SPDX");
        Option<string?> licenseFile = Arguments.File("--license-file", "The text of the licence. Default: LICENSE beside the model.");
        Option<string?> readme = Arguments.File("--readme", "The README of the package. Default: the model card of the folder.");
        Option<string?> previous = Arguments.File(
            "--previous", "The meta package of an earlier version: parts that did not change are referenced, not packed again.");
        Option<long?> limit = new("--max-package-size")
        {
            Description =
                "The most bytes of the model in one package: a size like 200MB, 'gallery' (230,000,000, for feeds that take 250 MB) "
                + "or 'azure' (500,000,000). Default: that of --previous, else gallery.",
            HelpName = "SIZE",
            CustomParser = result =>
            {
                string word = result.Tokens[0].Value;
                long? bytes = PackOptions.ParseLimit(word);
                if (bytes is null)
                {
                    result.AddError($"--max-package-size takes a size like 200MB, gallery or azure, not '{word}'.");
                }

                return bytes;
            },
        };
        Option<string> layout = Arguments.Word(
            "--layout", "'parts' cuts between tensors; 'shards' puts each file of the model into one package.", "parts", "parts", "shards");
        Option<bool> dryRun = Arguments.Flag("--dry-run", "Only tell which packages there would be. Reads the model, writes nothing.");
        Option<bool> force = Arguments.Flag("--force", "Replace packages of that version that hold something else.");
        Verb verb = new("pack", "Pack a model as NuGet packages, cut at tensors, for builds that reference it.")
        {
            Synopsis = "MODEL --id ID --version VERSION",
            Examples =
            [
                new("the packages, in the order in which to push them",
                    "dotnet modelpack pack model.gguf --id Acme.Model --version 1.0.0 --authors Acme --license MIT"),
                new("what would be made?",
                    "dotnet modelpack pack model.gguf --id Acme.Model --version 1.0.0 --authors Acme --dry-run"),
                new("two quantizations under one id; the first is what a build takes if it does not say",
                    "dotnet modelpack pack q4.gguf q8.gguf --variant Q4_K_M --variant Q8_0 --id Acme.X --version 1.0.0 "
                        + "--authors Acme"),
                new("a fix of the chat template: the weights are not packed again",
                    "dotnet modelpack pack fixed.gguf --id Acme.X --version 1.0.1 --authors Acme "
                        + "--previous Acme.X.1.0.0.nupkg"),
            ],
            Outcomes = [new("0", "packed"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(models);
        foreach (Option option in new Option[]
            { id, version, variants, output, authors, description, license, licenseFile, readme, previous, limit, layout, dryRun, force })
        {
            verb.Options.Add(option);
        }

        verb.Validators.Add(result =>
        {
            int names = result.GetValue(variants)?.Length ?? 0;
            int paths = result.GetValue(models)?.Length ?? 0;
            if (names != paths && (names > 0 || paths > 1))
            {
                result.AddError($"There are {paths} models and {names} variants: --variant names each of them, in their order.");
            }
        });
        verb.SetAction(parsed => Run(session, Sources(parsed.GetRequiredValue(models), parsed.GetValue(variants) ?? []), new()
        {
            Id = parsed.GetRequiredValue(id),
            Version = parsed.GetRequiredValue(version),
            Output = Path.GetFullPath(parsed.GetValue(output) ?? "."),
            Authors = parsed.GetValue(authors),
            Description = parsed.GetValue(description),
            License = parsed.GetValue(license),
            LicenseFile = parsed.GetValue(licenseFile),
            ReadmeFile = parsed.GetValue(readme),
            Previous = parsed.GetValue(previous),
            MaxPackageSize = parsed.GetValue(limit),
            Layout = Enum.Parse<PackageLayout>(parsed.GetRequiredValue(layout), ignoreCase: true),
            DryRun = parsed.GetValue(dryRun),
            Replace = parsed.GetValue(force),
            BuildVersion = CommandTree.Version,
        }));
        return verb;
    }

    private static ImmutableArray<PackSource> Sources(string[] models, string[] variants) =>
        [.. models.Select((model, i) => new PackSource(model, variants.ElementAtOrDefault(i)))];

    private static int Run(ToolSession session, ImmutableArray<PackSource> sources, PackOptions options)
    {
        session.Subject = sources[0].Path;
        PackReport report = ModelPacker.Pack(sources, options, session.Cancellation);
        session.Publish(
            () => PackText.Of(sources, report, session.Console.Screen.Width), writer => PackJson.Write(writer, sources, report));
        foreach (ModelPackException warning in report.Warnings)
        {
            session.Console.Warn(warning);
        }

        return ExitCode.Done;
    }

    private static Option<string?> Text(string name, string description, string word) =>
        new(name) { Description = description, HelpName = word };
}
