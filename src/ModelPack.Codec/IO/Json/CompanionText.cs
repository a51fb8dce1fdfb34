using System.Text.Json;
using System.Text.Unicode;
using ModelPack.IO.Names;

namespace ModelPack.IO.Json;

/// <summary>Companions that are called JSON and are none, or too large to be parsed. They travel byte for byte like the others; nothing can
/// be read from them.</summary>
internal static class CompanionText
{
    /// <summary>Length of the longest text that is parsed. Published settings stay below 2 MB, and the largest tokenizer.json has 34
    /// MB.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>The same of a file that lists a vocabulary or the tensors of a model, or is no JSON.</summary>
    public const int MostListBytes = 128 << 20;

    /// <summary>Of a file of settings, the most signs that begin or part values: a parsed value takes many times the bytes of a short
    /// one.</summary>
    public const int MostMarks = 1 << 19;

    private const string JsonEnding = ".json";
    private const string IndexEnding = ".index.json";

    private static readonly string[] Lists = [CompanionNames.Tokenizer, CompanionNames.Vocabulary, CompanionNames.Tekken];

    /// <summary>Why a companion is not parsed, in words that follow its name: it would take more memory than any real one. Null if it
    /// is.</summary>
    public static string? WhyUnread(string name, ReadOnlySpan<byte> bytes)
    {
        return WhyUnread(name, bytes.Length)
            ?? (!IsList(name) && Marks(bytes) is > MostMarks and int marks
                ? $"has {marks} signs that begin or part values, more than {MostMarks}"
                : null);
    }

    /// <summary>The same by its length alone, before it is read.</summary>
    public static string? WhyUnread(string name, long length) =>
        length > (IsList(name) ? MostListBytes : MostBytes)
        ? $"has {length} bytes, more than {(IsList(name) ? MostListBytes : MostBytes)}"
        : null;

    private static bool IsList(string name) =>
        !name.EndsWith(JsonEnding, StringComparison.OrdinalIgnoreCase) || Lists.Contains(name, StringComparer.Ordinal)
        || name.EndsWith(IndexEnding, StringComparison.Ordinal);

    // What stands in a string counts too: no escape has to be understood for it.
    private static int Marks(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= MostMarks ? 0 : bytes.Count((byte)',') + bytes.Count((byte)':') + bytes.Count((byte)'[') + bytes.Count((byte)'{');

    /// <summary>Why nothing can be read from a companion, in words that follow its name; null if it is what its name says.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="length">Its length.</param>
    /// <param name="read">Reads it, if it has to be.</param>
    public static string? Problem(string name, long length, Func<byte[]> read)
    {
        if (!name.EndsWith(JsonEnding, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (WhyUnread(name, length) is { } reason)
        {
            return reason;
        }

        byte[] bytes = read();
        return WhyUnread(name, bytes) ?? (IsJson(PythonJson.ToJson(bytes)) ? null : "is not valid JSON");
    }

    /// <summary>Checks a text before it is parsed: a parser looks at the bytes of a string only when it is asked for.</summary>
    /// <exception cref="JsonException">It is not UTF-8.</exception>
    public static void EnsureUtf8(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw new JsonException($"the text is not UTF-8 (at byte {StrictUtf8.FirstInvalid(json)})");
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        // The reader keeps one bit a level, and no stack.
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            EnsureUtf8(bytes);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
