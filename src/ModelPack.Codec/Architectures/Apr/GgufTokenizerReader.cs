using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using ModelPack.Architectures.Tokenizers;
using ModelPack.Diagnostics;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Apr;

/// <summary>Says a tokenizer of an APR file in GGUF's words (apr-v2.md §7.3, hf-companions.md §2.1). Texts go from JSON to bytes,
/// once.</summary>
internal sealed class GgufTokenizerReader(AprFieldReader says, List<Note> notes)
{
    private const float FillerScore = -10000;

    // Real models round their embeddings up by hundreds of rows; a shape is cheap to forge.
    private const int MostFillers = 1 << 20;

    private static readonly string[] Models = ["llama", "gpt2", "bert", "t5", "rwkv", "plamo2", "none", "no_vocab"];

    private readonly List<MetadataEntry> entries = [];

    public static IReadOnlyList<MetadataEntry> Read(AprFieldReader says, ModelTensors tensors, List<Note> notes) =>
        new GgufTokenizerReader(says, notes).Read(tensors);

    private List<MetadataEntry> Read(ModelTensors tensors)
    {
        if (says.Value(AprTokenizerKeys.Vocabulary) is not { } vocabulary)
        {
            notes.Miss($"'{AprTokenizerKeys.Vocabulary}' is missing, so there is no tokenizer");
            return entries;
        }

        Model();
        if (says.Text(AprTokenizerKeys.PreTokenizer) is { } pre)
        {
            Add(TokenizerKeys.PreTokenizer, GgufValue.FromString(pre));
        }

        if (Strings(AprTokenizerKeys.Vocabulary, vocabulary) is not { } tokens)
        {
            entries.Clear();
            return entries;
        }

        int count = tokens.Count;
        int fillers = Fillers(count, tensors.Embedding?[0] ?? count);
        Add(TokenizerKeys.Tokens, tokens.ToArray(fillers));
        Scores(count, fillers);
        Types(count, fillers);
        if (says.Value(AprTokenizerKeys.Merges) is { } merges && Strings(AprTokenizerKeys.Merges, merges) is { } rules)
        {
            Add(TokenizerKeys.Merges, rules.ToArray(0));
        }

        Ids(count);
        if (says.Flag(AprTokenizerKeys.AddBos) is { } flag)
        {
            Add(TokenizerKeys.AddBos, GgufValue.FromBool(flag));
        }

        return entries;
    }

    private void Add(string key, GgufValue value) => entries.Add(new(key, value));

    private void Model()
    {
        string? model = says.Text(AprTokenizerKeys.Model);
        string? type = says.Text(AprTokenizerKeys.ModelType);
        if (model is not null && type is not null && model != type)
        {
            notes.Contradict($"'{AprTokenizerKeys.Model}' is '{model}', but '{AprTokenizerKeys.ModelType}' is '{type}'");
        }

        if ((model ?? type) is not { } name)
        {
            notes.Miss($"neither '{AprTokenizerKeys.Model}' nor '{AprTokenizerKeys.ModelType}' says what kind of tokenizer it is");
        }
        else if (Models.Contains(name))
        {
            Add(TokenizerKeys.Model, GgufValue.FromString(name));
        }
        else
        {
            notes.Lose($"'{name}' is no kind of tokenizer that GGUF has a name for");
        }
    }

    // The list is as long as the embedding in GGUF; what the tokenizer does not use has a name by rule (hf-companions.md §2.2).
    private int Fillers(int tokens, long rows)
    {
        if (says.Quietly().Count(AprTokenizerKeys.Size) is { } size && size != tokens)
        {
            notes.Contradict($"'{AprTokenizerKeys.Size}' is {size}, but '{AprTokenizerKeys.Vocabulary}' has {Plural.Of(tokens, "item")}");
        }

        if (tokens > rows || rows - tokens > MostFillers)
        {
            notes.Contradict($"'{AprTokenizerKeys.Vocabulary}' has {Plural.Of(tokens, "item")}, but the embedding has {rows} rows");
            return 0;
        }

        int fillers = (int)(rows - tokens);
        if (fillers > 0)
        {
            notes.Derive(
                $"'{TokenizerKeys.Tokens}' is filled up with {fillers} unused tokens, [PAD{tokens}] and so on, to the {rows} rows of the "
                    + $"embedding");
        }

        return fillers;
    }

    private void Scores(int tokens, int fillers)
    {
        if (Numbers<float>(
            AprTokenizerKeys.Scores, tokens, (ref Utf8JsonReader reader) => reader.TryGetSingle(out float score) && float.IsFinite(score)
                ? score
                : null) is { } scores)
        {
            Add(TokenizerKeys.Scores, GgufValue.FromArray<float>([.. scores, .. Enumerable.Repeat(FillerScore, fillers)]));
        }
    }

