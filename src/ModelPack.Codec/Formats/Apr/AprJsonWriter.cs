using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ModelPack.IO;
using ModelPack.IO.Json;

namespace ModelPack.Formats.Apr;

/// <summary>Writes compact JSON as serde_json does, on which the Rust writer rests: no spaces, only quote, backslash and control characters
/// escaped (apr-v2.md §15.2).</summary>
/// <param name="expected">Length that is likely.</param>
internal sealed class AprJsonWriter(int expected = 256)
{
    private readonly ArrayBufferWriter<byte> buffer = new(expected);
    private bool needsComma;

    public void StartObject() => Open((byte)'{');

    public void EndObject() => Close((byte)'}');

    public void StartArray() => Open((byte)'[');

    public void EndArray() => Close((byte)']');

    public void Name(string name)
    {
        String(name);
        buffer.Write(":"u8);
        needsComma = false;
    }

    public void String(string value)
    {
        try
        {
            String(StrictUtf8.Encoding.GetBytes(value));
        }
        catch (EncoderFallbackException cause)
        {
            throw new ArgumentException("the text contains half a surrogate pair", nameof(value), cause);
        }
    }

    public void String(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new ArgumentException("the text is not UTF-8", nameof(utf8));
        }

        Separate();
        JsonString.Write(buffer, utf8);
        needsComma = true;
    }

    public void Number(ulong value) => Ascii(value.ToString(CultureInfo.InvariantCulture));

    public void Number(long value) => Ascii(value.ToString(CultureInfo.InvariantCulture));

    public void Number(double value) => Ascii(AprJsonNumber.Format(value));

    public void Number(float value) => Ascii(AprJsonNumber.Format(value));

    public void Bool(bool value) => Ascii(value ? "true" : "false");

    public void Null() => Ascii("null");

    public void Value(AprJson value) => Raw(value.Utf8.Span);

    public void Raw(ReadOnlySpan<byte> utf8)
    {
        Separate();
        buffer.Write(utf8);
        needsComma = true;
    }

    /// <summary>What was written so far. It must not be added to afterwards.</summary>
    public ReadOnlyMemory<byte> Written => buffer.WrittenMemory;

    private void Ascii(string text) => Raw(Encoding.ASCII.GetBytes(text));

    private void Open(byte bracket)
    {
        Separate();
        buffer.Write([bracket]);
    }

    private void Close(byte bracket)
    {
        buffer.Write([bracket]);
        needsComma = true;
    }

    private void Separate()
    {
        if (needsComma)
        {
            buffer.Write(","u8);
        }

        needsComma = false;
    }
}
