using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.Diagnostics.Logs;

namespace ModelPack.Qa;

/// <summary>A JSON object on one line.</summary>
internal static class JsonLine
{
    // Clients look for texts like "GGUF → APR" and "2+2" as apr writes them.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return JsonForLogs.Escape(Visible(Encoding.UTF8.GetString(buffer.WrittenSpan)));
    }

    // What reorders or hides text is an escape; JSON's escapes have four digits.
    private static string Visible(string line)
    {
        if (!line.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return line;
        }

        StringBuilder text = new(line.Length);
        foreach (Rune rune in line.EnumerateRunes())
        {
            string own = rune.ToString();
            text.Append(rune.IsAscii || SafeText.Escape(own) == own ? own : string.Concat(own.Select(unit => $"\\u{(int)unit:X4}")));
        }

        return text.ToString();
    }

    /// <summary>A number; null where it is none or JSON cannot hold it.</summary>
    public static void Number(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
