using System.Text.Json;
using ModelPack.IO.Json;

namespace ModelPack.Validation.Facts;

/// <summary>Reading JSON that may hold anything.</summary>
internal static class JsonFacts
{
    private const int MaximumDepth = 128;

    /// <summary>Parses a text; null if it is not JSON in Unicode.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> text)
    {
        ReadOnlyMemory<byte> json = text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text;
        try
        {
            EnsureUnicode(json.Span);
            // Not disposed, so that its elements live as long as they are used: a clone would be a second copy of a whole vocabulary.
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaximumDepth }).RootElement;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // JSON may spell half a surrogate pair; a document would fail over it only when that text is asked for.
    private static void EnsureUnicode(ReadOnlySpan<byte> json)
    {
        CompanionText.EnsureUtf8(json);
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                reader.GetString();
            }
        }
    }

    public static JsonElement? Member(this JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out JsonElement member) ? member : null;

    public static JsonElement? Member(this JsonElement parent, string name) => Member((JsonElement?)parent, name);

    public static IEnumerable<JsonElement> Items(this JsonElement? list) =>
        list is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Members(this JsonElement? parent) =>
        parent is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject() : [];

    public static int Count(this JsonElement? list) => list is { ValueKind: JsonValueKind.Array } value ? value.GetArrayLength() : 0;

    public static long? Integer(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : null;

    /// <summary>The text of a string; null for anything else.</summary>
    public static string? Text(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
