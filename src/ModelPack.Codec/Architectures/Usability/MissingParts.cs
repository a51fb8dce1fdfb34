using System.Text.Json;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO.Json;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack.Architectures.Usability;

/// <summary>What of a model was not found where its files were looked for.</summary>
internal static class MissingParts
{
    private static readonly string[] Tokenizers = [
        CompanionNames.Tokenizer, CompanionNames.SentencePieceModel, CompanionNames.WordPieceVocabulary, "vocab.json", "spiece.model",
        "sentencepiece.bpe.model", CompanionNames.TiktokenModel, CompanionNames.Tekken];

    /// <summary>True for a file that a tokenizer can be read from.</summary>
    public static bool IsTokenizer(string name) => Tokenizers.Contains(name, StringComparer.Ordinal);

    /// <summary>Says what is not there.</summary>
    /// <param name="root">The model as it was found.</param>
    public static IEnumerable<string> Of(ModelFile root) => root.First switch
    {
        GgufFile { Split: { } split } gguf when split.LacksTensors(root.Tensors.Count) =>
            [$"'{gguf.ShortName}' is one of {split.Count} parts of a model, and the others were not found"],
        GgufFile => [],
        AprFile => [],
        _ => OfFolder(root),
    };

    /// <summary>What to say of shards whose names count more than there are; null if none is missing.</summary>
    /// <param name="root">The model as it was found.</param>
    public static string? OfShards(ModelFile root)
    {
        string[] weights = Weights(root);
        return CountOfShards(root) is not { } count ? null
            : weights.Length == 1 ? $"'{weights[0]}' is one of {count} shards of a model, and the others were not found"
            : $"of {count} shards of the model only {weights.Length} were found";
    }

    /// <summary>How many shards the names count, if there are fewer; else null.</summary>
    /// <param name="root">The model as it was found.</param>
    public static int? CountOfShards(ModelFile root)
    {
        string[] weights = Weights(root);
        foreach (string name in weights)
        {
            if (name.EndsWith(SafeTensorsFormat.Extension, StringComparison.OrdinalIgnoreCase)
                && ShardName.TryParse(name, out _, out _, out int count))
            {
                return count > weights.Length ? count : null;
            }
        }

        return null;
    }

    private static string[] Weights(ModelFile root) =>
        [.. root.AllMembers.Where(member => member is { Model: SafeTensorsFile, IsSideFile: false }).Select(member => member.Name)];

    private static IEnumerable<string> OfFolder(ModelFile root)
    {
        if (OfShards(root) is { } shards)
        {
            yield return shards;
        }

        foreach (string missing in OfModules(root).Concat(OfCode(root)))
        {
            yield return missing;
        }

        HashSet<string> companions = [.. root.AllMembers.Where(member => member.Model is null).Select(member => member.Name)];
        if (companions.Contains(CompanionNames.AdapterConfig))
        {
            yield break;
        }

        if (!companions.Contains(CompanionNames.Config))
        {
            yield return $"there is no {CompanionNames.Config} with the tensors, so nothing says what model they are";
        }
        else if (!companions.Any(IsTokenizer))
        {
            yield return "there is no tokenizer with the model";
        }
    }

    // What lies in the folder of a module is a member of the model, if it is carried.
    private static IEnumerable<string> OfModules(ModelFile root)
    {
        foreach (LeftOutFile part in root.LeftOut.Where(file => file.IsPart))
        {
            yield return $"{part} is a part of the model by {CompanionNames.Modules}, and is not carried";
        }

        IReadOnlyList<ModelModule> modules = Bytes(root, CompanionNames.Modules) is { } json ? ModelModules.Read(json) : [];
        foreach (ModelModule module in modules.Where(
            module => !module.IsEmpty && !root.LeftOut.Any(file => file.Name.StartsWith(module.Path + "/", StringComparison.Ordinal))))
        {
            string[] files = [
                .. root.AllMembers.Select(member => member.Name)
                    .Where(name => name.StartsWith(module.Path + "/", StringComparison.Ordinal))];
            if (files.Length == 0 || (module.HasWeights && !files.Any(MemberName.IsModuleWeights)))
            {
                yield return $"'{module.Path}/' is a part of the model by {CompanionNames.Modules}, and "
                    + $"{(files.Length == 0 ? "is not there" : "has no weights")}";
            }
        }
    }

    // A value names a file beside config.json, or after two hyphens one of another repository (hf-companions.md §1).
    private static IEnumerable<string> OfCode(ModelFile root)
    {
        if (Bytes(root, CompanionNames.Config) is not { } config)
        {
            return [];
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(config);
            JsonElement map = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("auto_map", out JsonElement value) ? value : default;
            string[] classes = map.ValueKind != JsonValueKind.Object ? [] :
            [
                .. map.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.String)
                    .Select(entry => entry.Value.GetString()!),
            ];
            return
            [
                .. classes.Where(name => !name.Contains("--", StringComparison.Ordinal) && name.Contains('.'))
                    .Select(name => name[..name.LastIndexOf('.')].Replace('.', '/') + ".py")
                    .Distinct(StringComparer.Ordinal)
                    .Where(name => !root.AllMembers.Any(member => member.Name == name))
                    .Select(name => $"'{name}' is a part of the model by auto_map in {CompanionNames.Config}, and is not there"),
            ];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static byte[]? Bytes(ModelFile root, string name) =>
        root.AllMembers.FirstOrDefault(
            member => member.Model is null && member.Name == name) is { Length: <= CompanionText.MostBytes } member
            && member.ReadFrom(root.Source) is var bytes && CompanionText.WhyUnread(name, bytes) is null
            ? bytes
            : null;
}
