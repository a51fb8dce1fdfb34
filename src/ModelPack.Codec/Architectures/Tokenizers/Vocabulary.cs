using System.Text;
using System.Text.Unicode;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Kinds of tokens with SentencePiece's numbers (hf-companions.md §2.1).</summary>
internal enum TokenKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>The token list with its parallel arrays, whose lengths agree.</summary>
internal sealed record Vocabulary(string[] Tokens, TokenKind[] Kinds, float[]? Scores, Dictionary<string, int> Ids)
{
    /// <summary>What written files may grow from: real token and merge lists have up to 10 MB, and each item grows to some hundred
    /// bytes.</summary>
    public const int MostTextBytes = 32 << 20;

    /// <summary>True for <c>[PADn]</c>, which the converter adds up to the size of the embedding (hf-companions.md §2.2).</summary>
    public bool IsFiller(int id) => Kinds[id] == TokenKind.Unused && Tokens[id] == $"[PAD{id}]";

    /// <summary>The number of tokens without the fillers behind the last real one. A filler before it keeps its place: the ids may have no
    /// gap.</summary>
    public int CountReal()
    {
        int count = Tokens.Length;
        while (count > 0 && IsFiller(count - 1))
        {
            count--;
        }

        return count;
    }

    /// <summary>Whether there are tokens for all bytes, so that a text of any characters has tokens (hf-companions.md §2.3); the problem is
    /// that some are missing.</summary>
    public Reading<bool> HasAllBytes()
    {
        const int ByteCount = 256;
        int bytes = Enumerable.Range(0, ByteCount).Count(value => Ids.ContainsKey($"<0x{value:X2}>"));
        return bytes is 0 or ByteCount || !Kinds.Contains(TokenKind.Byte)
            ? new Reading<bool>(bytes == ByteCount)
            : Reading<bool>.Wrong($"{TokenizerKeys.Tokens} has {bytes} byte tokens, but byte_fallback needs {ByteCount}");
    }

    /// <summary>Reads the arrays; the problem names the key and both values.</summary>
    public static Reading<Vocabulary> Read(MetadataKeys keys)
    {
        Reading<string[]> tokens = ReadStrings(keys, TokenizerKeys.Tokens);
        if (!tokens.TryGet(out string[] texts))
        {
            return Reading<Vocabulary>.Wrong(tokens.Describe(TokenizerKeys.Tokens));
        }

        Reading<TokenKind[]> kinds = ReadKinds(keys, texts.Length);
        Reading<float[]> scores = ReadScores(keys, texts.Length);
        if ((kinds.Problem ?? scores.Problem) is { } problem)
        {
            return Reading<Vocabulary>.Wrong(problem);
        }

        return Create(texts, kinds.IsRead ? kinds.Value : [.. Enumerable.Repeat(TokenKind.Normal, texts.Length)], scores.Value);
    }

    /// <summary>Indexes the tokens; a dictionary has no place for two with the same text.</summary>
    public static Reading<Vocabulary> Create(string[] tokens, TokenKind[] kinds, float[]? scores)
    {
        Dictionary<string, int> ids = new(tokens.Length, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
        {
            if (!ids.TryAdd(tokens[id], id))
            {
                return Reading<Vocabulary>.Wrong($"{TokenizerKeys.Tokens} has the same text at {ids[tokens[id]]} and {id}");
            }
        }

        return new Reading<Vocabulary>(new Vocabulary(tokens, kinds, scores, ids));
    }

    public static Reading<string[]> ReadStrings(MetadataKeys keys, string key)
    {
        if (keys.Find(key) is not { } value)
        {
            return Reading<string[]>.Absent;
        }

        if (value.ElementType != GgufValueType.String)
        {
            return Reading<string[]>.Wrong($"{key} is {MetadataKeys.Show(value)}, not an array of strings");
        }

        if (value.ItemBytes.Length > MostTextBytes)
        {
            return Reading<string[]>.Wrong($"{key} has {value.ItemBytes.Length} bytes, more than the {MostTextBytes} of any tokenizer");
        }

        string[] texts = new string[value.Count];
        int next = 0;
        foreach (ReadOnlyMemory<byte> text in value.EnumerateStrings())
        {
            if (!Utf8.IsValid(text.Span))
            {
                return Reading<string[]>.Wrong($"{key} is not UTF-8 at {next}");
            }

            texts[next++] = Encoding.UTF8.GetString(text.Span);
        }

        return new Reading<string[]>(texts);
    }

    private static Reading<TokenKind[]> ReadKinds(MetadataKeys keys, int tokens)
    {
        if (keys.Find(TokenizerKeys.TokenTypes) is not { } value)
        {
            return Reading<TokenKind[]>.Absent;
        }

        if (value.ElementType is not { } element || GgufValueTypes.FixedBytes(element) == 0
            || element is GgufValueType.Bool or GgufValueType.Float32 or GgufValueType.Float64)
        {
            return Reading<TokenKind[]>.Wrong($"{TokenizerKeys.TokenTypes} is {MetadataKeys.Show(value)}, not an array of integers");
        }

        if (value.Count != tokens)
        {
            return Reading<TokenKind[]>.Wrong(Disagree(TokenizerKeys.TokenTypes, value.Count, tokens));
        }

        TokenKind[] kinds = new TokenKind[tokens];
        int size = GgufValueTypes.FixedBytes(element);
        for (int id = 0; id < tokens; id++)
        {
            Int128 kind = GgufValue.ReadInteger(element, value.ItemBytes.Span.Slice(id * size, size), value.Encoding);
            if (kind < (int)TokenKind.Normal || kind > (int)TokenKind.Byte)
            {
                return Reading<TokenKind[]>.Wrong($"{TokenizerKeys.TokenTypes} is {kind} at {id}, which is no token type");
            }

            kinds[id] = (TokenKind)(int)kind;
        }

        return new Reading<TokenKind[]>(kinds);
    }

    private static Reading<float[]> ReadScores(MetadataKeys keys, int tokens)
    {
        if (keys.Find(TokenizerKeys.Scores) is not { } value)
        {
            return Reading<float[]>.Absent;
        }

        if (value.ElementType != GgufValueType.Float32)
        {
            return Reading<float[]>.Wrong($"{TokenizerKeys.Scores} is {MetadataKeys.Show(value)}, not an array of f32");
        }

        if (value.Count != tokens)
        {
            return Reading<float[]>.Wrong(Disagree(TokenizerKeys.Scores, value.Count, tokens));
        }

        float[] scores = new float[tokens];
        for (int id = 0; id < tokens; id++)
        {
            scores[id] = (float)GgufValue.ReadFloat(GgufValueType.Float32, value.ItemBytes.Span[(id * sizeof(float))..], value.Encoding);
            if (!float.IsFinite(scores[id]))
            {
                return Reading<float[]>.Wrong($"{TokenizerKeys.Scores} is not finite at {id}");
            }
        }

        return new Reading<float[]>(scores);
    }

    private static string Disagree(string key, long count, int tokens) =>
        $"{key} has {Plural.Of(count, "item")}, but {TokenizerKeys.Tokens} has {tokens}";
}
