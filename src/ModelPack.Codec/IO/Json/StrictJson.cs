using System.Text.Json;

namespace ModelPack.IO.Json;

/// <summary>Where a JSON text comes from, and what its defects are called.</summary>
/// <param name="Path">The file.</param>
/// <param name="Start">Offset of the text in the file.</param>
/// <param name="NotJson">The code of a text that is not JSON.</param>
/// <param name="WrongStructure">The code of a value of the wrong type.</param>
internal sealed record JsonOrigin(string Path, long Start, ErrorCode NotJson, ErrorCode WrongStructure);

/// <summary>The tokens of a JSON text. Strings are compared and returned unescaped; every error carries the position in the file.</summary>
internal ref struct StrictJson
{
    private readonly ReadOnlySpan<byte> text;
    private readonly JsonOrigin origin;
    private Utf8JsonReader reader;

    public StrictJson(ReadOnlySpan<byte> text, JsonOrigin origin, int maxDepth)
    {
        this.text = text;
        this.origin = origin;
        reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = maxDepth });
    }

    public readonly JsonTokenType Token => reader.TokenType;

    /// <summary>Offset of the token in the file.</summary>
    public readonly long Position => origin.Start + reader.TokenStartIndex;

    /// <summary>Offset in the text of the first byte behind the token.</summary>
    public readonly int Consumed => (int)reader.BytesConsumed;

    public readonly bool IsEscaped => reader.ValueIsEscaped;

    /// <summary>The string between its quotes, as spelled.</summary>
    public readonly ReadOnlySpan<byte> Spelling => reader.ValueSpan;

    /// <exception cref="JsonException">The text is not JSON; <see cref="NotJson"/> says where.</exception>
    public bool Next() => reader.Read();

    public void Next(JsonTokenType expected, string what, string? tensor = null)
    {
        Next();
        Expect(expected, what, tensor);
    }

    public readonly void Expect(JsonTokenType expected, string what, string? tensor = null)
    {
        if (Token != expected)
        {
            throw Error(origin.WrongStructure, $"{what} is {Describe(Token)} instead of {Describe(expected)}", Position, tensor);
        }
    }

    public string Text()
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw Unpaired(fault);
        }
    }

    public ReadOnlySpan<byte> Utf8()
    {
        if (!IsEscaped)
        {
            return Spelling;
        }

        try
        {
            byte[] text = new byte[Spelling.Length];
            return text.AsSpan(0, reader.CopyString(text));
        }
        catch (InvalidOperationException fault)
        {
            throw Unpaired(fault);
        }
    }

    /// <summary>A plain non-negative integer: no sign, fraction or exponent, at most 2^64-1 (safetensors.md §2).</summary>
    public bool TryUnsigned(out ulong value)
    {
        value = 0;
        return Token == JsonTokenType.Number && !Spelling.ContainsAnyExceptInRange((byte)'0', (byte)'9') && reader.TryGetUInt64(out value);
    }

    public readonly ModelFormatException Error(
        ErrorCode code, string detail, long position, string? tensor = null, Exception? inner = null) =>
        new(code, detail, position, inner) { FilePath = origin.Path, TensorName = tensor };

    public readonly ModelFormatException NotJson(JsonException fault)
    {
        int lineStart = 0;
        for (long line = fault.LineNumber ?? 0; line > 0; line--)
        {
            lineStart += text[lineStart..].IndexOf((byte)'\n') + 1;
        }

        return Error(origin.NotJson, "the text is not JSON", origin.Start + lineStart + (fault.BytePositionInLine ?? 0), inner: fault);
    }

    private readonly ModelFormatException Unpaired(InvalidOperationException fault) =>
        Error(origin.NotJson, "a string holds an escape for an unpaired surrogate", Position, inner: fault);

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