    private void Types(int tokens, int fillers)
    {
        int[]? types = Numbers<int>(
            AprTokenizerKeys.TokenTypes, tokens, (ref Utf8JsonReader reader) => reader.TryGetInt32(out int type) ? type : null);
        if (types is null && fillers > 0)
        {
            types = [.. Enumerable.Repeat((int)TokenKind.Normal, tokens)];
        }

        if (types is not null)
        {
            Add(TokenizerKeys.TokenTypes, GgufValue.FromArray<int>([.. types, .. Enumerable.Repeat((int)TokenKind.Unused, fillers)]));
        }
        else
        {
            notes.Miss($"'{AprTokenizerKeys.TokenTypes}' is missing: control tokens count as normal ones");
        }
    }

    private void Ids(int tokens)
    {
        foreach ((string key, string? name, _) in AprTokenizerKeys.Ids)
        {
            if (name is null || says.Count(name) is not { } id)
            {
                continue;
            }

            if (id >= tokens)
            {
                notes.Contradict($"'{name}' is {id}, but '{AprTokenizerKeys.Vocabulary}' has {Plural.Of(tokens, "item")}");
            }

            Add(key, GgufValue.FromUInt32(id));
        }
    }

    private delegate T? ReadNumber<T>(ref Utf8JsonReader reader)
        where T : struct;

    /// <summary>A list with one number a token. The importer from GGUF writes an empty list of scores (apr-v2.md §7.3), which says
    /// nothing.</summary>
    private T[]? Numbers<T>(string key, int tokens, ReadNumber<T> read)
        where T : struct
    {
        if (says.Value(key) is not { } value)
        {
            return null;
        }

        List<T> numbers = new(tokens);
        Utf8JsonReader reader = value.CreateReader();
        reader.Read();
        bool isList = reader.TokenType == JsonTokenType.StartArray;
        while (isList && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || read(ref reader) is not { } number)
            {
                isList = false;
                break;
            }

            numbers.Add(number);
        }

        if (!isList)
        {
            notes.Lose($"'{key}' is not a list of numbers of its type (item {numbers.Count})");
            return null;
        }

        if (numbers.Count != tokens && numbers.Count > 0)
        {
            notes.Contradict($"'{key}' has {Plural.Of(numbers.Count, "item")}, but '{AprTokenizerKeys.Vocabulary}' has {tokens}");
        }

        return numbers.Count == tokens && tokens > 0 ? [.. numbers] : null;
    }

    private TextList? Strings(string key, AprJsonValue value)
    {
        TextList texts = new();
        Utf8JsonReader reader = value.CreateReader();
        reader.Read();
        bool isList = reader.TokenType == JsonTokenType.StartArray;
        while (isList && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            isList = reader.TokenType == JsonTokenType.String;
            if (isList)
            {
                texts.Add(ref reader);
            }
        }

        if (!isList)
        {
            notes.Lose($"'{key}' is not a list of texts (item {texts.Count})");
            return null;
        }

        return texts;
    }

    /// <summary>An array of strings as GGUF stores it, growing at its end.</summary>
    private sealed class TextList
    {
        private const int LengthBytes = sizeof(ulong);

        private readonly ArrayBufferWriter<byte> items = new();

        public int Count { get; private set; }

        public void Add(ref Utf8JsonReader reader)
        {
            Span<byte> free = items.GetSpan(LengthBytes + reader.ValueSpan.Length);
            Close(free, reader.CopyString(free[LengthBytes..]));
        }

        public GgufValue ToArray(int fillers)
        {
            int end = Count + fillers;
            while (Count < end)
            {
                Span<byte> free = items.GetSpan(LengthBytes + 16);
                Count.TryFormat(free[(LengthBytes + 4)..], out int digits, provider: CultureInfo.InvariantCulture);
                "[PAD"u8.CopyTo(free[LengthBytes..]);
                free[LengthBytes + 4 + digits] = (byte)']';
                Close(free, digits + 5);
            }

            byte[] raw = new byte[sizeof(uint) + LengthBytes + items.WrittenCount];
            BinaryPrimitives.WriteUInt32LittleEndian(raw, (uint)GgufValueType.String);
            BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(sizeof(uint)), Count);
            items.WrittenSpan.CopyTo(raw.AsSpan(sizeof(uint) + LengthBytes));
            return GgufValue.FromRawBytes(GgufValueType.Array, raw);
        }

        private void Close(Span<byte> free, int length)
        {
            BinaryPrimitives.WriteInt64LittleEndian(free, length);
            items.Advance(LengthBytes + length);
            Count++;
        }
    }
}
