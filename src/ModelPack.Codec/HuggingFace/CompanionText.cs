using System.Text.Json;
using System.Text.Unicode;
using ModelPack.Codec.HuggingFace.Json;

namespace ModelPack.Codec.HuggingFace;

/// <summary>Companions that are called JSON and are none. They travel byte for byte like the others; nothing can be read from them.</summary>
internal static class CompanionText
{
    private const string JsonEnding = ".json";

    /// <summary>Whether a companion is what its name says.</summary>
    public static bool IsAsNamed(string name, ReadOnlySpan<byte> bytes) => !name.EndsWith(JsonEnding, StringComparison.OrdinalIgnoreCase) || IsJson(PythonJson.ToJson(bytes));

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        if (!Utf8.IsValid(bytes))
        {
            return false;
        }

        // The reader keeps one bit a level, and no stack.
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
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
