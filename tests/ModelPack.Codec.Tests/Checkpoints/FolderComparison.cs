using System.Text.Json;
using System.Text.RegularExpressions;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>A folder that was made from a reference.gguf, and the one that the reference was made from.</summary>
internal static partial class FolderComparison
{
    private const int Unused = 5;
    private const int Longest = 200;

    /// <summary>A tensor that is not there by its name may be there by that of another class: with or without the name of the model before
    /// it, in the spelling of newer or older versions.</summary>
    public static IEnumerable<CheckpointDifference> Tensors(
        Dictionary<string, FolderTensor> derived, Dictionary<string, FolderTensor> original)
    {
        ILookup<string, string> bare = derived.Keys.Except(original.Keys).ToLookup(Bare, StringComparer.Ordinal);
        Dictionary<string, string> names = original.Keys
            .Select(name => (Original: name, Derived: derived.ContainsKey(name) ? name : bare[Bare(name)].FirstOrDefault()))
            .Where(pair => pair.Derived is not null)
            .ToDictionary(pair => pair.Original, pair => pair.Derived!, StringComparer.Ordinal);
        return new[]
        {
            GgufComparison.Names(original.Keys.Except(names.Keys), "not there"),
            GgufComparison.Names(derived.Keys.Except(names.Values), "not in the original"),
            GgufComparison.Names(
                names.Where(pair => pair.Key != pair.Value).Select(pair => $"{pair.Value} for {pair.Key}"), "under names of another class"),
            GgufComparison.Names(
                names.Where(pair => !derived[pair.Value].Info.Shape.SequenceEqual(original[pair.Key].Info.Shape)).Select(pair => pair.Key),
                "of another shape"),
            GgufComparison.Names(
                names.Where(pair => !derived[pair.Value].HasValuesOf(original[pair.Key])).Select(pair => pair.Key), "with other values"),
        }.Where(what => what is not null).Select(what => new CheckpointDifference(Part.FolderTensors, what!));
    }

    /// <summary>Every field of both files. A null is as good as no field.</summary>
    public static IEnumerable<CheckpointDifference> Config(string derived, string original)
    {
        if (Fields(derived) is not { } ours)
        {
            return [new(Part.FolderConfig, "there is no config.json")];
        }

        Dictionary<string, JsonElement> theirs = Fields(original)!;
        return theirs.Where(field => !ours.TryGetValue(field.Key, out JsonElement value) || !AreSame(value, field.Value))
            .Select(field => new CheckpointDifference(
                Part.FolderConfig,
                $"{field.Key}: "
                    + $"{(ours.TryGetValue(field.Key, out JsonElement value) ? $"{Show(value)}, not {Show(field.Value)}" : $"{Show(field.Value)} is not there")}"))
            .Concat(ours.Where(field => !theirs.ContainsKey(field.Key))
                .Select(field => new CheckpointDifference(Part.FolderConfig, $"{field.Key}: {Show(field.Value)} is not in the original")));
    }

    /// <summary>The index in the GGUF's list is the truth. The converter fills up the list with <c>[PADn]</c>: they are no
    /// tokens.</summary>
    public static IEnumerable<CheckpointDifference> Ids(GgufFile file, string? tokenizer)
    {
        if (tokenizer is null)
        {
            return [new(Part.FolderIds, "there is no tokenizer.json")];
        }

        Dictionary<string, long> ids = TokenNumbers.Of(File.ReadAllBytes(tokenizer));
        bool isWordPiece = file.Find("tokenizer.ggml.model") is { } kind && kind.TryGetString(out string? model) && model == "bert";
        string[] tokens = [.. Strings(file.Find("tokenizer.ggml.tokens")!).Select(token => isWordPiece ? Piece(token) : token)];
        Int128[]? types = file.Find("tokenizer.ggml.token_type")?.TryGetIntegers(out Int128[]? found) == true ? found : null;
        string? what = GgufComparison.Names(
            tokens.Index().Where(token => ids.GetValueOrDefault(token.Item, -1) != token.Index && !IsPadding(token.Index))
                .Select(token => token.Item),
            "with another id");
        return what is null ? [] : [new(Part.FolderIds, what.ReplaceLineEndings(" ").Replace('\t', ' '))];

        bool IsPadding(int index) => types?[index] == Unused && tokens[index] == $"[PAD{index}]";
    }

    // GGUF marks the beginnings of words, WordPiece what continues them (hf-companions.md §2.5).
    private static string Piece(string token) =>
        token.StartsWith('\u2581') ? token[1..] : token.StartsWith('[') && token.EndsWith(']') ? token : $"##{token}";

    private static string Bare(string name) =>
        OfClass().Replace(name, "").Replace("LayerNorm.gamma", "LayerNorm.weight", StringComparison.Ordinal)
        .Replace("LayerNorm.beta", "LayerNorm.bias", StringComparison.Ordinal);

    private static string[] Strings(GgufValue value)
    {
        List<string> strings = [];
        foreach (ReadOnlyMemory<byte> bytes in value.EnumerateStrings())
        {
            strings.Add(System.Text.Encoding.UTF8.GetString(bytes.Span));
        }

        return [.. strings];
    }

    private static Dictionary<string, JsonElement>? Fields(string folder)
    {
        string path = Path.Combine(folder, "config.json");
        return File.Exists(path)
            ? ConfigFields.ReadLanguagePart(path).Where(field => field.Value.ValueKind != JsonValueKind.Null)
                .ToDictionary(StringComparer.Ordinal)
            : null;
    }

    private static bool AreSame(JsonElement one, JsonElement other) =>
        one.ValueKind == JsonValueKind.Number && other.ValueKind == JsonValueKind.Number
        ? one.GetDouble() == other.GetDouble()
        : JsonElement.DeepEquals(one, other);

    private static string Show(JsonElement value) => JsonSerializer.Serialize(value) is { Length: <= Longest } text ? text : "a long value";

    [GeneratedRegex(@"^((model|bert|transformer|language_model)\.)+")]
    private static partial Regex OfClass();
}
