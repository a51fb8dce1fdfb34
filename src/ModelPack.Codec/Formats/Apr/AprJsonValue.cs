using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ModelPack.Formats.Apr;

/// <summary>A metadata value of an APR file: the JSON text of the value exactly as it stands in the file.</summary>
public sealed class AprJsonValue : MetadataValue
{
    private readonly ReadOnlyMemory<byte> text;

    internal AprJsonValue(ReadOnlyMemory<byte> text) => this.text = text;

    /// <summary>The JSON type.</summary>
    internal JsonValueKind Kind => text.Span[0] switch
    {
        (byte)'{' => JsonValueKind.Object,
        (byte)'[' => JsonValueKind.Array,
        (byte)'"' => JsonValueKind.String,
        (byte)'t' => JsonValueKind.True,
        (byte)'f' => JsonValueKind.False,
        (byte)'n' => JsonValueKind.Null,
        _ => JsonValueKind.Number,
    };

    private protected override string TypeNameCore => Kind switch
    {
        JsonValueKind.Object => "json object",
        JsonValueKind.Array => "json array",
        JsonValueKind.String => "json string",
        JsonValueKind.Number => "json number",
        JsonValueKind.Null => "json null",
        _ => "json bool",
    };

    private protected override ReadOnlyMemory<byte> RawBytesCore => text;

    private protected override string? TextCore => AsText();

    /// <inheritdoc/>
    internal override string[]? Strings => AprJsonItems.All<string>(this, AprJsonItems.Text);

    /// <inheritdoc/>
    internal override long? Int64 => AprJsonItems.Single<long>(this, AprJsonItems.Whole);

    /// <inheritdoc/>
    internal override long[]? Int64s => AprJsonItems.All<long>(this, AprJsonItems.Whole);

    /// <inheritdoc/>
    internal override double? Double => AprJsonItems.Single<double>(this, AprJsonItems.Number);

    /// <inheritdoc/>
    internal override double[]? Doubles => AprJsonItems.All<double>(this, AprJsonItems.Number);

    /// <inheritdoc/>
    internal override bool? Boolean => AprJsonItems.Single<bool>(this, AprJsonItems.Truth);

    /// <inheritdoc/>
    internal override string Display(int maxItems = 8)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            WriteJson(writer, maxItems);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <inheritdoc/>
    internal override void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Utf8JsonReader reader = CreateReader();
        AprJsonText.WriteCut(ref reader, writer, maxItems);
    }

    /// <summary>A reader over the value's tokens. The text was checked when the file was opened.</summary>
    internal Utf8JsonReader CreateReader() => new(text.Span, AprJsonText.ReaderOptions);

    /// <summary>The text of a string value; null for other types.</summary>
    internal string? AsText()
    {
        Utf8JsonReader reader = CreateReader();
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    /// <summary>The bytes of a base64 string value; null for anything else.</summary>
    internal byte[]? AsBase64()
    {
        Utf8JsonReader reader = CreateReader();
        reader.Read();
        return reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : null;
    }
}
