using System.CommandLine;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Commands;

/// <summary><c>convert SOURCE TARGET</c></summary>
internal static class ConvertCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> source = Arguments.Path(
            "SOURCE", "The model to convert: a file, or a folder with one model. Its format is found by content.");
        Argument<string> target = Arguments.Path(
            "TARGET", "The file to write, or the folder if it ends in a slash. The ending of a file names the format, unless --to does.");
        Option<string> to = Arguments.Word("--to", "Format of the output. A folder always needs it.", FormatName.All);
        ConversionArguments conversion = new();
        Option<long?> maxShardSize = Arguments.Size(
            "--max-shard-size",
            "Begin a further shard (SafeTensors) or part (GGUF) at this size, for example 5GB; units are decimal. TARGET is a folder then.");
        Option<bool> mmproj = Arguments.Flag(
            "--mmproj",
            "Of a Hugging Face folder, make a GGUF of the part that sees: what llama.cpp takes beside the language model. Nothing else is "
                + "in it, and no origin record.");
        Option<bool> dryRun = Arguments.Flag("--dry-run", "Show what would be done, tensor by tensor, and write nothing.");
        Option<bool> sha256 = Arguments.Flag("--sha256", "Put SHA-256 of source and output into the certificate too (slower).");
        Option<bool> force = Arguments.Flag("--force", "Replace TARGET if it exists, once the new file is proved.");
        Option<string?> report = new("--report") { Description = "Write a copy of the certificate to FILE.", HelpName = "FILE" };

        Verb verb = new("convert", "Convert a model and prove that nothing was lost.")
        {
            Synopsis = "SOURCE TARGET",
            Examples =
            [
                new("GGUF to APR; the proof is kept in model.apr.modelpack.json", "dotnet modelpack convert model.gguf model.apr"),
                new("SafeTensors to GGUF, replacing an older output", "dotnet modelpack convert model.safetensors model.gguf --force"),
                new("a folder with a sharded model", "dotnet modelpack convert models/qwen2 model.gguf"),
                new("a folder with shards of at most 5 GB",
                    "dotnet modelpack convert model.gguf shards/ --to safetensors --max-shard-size 5GB"),
                new("what would happen to each tensor?", "dotnet modelpack convert model.gguf model.safetensors --dry-run"),
                new("the format by name instead of by ending", "dotnet modelpack convert model.gguf model.bin --to safetensors"),
                new("refuse what the target cannot hold under a type of its own",
                    "dotnet modelpack convert model.gguf model.apr --quantized native"),
                new("compact: quantized blocks as they are, in one file",
                    "dotnet modelpack convert model.gguf model.safetensors --quantized blocks"),
                new("half the size, every value within 0.01 of the source's",
                    "dotnet modelpack convert model.safetensors model.gguf --dtype bf16 --allow-lossy --epsilon 0.01"),
                new("the part of a model that sees, for llama.cpp's own --mmproj",
                    "dotnet modelpack convert models/gemma-3-4b mmproj.gguf --mmproj"),
                new("in CI: the certificate as an artifact, the answer as JSON",
                    "dotnet modelpack convert model.gguf model.apr --report proof.json --json"),
            ],
            Outcomes =
            [
                new("0", "converted and proved"),
                new("1", "not lossless, or NaN or infinity in the source; nothing was written"),
                .. StandardOutcomes.All,
            ],
        };
        verb.Arguments.Add(source);
        verb.Arguments.Add(target);
        verb.Options.Add(to);
        conversion.AddTo(verb);
        verb.Options.Add(mmproj);
        verb.Options.Add(maxShardSize);
        verb.Options.Add(sha256);
        verb.Options.Add(force);
        verb.Options.Add(report);
        verb.Options.Add(dryRun);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(dryRun) && result.GetResult(report) is not null)
            {
                result.AddError("--dry-run proves nothing, so there is nothing for --report to copy.");
            }
        });
        verb.SetAction(parsed =>
        {
            ConversionOptions options = conversion.Read(parsed) with
            {
                Mmproj = parsed.GetValue(mmproj),
                MaxShardBytes = parsed.GetValue(maxShardSize),
                Sha256 = parsed.GetValue(sha256),
                Existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse,
            };
            string targetPath = parsed.GetRequiredValue(target);
            ModelFormat format = parsed.GetValue(to) is string name ? FormatName.Named(name) : FormatName.OfTarget(targetPath);
            string sourcePath = parsed.Model(session, source);
            return parsed.GetValue(dryRun)
                ? Preview(session, sourcePath, targetPath, format, options)
                : ConversionRun.Run(session, "convert", sourcePath, targetPath, format, options, parsed.GetValue(report));
        });
        return verb;
    }

    private static int Preview(ToolSession session, string source, string target, ModelFormat to, ConversionOptions options)
    {
        session.Subject = source;
        ConversionPreview preview = ModelConverter.Plan(source, target, to, options);
        session.Publish(
            () => PreviewText.Of(target, preview, session.Verbosity, session.Console.Screen.Width),
            writer => PreviewJson.Write(writer, target, preview));
        return ExitCode.Done;
    }
}
