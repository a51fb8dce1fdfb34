using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelPack.Diagnostics;

namespace ModelPack.Verification.Comparison;

/// <summary>Finds where two values of one key part: the first differing item of lists, the first differing character of long
/// texts.</summary>
internal static class MetadataItems
{
    private const int ShownLength = 60;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One clause that names the place and both sides; null if the values are best shown as a whole.</summary>
    public static string? Describe(MetadataValue first, MetadataValue second)
    {
        if (first.Text is { } text && second.Text is { } other)
        {
            return Math.Max(text.Length, other.Length) <= ShownLength ? null : Characters(text, other);
        }

        byte[] own = Json(first);
        byte[] others = Json(second);
        return own[0] == others[0] && own[0] is (byte)'[' or (byte)'{' ? Items(own, others) : null;
    }

    private static string Characters(string first, string second)
    {
        int at = first.AsSpan().CommonPrefixLength(second);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{first.Length} characters in the first file and {second.Length} in the second; character {at} begins '{Cut(first[at..])}' in "
                + $"the first and '{Cut(second[at..])}' in the second");
    }

    private static string? Items(byte[] first, byte[] second)
    {
        List<Range> own = Members(first);
        List<Range> others = Members(second);
        int common = Math.Min(own.Count, others.Count);
        int at = 0;
        while (at < common && first.AsSpan(own[at]).SequenceEqual(second.AsSpan(others[at])))
        {
            at++;
        }

        string counts = own.Count == others.Count
            ? Plural.Of(own.Count, "item")
            : $"{Plural.Of(own.Count, "item")} in the first file and {others.Count} in the second";
        return at == common && own.Count == others.Count
            ? null
            : $"{counts}; item {at} is {Show(first, own, at)} in the first and {Show(second, others, at)} in the second";
    }

    // Members of the outermost list or object only; an object's member is its name with its value.
    private static List<Range> Members(byte[] json)
    {
        List<Range> members = [];
        Utf8JsonReader reader = new(json);
        reader.Read();
        while (reader.Read() && reader.CurrentDepth > 0)
        {
            int start = (int)reader.TokenStartIndex;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                reader.Read();
            }

            reader.Skip();
            members.Add(start..(int)reader.BytesConsumed);
        }

        return members;
    }

    private static byte[] Json(MetadataValue value)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Compact))
        {
            value.WriteJson(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Show(byte[] json, List<Range> members, int at) =>
        at < members.Count ? Cut(Encoding.UTF8.GetString(json.AsSpan(members[at]))) : "missing";

    private static string Cut(string text) => text.Length <= ShownLength ? text : text[..ShownLength] + "…";
}
