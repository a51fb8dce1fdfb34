using System.CommandLine;
using ModelPack.Models;
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
                new("for a script", "dotnet modelpack inspect model.gguf --json | jq '.tensors[].name'"),
                new("what do the numbers look like?", "dotnet modelpack inspect model.gguf --stats"),
                new("the same to look at in a browser", "dotnet modelpack inspect model.gguf --html model.html"),
            ],
            Outcomes = [new("0", "shown"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(file);
        verb.Options.Add(tensors);
        verb.Options.Add(stats);
        verb.Options.Add(html);
        verb.Options.Add(alone);
        verb.Options.Add(force);
        verb.SetAction(parsed =>
        {
            string path = parsed.Model(session, file);
            ExistingTarget existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse;
            ReportFile? page = parsed.GetValue(html) is string target
                ? ReportFile.Prepare(target, existing, path, parsed.Scope(alone))
                : null;
            TensorListing listing = parsed.GetValue(tensors) ? TensorListing.Complete : TensorListing.Beginning;
            return Run(
                session, path, parsed.Scope(alone), listing, parsed.GetValue(stats) || page is not null
                    ? Depth.Values
                    : Depth.Header, page);
        });
        return verb;
    }

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

        session.Publish(() => InspectText.Of(model, listing, statistics), writer => InspectJson.Write(writer, path, model, statistics));
        return ExitCode.Done;
    }
}
