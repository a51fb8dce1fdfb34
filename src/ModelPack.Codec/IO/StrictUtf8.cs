using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace ModelPack.IO;

/// <summary>UTF-8 that refuses what is none: half a surrogate pair on its way out, other bytes on their way in.</summary>
internal static class StrictUtf8
{
    /// <summary>Throws an <see cref="EncoderFallbackException"/> or a <see cref="DecoderFallbackException"/>.</summary>
    public static Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a text can be written.</summary>
    public static bool CanWrite(string text)
    {
        try
        {
            _ = Encoding.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Offset of the first byte that is not UTF-8.</summary>
    public static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        char[] scrap = new char[4096];
        int offset = 0;
        OperationStatus status;
        do
        {
            status = Utf8.ToUtf16(bytes[offset..], scrap, out int read, out _, replaceInvalidSequences: false);
            offset += read;
        }
        while (status == OperationStatus.DestinationTooSmall);
        return offset;
    }
}
