using System.Collections.Immutable;
using System.Text;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Families;

/// <summary>Ids that llama.cpp's converter takes from the text of a token, whatever the folder's files say: its runtime ends a turn
/// there.</summary>
internal static class NamedTokens
{
    private const string Prefix = "tokenizer.ggml.";

    public static ImmutableArray<MetadataEntry> Set(string architecture, ImmutableArray<MetadataEntry> tokenizer)
    {
        if (FamilyCatalog.Find(architecture) is not { NamedTokens.IsEmpty: false } family
            || tokenizer.FirstOrDefault(entry => entry.Key == Prefix + "tokens") is not { Value: GgufValue tokens })
        {
            return tokenizer;
        }

        Dictionary<string, uint> ids = new(StringComparer.Ordinal);
        uint id = 0;
        foreach (ReadOnlyMemory<byte> token in tokens.EnumerateStrings())
        {
            ids.TryAdd(Encoding.UTF8.GetString(token.Span), id++);
        }

        List<MetadataEntry> made = [.. tokenizer];
        foreach ((string key, string text) in family.NamedTokens)
        {
            if (ids.TryGetValue(text, out uint found))
            {
                made.RemoveAll(entry => entry.Key == Prefix + key);
                made.Add(new(Prefix + key, GgufValue.FromUInt32(found)));
            }
        }

        return [.. made];
    }
}
