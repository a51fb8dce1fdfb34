using System.Buffers;
using System.Globalization;
using System.Text;
using ModelPack.IO;
using ModelPack.IO.Json;

namespace ModelPack.Formats.SafeTensors;

/// <summary>JSON text as the reference serializer spells it: compact, raw UTF-8, the fewest escapes (safetensors.md §4).</summary>
/// <param name="expected">Length that is likely.</param>
internal sealed class SafeTensorsText(int expected)
{
    private readonly ArrayBufferWriter<byte> buffer = new(expected);

    public int Length => buffer.WrittenCount;

    public ReadOnlyMemory<byte> Bytes => buffer.WrittenMemory;

    /// <summary>Length of a text with its quotes, if it has none of the rare control characters.</summary>
    public static long StringLength(ReadOnlySpan<byte> utf8) => 2L + utf8.Length + utf8.Count((byte)'"') + utf8.Count((byte)'\\');

    public static byte[] Utf8(string text, string? tensor)
    {
        try
        {
            return StrictUtf8.Encoding.GetBytes(text);
        }
        catch (EncoderFallbackException fault)
        {
            throw new ModelPackException(
                SafeTensorsErrors.WriteNotUnicode, "the text holds an unpaired surrogate", fault) { TensorName = tensor };
        }
    }

    public SafeTensorsText Raw(ReadOnlySpan<byte> bytes)
    {
        buffer.Write(bytes);
        return this;
    }

    public SafeTensorsText Number(long value)
    {
        value.TryFormat(buffer.GetSpan(20), out int written, default, CultureInfo.InvariantCulture);
        buffer.Advance(written);
        return this;
    }

    public SafeTensorsText String(ReadOnlySpan<byte> utf8)
    {
        JsonString.Write(buffer, utf8);
        return this;
    }

    public void PadTo(int alignment)
    {
        while (Length % alignment != 0)
        {
            Raw(" "u8);
        }
    }
}
