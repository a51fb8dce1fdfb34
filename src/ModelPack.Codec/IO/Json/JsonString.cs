using System.Buffers;
using System.Globalization;
using System.Text;

namespace ModelPack.IO.Json;

/// <summary>Strings as serde_json spells them: raw UTF-8, and an escape only where JSON wants one (safetensors.md §4, apr-v2.md
/// §15.2).</summary>
internal static class JsonString
{
    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    /// <summary>Writes a text with its quotes.</summary>
    public static void Write(IBufferWriter<byte> text, ReadOnlySpan<byte> utf8)
    {
        text.Write("\""u8);
        while (utf8.IndexOfAny(Escaped) is >= 0 and int place)
        {
            text.Write(utf8[..place]);
            WriteEscape(text, (char)utf8[place]);
            utf8 = utf8[(place + 1)..];
        }

        text.Write(utf8);
        text.Write("\""u8);
    }

    /// <summary>Writes the escape of one UTF-16 unit: with a letter where there is one, else with its number.</summary>
    public static void WriteEscape(IBufferWriter<byte> text, char unit)
    {
        char letter = unit switch
        {
            '"' => '"',
            '\\' => '\\',
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => 'u',
        };
        text.Write([(byte)'\\', (byte)letter]);
        if (letter == 'u')
        {
            Encoding.ASCII.GetBytes(((int)unit).ToString("x4", CultureInfo.InvariantCulture), text);
        }
    }
}
