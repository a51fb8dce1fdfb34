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

    [GeneratedRegex(@"(?<=[:,\[]\s*)(-?Infinity|NaN)(?=\s*[,\]}])")]
    private static partial Regex Infinite();
}
