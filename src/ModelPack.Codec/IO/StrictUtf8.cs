using System.Text;

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
}
