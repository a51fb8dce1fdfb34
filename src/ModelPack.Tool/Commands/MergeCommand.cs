using System.CommandLine;
using ModelPack.Architectures.Usability;
using ModelPack.Formats.Gguf;
using ModelPack.Models;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;

namespace ModelPack.Tool.Commands;

/// <summary><c>merge SOURCE TARGET</c></summary>
internal static class MergeCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> source = Arguments.Path(
            "SOURCE", "The folder of the model, the first part of a GGUF split, or the index of SafeTensors shards.");
        Argument<string> target = Arguments.Path("TARGET", "The file to write, in the same format.");
        ConversionArguments conversion = new();
        Option<bool> force = Arguments.Flag("--force", "Replace TARGET if it exists, once the new file is proved.");
        Verb verb = new("merge", "Merge the files of a model into one. What 'split' has split comes back byte for byte.")
        {
            Synopsis = "SOURCE TARGET",
            Examples =
            [
                new("GGUF parts in a folder", "dotnet modelpack merge parts/ model.gguf"),
                new("the same by the first part", "dotnet modelpack merge parts/model-00001-of-00003.gguf model.gguf"),
                new("shards of a Hugging Face model", "dotnet modelpack merge models/qwen/ model.safetensors"),
            ],
            Outcomes = [
                new("0", "merged and proved"), new("1", "NaN or infinity in the source; nothing was written"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(source);
        verb.Arguments.Add(target);
        conversion.AddSameFormatTo(verb);
        verb.Options.Add(force);
        verb.Validators.Add(result =>
        {
            // A conversion into a folder would copy the files as they are.
            if (result.GetValue(target) is { } path && Arguments.IsFolder(path))
            {
                result.AddError($"merge writes one file, and '{path}' is a folder: name the file in it.");
            }
        });
        verb.SetAction(parsed =>
        {
            string path = session.Subject = parsed.GetRequiredValue(source);
            ConversionOptions given = conversion.Read(parsed);
            ConversionOptions options = given with
            {
                Naming = ConversionRun.OwnNaming(path, given.Scope),
                Existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse,
            };
            RefusePart(path, options.Scope);
            return ConversionRun.Run(
                session, "merge", path, parsed.GetRequiredValue(target), ConversionRun.FormatOf(path, options.Scope), options);
        });
        return verb;
    }

    // A copy of one part would be called merged: of a GGUF by its keys (gguf.md §5), of SafeTensors by the name (safetensors.md §5).
    private static void RefusePart(string path, PathScope scope)
    {
        using ModelFile file = ModelFiles.Open(path, scope);
        if (file is GgufFile { Split: { } split } && split.LacksTensors(file.Tensors.Count))
        {
            throw OnePart(path, $"this is one of {split.Count} parts alone");
        }

        if (MissingParts.CountOfShards(file) is { } count)
        {
            throw OnePart(path, $"this is one of {count} shards alone");
        }
    }

    private static ModelPackException OnePart(string path, string what) => new(ToolErrors.OnePart, what) { FilePath = path };
}
