using System.CommandLine;
using ModelPack.Diagnostics;
using ModelPack.Models;
using ModelPack.Models.Building;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output.Html;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Tool.Progress;

namespace ModelPack.Tool.Commands;

/// <summary><c>inspect FILE</c></summary>
internal static class InspectCommand
{
    private enum Depth
    {
        /// <summary>Only the header is read.</summary>
        Header,

        /// <summary>Every value is decoded.</summary>
        Values,
    }

    public static Verb Create(ToolSession session)
    {
        Argument<string> file = Arguments.Path(
            "FILE", "The model to look at: a file, or a folder with one model. Only headers are read, unless --stats or --html is given.");
        Option<bool> tensors = Arguments.Flag(
            "--tensors", $"List every tensor, not only the first {InspectText.TensorsShown}. JSON always has all.");
        Option<bool> layers = Arguments.Flag("--layers", "List the same tensor of all layers as one line.");
        Option<string> sort = Arguments.Word(
            "--sort", "The order of the list of tensors. JSON keeps that of the file.", "file", "name", "size", "type");
        Option<string?> key = new("--key")
        {
            Description = "Print the value of this metadata key, whole, and nothing else. With --json, metadata has this key only, and "
                + "tensors is empty.",
            HelpName = "KEY",
        };
        Option<bool> stats = Arguments.Flag(
            "--stats",
            "Decode every tensor and show minimum, maximum, mean, standard deviation, NaN, infinity, zeros, subnormals and the spread of "
                + "the magnitudes. "
            + "The same model gives the same numbers in every format.");
        Option<string?> html = Arguments.File("--html", "Write the statistics with plots to FILE as one page that needs nothing else.");
        Option<bool> force = Arguments.Flag("--force", "Replace the file that --html names if it exists.");
        Option<bool> alone = Arguments.Alone();
        Verb verb = new("inspect", "Show format, architecture, metadata and tensors.")
        {
            Synopsis = "FILE",
            Examples =
            [
                new("what is in this file?", "dotnet modelpack inspect model.gguf"),
                new("every tensor with type, shape, size and place", "dotnet modelpack inspect model.gguf --tensors"),
                new("which types has each kind of tensor?", "dotnet modelpack inspect model.gguf --layers"),
                new("the largest tensors", "dotnet modelpack inspect model.gguf --sort size"),
                new("one value", "dotnet modelpack inspect model.gguf --key general.architecture"),
                new("for a script", "dotnet modelpack inspect model.gguf --json | jq '.tensors[].name'"),
                new("what do the numbers look like?", "dotnet modelpack inspect model.gguf --stats"),
                new("the same to look at in a browser", "dotnet modelpack inspect model.gguf --html model.html"),
            ],
            Outcomes = [new("0", "shown"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(file);
        verb.Options.Add(tensors);
        verb.Options.Add(layers);
        verb.Options.Add(sort);
        verb.Options.Add(key);
        verb.Options.Add(stats);
        verb.Options.Add(html);
        verb.Options.Add(alone);
        verb.Options.Add(force);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(layers) && (result.GetValue(tensors) || result.GetValue(stats)))
            {
                result.AddError("--layers is a list of its own: it goes with neither --tensors nor --stats.");
            }

            if (result.GetValue(key) is not null && (result.GetValue(stats) || result.GetValue(html) is not null))
            {
                result.AddError("--key prints one value: it goes with neither --stats nor --html.");
            }
        });
        verb.SetAction(parsed =>
        {
            string path = parsed.Model(session, file);
            ExistingTarget existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse;
            ReportFile? page = parsed.GetValue(html) is string target
                ? ReportFile.Prepare(target, existing, path, parsed.Scope(alone))
                : null;
            if (parsed.GetValue(key) is { } wanted)
            {
                return Run(session, path, parsed.Scope(alone), wanted);
            }

            TensorListing listing = new(
                parsed.GetValue(tensors) ? TensorExtent.Complete
                    : parsed.GetValue(layers) ? TensorExtent.Layers : TensorExtent.Beginning,
                Enum.Parse<TensorSort>(parsed.GetRequiredValue(sort), ignoreCase: true));
            return Run(
                session, path, parsed.Scope(alone), listing, parsed.GetValue(stats) || page is not null
                    ? Depth.Values
                    : Depth.Header, page);
        });
        return verb;
    }

    private static int Run(ToolSession session, string path, PathScope scope, string key)
    {
        session.Subject = path;
        using ModelFile model = ModelFiles.Open(path, scope);
        MetadataEntry found = model.Metadata.FirstOrDefault(entry => entry.Key == key)
            ?? throw NoKey(path, key, NearNames.Of(key, model.Metadata.Select(entry => entry.Key)));
        session.Publish(() => InspectText.OfKey(found.Value), writer => InspectJson.Write(writer, path, model, [found], [], null));
        return ExitCode.Done;
    }

    private static ModelPackException NoKey(string path, string key, string[] near) => new(
        BuildingErrors.UnknownName,
        $"there is no key '{SafeText.Shorten(key)}'{(near.Length == 0 ? "" : $", but {string.Join(" and ", near)}")}") { FilePath = path };

    private static int Run(ToolSession session, string path, PathScope scope, TensorListing listing, Depth depth, ReportFile? page)
    {
        session.Subject = path;
        using ModelFile model = ModelFiles.Open(path, scope);
        ModelStatistics? statistics = null;
        if (depth == Depth.Values)
        {
            using ProgressDisplay progress = ProgressDisplay.For(session, "inspect");
            statistics = ModelStatistics.Compute(model, progress, session.Cancellation);
            page?.Write(HtmlReport.Of(path, model, statistics), "the statistics are computed");
        }

        session.Publish(
            () => InspectText.Of(model, listing, statistics, session.Console.Screen.Width),
            writer => InspectJson.Write(writer, path, model, model.Metadata, model.Tensors, statistics));
        return ExitCode.Done;
    }
}
