using System.Globalization;
using System.Text;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Writes an index as transformers does: indent 2, keys sorted by code point, everything but printable ASCII escaped, a final
/// newline (safetensors.md §5).</summary>
internal static class SafeTensorsIndexWriter
{
    /// <summary>The order of code points is the order of their UTF-8 bytes, not of their UTF-16 units.</summary>
    private static readonly Comparer<byte[]> Utf8Order = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> weightMap, long totalSize)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{{\n  \"metadata\": {{\n    \"total_size\": {totalSize}\n  }},\n  \"weight_map\": {{");
        string separator = "\n";
        foreach ((string tensor, string file) in weightMap.OrderBy(entry => SafeTensorsText.Utf8(entry.Key, entry.Key), Utf8Order))
        {
            text.Append(separator).Append("    ");
            AppendString(text, tensor);
            text.Append(": ");
            AppendString(text, file);
            separator = ",\n";
        }

        text.Append(separator == "\n" ? "}\n}\n" : "\n  }\n}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>A text as the index spells it, with its quotes.</summary>
    public static byte[] Spelled(string text)
    {
        StringBuilder spelled = new();
        AppendString(spelled, text);
        return Encoding.ASCII.GetBytes(spelled.ToString());
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char unit in value)
        {
            switch (unit)
            {
                case '"' or '\\':
                    text.Append('\\').Append(unit);
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case >= ' ' and <= '~':
                    text.Append(unit);
                    break;
                default:
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                    break;
            }
        }

        text.Append('"');
    }
}
