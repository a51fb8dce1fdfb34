using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ModelPack.Formats.SafeTensors;

/// <summary>
/// A metadata value: the format has strings only. Escapes are resolved; the spelling stays in the file. A long value is read from the file
/// whenever it is asked for, so it lives as long as the file is open.
/// </summary>
public sealed class SafeTensorsValue : MetadataValue
{
    private const int LongBytes = 4096;

    // One of the two is there.
    private readonly byte[]? utf8;
    private readonly ByteSource? source;
    private readonly int spelledBytes;

    private SafeTensorsValue(byte[]? utf8, ByteSource? source, long position, int spelledBytes)
    {
        this.utf8 = utf8;
        this.source = source;
        this.spelledBytes = spelledBytes;
        Position = position;
    }

    private protected override string TypeNameCore => "json string";

    private protected override ReadOnlyMemory<byte> RawBytesCore => utf8 ?? Read();

    private protected override string TextCore => Encoding.UTF8.GetString(RawBytes.Span);

    internal override ReadOnlyMemory<byte>? TextUtf8 => RawBytes;

    internal long Position { get; }

    /// <inheritdoc/>
    internal override string Display(int maxItems = 8) => TextCore;

    /// <inheritdoc/>
    internal override void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue) => writer.WriteStringValue(RawBytes.Span);

    /// <summary>The value that was read from a header.</summary>
    /// <param name="utf8">The text, unescaped.</param>
    /// <param name="source">The file.</param>
    /// <param name="position">Where its opening quote stands there.</param>
    /// <param name="spelledBytes">Length between the quotes.</param>
    internal static SafeTensorsValue Of(ReadOnlySpan<byte> utf8, ByteSource source, long position, int spelledBytes) =>
        spelledBytes > LongBytes ? new(null, source, position, spelledBytes) : new(utf8.ToArray(), null, position, spelledBytes);

    /// <summary>A value for a new file.</summary>
    /// <param name="utf8">The text.</param>
    internal static SafeTensorsValue Of(byte[] utf8) => new(utf8, null, 0, 0);

    private ReadOnlyMemory<byte> Read()
    {
        ReadOnlyMemory<byte> quoted = source!.ReadMemory(Position, spelledBytes + 2);
        try
        {
            Utf8JsonReader json = new(quoted.Span);
            if (json.Read() && json.TokenType == JsonTokenType.String && json.BytesConsumed == quoted.Length && Utf8.IsValid(quoted.Span))
            {
                return json.ValueIsEscaped ? Unescaped(json) : quoted[1..^1];
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // As below.
        }

        throw new ModelFormatException(
            SafeTensorsErrors.NotJson, "a metadata value is not the text any more that it was when the file was opened", Position)
            {
                FilePath = source!.Name,
            };
    }

    private ReadOnlyMemory<byte> Unescaped(in Utf8JsonReader json)
    {
        byte[] text = new byte[spelledBytes];
        return text.AsMemory(0, json.CopyString(text));
    }
}
