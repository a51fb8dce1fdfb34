using System.Text.Json;
using System.Text.Unicode;
using ModelPack.Codec.HuggingFace.Json;
using ModelPack.Codec.SafeTensors;

namespace ModelPack.Codec.HuggingFace;

/// <summary>Companions that are called JSON and are none. They travel byte for byte like the others; nothing can be read from them.</summary>
internal static class CompanionText
{
    private const string JsonEnding = ".json";

    /// <summary>Whether a companion is what its name says.</summary>
    public static bool IsAsNamed(string name, ReadOnlySpan<byte> bytes) => !name.EndsWith(JsonEnding, StringComparison.OrdinalIgnoreCase) || IsJson(PythonJson.ToJson(bytes));

    /// <summary>Checks a text before it is parsed: a parser looks at the bytes of a string only when it is asked for.</summary>
    /// <exception cref="JsonException">It is not UTF-8.</exception>
    public static void EnsureUtf8(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw new JsonException($"the text is not UTF-8 (at byte {StrictJson.FirstInvalidUtf8(json)})");
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
