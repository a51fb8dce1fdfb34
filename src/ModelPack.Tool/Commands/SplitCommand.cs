using System.CommandLine;
using ModelPack.Conversion;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;

namespace ModelPack.Tool.Commands;

/// <summary><c>split SOURCE FOLDER --max-shard-size SIZE</c></summary>
internal static class SplitCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> source = Arguments.Path("SOURCE", "The model to split, GGUF or SafeTensors.");
        Argument<string> folder = Arguments.Path(
            "FOLDER", "The folder to write: GGUF parts as llama.cpp names them, SafeTensors shards with their index.");
        Option<long?> maxShardSize = Arguments.Size(
            "--max-shard-size", "Begin a further part at this size of tensors, for example 500MB or 5GB; units are decimal.");
        maxShardSize.Required = true;
        ConversionArguments conversion = new();
        Option<bool> force = Arguments.Flag("--force", "Replace FOLDER if it was written by an earlier run.");
        Verb verb = new("split", "Split a model into several files of its own format.")
        {
            Synopsis = "SOURCE FOLDER --max-shard-size SIZE",
            Examples =
            [
                new("parts of at most 2 GB", "dotnet modelpack split model.gguf parts/ --max-shard-size 2GB"),
                new("and back, byte for byte", "dotnet modelpack merge parts/ model.gguf"),
            ],
            Outcomes = [
                new("0", "split and proved"), new("1", "NaN or infinity in the source; nothing was written"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(source);
        verb.Arguments.Add(folder);
        verb.Options.Add(maxShardSize);
        conversion.AddSameFormatTo(verb);
        verb.Options.Add(force);
        verb.SetAction(parsed => Run(
            session,
            parsed.GetRequiredValue(source),
            Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(folder)) + Path.DirectorySeparatorChar,
            conversion.Read(parsed) with
            {
                MaxShardBytes = parsed.GetRequiredValue(maxShardSize),
                Existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse,
            }));
        return verb;
    }

    private static int Run(ToolSession session, string source, string folder, ConversionOptions options)
    {
        session.Subject = source;
        ModelFormat format = ConversionRun.FormatOf(source, options.Scope);
        options = options with { Naming = ConversionRun.OwnNaming(source, options.Scope) };
        using PlannedConversion plan = ModelConverter.Prepare(source, folder, format, options);
        return plan.Preview.Files.Length > 1
            ? ConversionRun.Run(session, "split", source, plan, options)
            : throw new ModelPackException(
                ToolErrors.NothingToSplit, $"all tensors fit into one file of {options.MaxShardBytes} bytes") { FilePath = source };
    }
}
