using System.Text.RegularExpressions;
using ModelPack.Codec.Apr;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace;

namespace ModelPack.Codec.Conversion.Usability;

/// <summary>What of a model was not found where its files were looked for.</summary>
internal static partial class MissingParts
{
    private const string AdapterConfig = "adapter_config.json";

    private static readonly string[] Tokenizers = [CompanionNames.Tokenizer, CompanionNames.SentencePieceModel, CompanionNames.WordPieceVocabulary, "vocab.json", "spiece.model", "sentencepiece.bpe.model"];

    /// <summary>True for a file that a tokenizer can be read from.</summary>
    public static bool IsTokenizer(string name) => Tokenizers.Contains(name, StringComparer.Ordinal);

    /// <summary>Says what is not there.</summary>
    /// <param name="root">The model as it was found.</param>
    public static IEnumerable<string> Of(ModelFile root) => (root is ModelSet set ? set.First : root) switch
    {
        GgufFile { Split: { } split } gguf when split.LacksTensors(root.Tensors.Count) => [$"'{gguf.ShortName}' is one of {split.Count} parts of a model, and the others were not found"],
        GgufFile => [],
        AprFile => [],
        _ => OfFolder(root),
    };

    private static IEnumerable<string> OfFolder(ModelFile root)
    {
        string[] weights = [.. root.AllMembers.Where(member => member is { Model: not null, IsSideFile: false }).Select(member => member.Name)];
        if (weights.Select(name => ShardName().Match(name)).FirstOrDefault(match => match.Success) is { } shard
            && int.TryParse(shard.Groups[1].Value, out int count) && count > weights.Length)
        {
            yield return weights.Length == 1
                ? $"'{weights[0]}' is one of {count} shards of a model, and the others were not found"
                : $"of {count} shards of the model only {weights.Length} were found";
        }

        HashSet<string> companions = [.. root.AllMembers.Where(member => member.Model is null).Select(member => member.Name)];
        if (companions.Contains(AdapterConfig))
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

    [GeneratedRegex(@"-[0-9]{5}-of-([0-9]{5})\.safetensors$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ShardName();
}
