using ModelPack.Architectures;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Origin;

namespace ModelPack.Qa.Gates;

/// <summary>What a model says of itself in GGUF's keys: from its own metadata or companion files, never from an origin record.</summary>
internal sealed class OwnWords
{
    public const string Tokens = "tokenizer.ggml.tokens";
    private const string Tokenizer = "tokenizer.";
    private const string Architecture = "general.architecture";
    private static readonly string[] Sizes = [".block_count", ".embedding_length", ".attention.head_count", ".feed_forward_length"];
    private static readonly string[] Required = [Tokens, "tokenizer.ggml.merges", "tokenizer.ggml.model"];

    private readonly Dictionary<string, MetadataValue> values = new(StringComparer.Ordinal);

    private OwnWords(ModelDescription description)
    {
        Untranslated = description.Untranslated;
        foreach (MetadataEntry entry in description.Entries)
        {
            values.TryAdd(entry.Key, entry.Value);
        }
    }

    public static OwnWords Of(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return new(ModelDescription.Of(file, NamingMode.Native));
    }

    /// <summary>Why there is nothing to compare; null if there is, or ought to be.</summary>
    public string? Untranslated { get; }

    public bool HasTokenizer => values.ContainsKey(Tokens);

    /// <summary>The tokens in the order of their ids; raw bytes, so that no two become one.</summary>
    public byte[][] TokenBytes =>
        values.GetValueOrDefault(Tokens) is Formats.Gguf.GgufValue tokens ? [.. Bytes(tokens)] : [];

    /// <summary>Vocabulary, merges and special tokens that are not those of the source.</summary>
    public (int Compared, List<string> Found) CompareTokenizer(OwnWords output)
    {
        string[] keys = [
            .. values.Keys.Where(
                key => Required.Contains(key)
                    || (key.StartsWith(Tokenizer, StringComparison.Ordinal) && key.EndsWith("_token_id", StringComparison.Ordinal)))];
        List<string> found = [
            .. keys.Where(key => !output.values.ContainsKey(key)).Select(key => $"'{key}' is missing in the output"),
            .. Different(output, keys)];
        return (keys.Length, found);
    }

    /// <summary>Keys of the architecture with another value, and those without which no program computes with the model that are
    /// gone.</summary>
    public (int Compared, List<string> Found) CompareConfig(OwnWords output)
    {
        string[] keys = [
            .. values.Keys.Where(key => !key.StartsWith(Tokenizer, StringComparison.Ordinal)
                && (key == Architecture || !key.StartsWith("general.", StringComparison.Ordinal))
                && (output.values.ContainsKey(key) || key == Architecture
                    || Sizes.Any(size => key.EndsWith(size, StringComparison.Ordinal))))];
        return (keys.Length, [
            .. keys.Where(key => !output.values.ContainsKey(key)).Select(key => $"'{key}' is missing in the output"),
            .. Different(output, keys)]);
    }

    private IEnumerable<string> Different(OwnWords output, IEnumerable<string> keys) =>
        keys.Where(key => output.values.TryGetValue(key, out MetadataValue? other) && !AreEqual(values[key], other))
            .Select(key => $"'{key}' is {values[key].Display()} in the source and {output.values[key].Display()} in the output");

    private static bool AreEqual(MetadataValue first, MetadataValue second) =>
        first.RawBytes.Span.SequenceEqual(second.RawBytes.Span)
        || (first.TypeName != second.TypeName && first.Display(int.MaxValue) == second.Display(int.MaxValue));

    private static IEnumerable<byte[]> Bytes(Formats.Gguf.GgufValue tokens)
    {
        foreach (ReadOnlyMemory<byte> token in tokens.EnumerateStrings())
        {
            yield return token.ToArray();
        }
    }
}
