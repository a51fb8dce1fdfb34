using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>The fields of a JSON file as Python writes it: <c>Infinity</c> is a number there. Here it becomes a string, which is as good to
/// compare.</summary>
internal static partial class ConfigFields
{
    public static Dictionary<string, JsonElement> Read(string path)
    {
        using JsonDocument document = JsonDocument.Parse(Infinite().Replace(File.ReadAllText(path), "\"$0\""));
        return document.RootElement.EnumerateObject()
            .ToDictionary(field => field.Name, field => field.Value.Clone(), StringComparer.Ordinal);
    }

    /// <summary>The fields of the language model, and those of the object around it that say something of the whole
    /// (formats/architectures, gemma3).</summary>
    public static Dictionary<string, JsonElement> ReadLanguagePart(string path)
    {
        Dictionary<string, JsonElement> fields = Read(path);
        if (!fields.TryGetValue("text_config", out JsonElement inner))
        {
            return fields;
        }

        Dictionary<string, JsonElement> language = inner.EnumerateObject()
            .ToDictionary(field => field.Name, field => field.Value.Clone(), StringComparer.Ordinal);
        foreach (KeyValuePair<string, JsonElement> field in fields.Where(field => !field.Key.EndsWith("_config", StringComparison.Ordinal)))
        {
            language.TryAdd(field.Key, field.Value);
        }

        return language;
    }

    [GeneratedRegex(@"(?<=[:,\[]\s*)(-?Infinity|NaN)(?=\s*[,\]}])")]
    private static partial Regex Infinite();
}
