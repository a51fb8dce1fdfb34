using ModelPack.IO.Json;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Writes an index as transformers does: indent 2, keys sorted by code point, everything but printable ASCII escaped, a final
/// newline (safetensors.md §5).</summary>
internal static class SafeTensorsIndexWriter
{
    /// <summary>The order of code points is the order of their UTF-8 bytes, not of their UTF-16 units.</summary>
    private static readonly Comparer<byte[]> Utf8Order = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> weightMap, long totalSize)
    {
        JsonText text = new(JsonCharacters.Ascii);
        text.StartObject();
        text.Name("metadata");
        text.StartObject();
        text.Name("total_size");
        text.Number(totalSize);
        text.EndObject();
        text.Name("weight_map");
        text.StartObject();
        foreach ((string tensor, string file) in weightMap.OrderBy(entry => SafeTensorsText.Utf8(entry.Key, entry.Key), Utf8Order))
        {
            text.Name(tensor);
            text.String(file);
        }

        text.EndObject();
        text.EndObject();
        text.NewLineAtEnd();
        return text.ToArray();
    }

    /// <summary>A text as the index spells it, with its quotes.</summary>
    public static byte[] Spelled(string text)
    {
        JsonText spelled = new(JsonCharacters.Ascii);
        spelled.String(text);
        return spelled.ToArray();
    }
}
