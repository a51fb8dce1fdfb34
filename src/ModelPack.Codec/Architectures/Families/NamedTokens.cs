using System.Collections.Immutable;
using System.Text;
using ModelPack.Architectures.Rules;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Families;

/// <summary>Ids that llama.cpp's converter takes from the text of a token, or from elsewhere, whatever the tokenizer's files say: its
/// runtime ends a turn there.</summary>
internal static class NamedTokens
{
    private const string Prefix = "tokenizer.ggml.";

    public static ImmutableArray<MetadataEntry> Set(ImmutableArray<NamedToken> named, ImmutableArray<MetadataEntry> tokenizer)
    {
        if (named.IsEmpty || tokenizer.FirstOrDefault(entry => entry.Key == Prefix + "tokens") is not { Value: GgufValue tokens })
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
        foreach (NamedToken token in named)
        {
            if (token.IsDefault && made.Exists(entry => entry.Key == Prefix + token.Key))
            {
                continue;
            }

            if (token.Id is { } known ? known < id : ids.TryGetValue(token.Text!, out known))
            {
                made.RemoveAll(entry => entry.Key == Prefix + token.Key);
                made.Add(new(Prefix + token.Key, GgufValue.FromUInt32(known)));
            }
        }

        return [.. made];
    }
}
