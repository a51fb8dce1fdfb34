using System.Text.Json;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>The part of JSON Schema that docs/schemas uses: type, required, properties, additionalProperties, items, enum,
/// minLength.</summary>
internal static class JsonSchema
{
    public static IEnumerable<string> Problems(JsonElement schema, JsonElement value, string path = "$")
    {
        if (schema.TryGetProperty("type", out JsonElement type) && !Types(type).Any(name => Is(name, value)))
        {
            return [$"{path} is {value.ValueKind}"];
        }

        List<string> problems = [];
        if (schema.TryGetProperty("enum", out JsonElement words)
            && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
        {
            problems.Add($"{path} is {value}");
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            problems.AddRange(
                Required(schema).Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{path}.{name} is missing"));
            foreach (JsonProperty property in value.EnumerateObject())
            {
                problems.AddRange(Below(schema, property.Name) is { } below
                    ? Problems(below, property.Value, $"{path}.{property.Name}")
                    : [$"{path}.{property.Name} is unknown"]);
            }
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out JsonElement items))
        {
            problems.AddRange(value.EnumerateArray().SelectMany((item, i) => Problems(items, item, $"{path}[{i}]")));
        }

        return problems;
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static IEnumerable<string> Required(JsonElement schema) =>
        schema.TryGetProperty("required", out JsonElement names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];

    private static JsonElement? Below(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(name, out JsonElement own) ? own
        : schema.TryGetProperty("additionalProperties", out JsonElement others) && others.ValueKind == JsonValueKind.Object ? others
        : null;

    private static bool Is(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };
}
