using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace ModelPack.Tool.Tests;

/// <summary>The schemas of docs/schemas, and that of SARIF. A field that a schema of ours does not name is a problem here, though readers
/// have to expect new ones.</summary>
internal static class Schemas
{
    // A schema finds those that it refers to when it is first used, and keeps them: tests take turns.
    private static readonly Lock Turn = new();

    private static readonly Lazy<IReadOnlyDictionary<string, JsonSchema>> All = new(Load);

    private static readonly Lazy<JsonSchema> Sarif = new(() => JsonSchema.FromText(
        File.ReadAllText(Path.Combine(RepositoryData.Repository, "tests", "data", "sarif", "sarif-2.1.0-rtm.5.json"))
            .Replace("http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#")
            .Replace("\"id\": \"https:", "\"$id\": \"https:")));

    public static IEnumerable<string> Names => All.Value.Keys;

    public static string[] Problems(string name, JsonElement document) => Problems(All.Value[name], document);

    public static string[] SarifProblems(JsonElement log) => Problems(Sarif.Value, log);

    private static string[] Problems(JsonSchema schema, JsonElement document)
    {
        EvaluationResults results;
        lock (Turn)
        {
            results = schema.Evaluate(document, new() { OutputFormat = OutputFormat.List });
        }

        return results.IsValid ? [] : [.. results.Details!.Where(detail => detail.Errors is not null)
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Key}: {error.Value}"))];
    }

    private static Dictionary<string, JsonSchema> Load()
    {
        Dictionary<string, JsonSchema> schemas = [];
        const string Ending = ".schema.json";
        foreach (string path in Directory.EnumerateFiles(Path.Combine(RepositoryData.Repository, "docs", "schemas"), "*" + Ending)
            .OrderBy(path => !path.EndsWith("common" + Ending) && !path.EndsWith("certificate" + Ending))
            .ThenBy(path => !path.EndsWith("common" + Ending)))
        {
            JsonNode schema = JsonNode.Parse(File.ReadAllText(path))!;
            Close(schema);
            JsonSchema read = JsonSchema.FromText(schema.ToJsonString());
            SchemaRegistry.Global.Register(read);
            schemas.Add(Path.GetFileName(path)[..^Ending.Length], read);
        }

        return schemas;
    }

    private static void Close(JsonNode? node)
    {
        if (node is JsonObject schema)
        {
            foreach ((_, JsonNode? below) in schema.ToArray())
            {
                Close(below);
            }

            if (schema["properties"] is JsonObject && schema["required"] is JsonArray && !schema.ContainsKey("additionalProperties"))
            {
                schema["additionalProperties"] = false;
            }
        }
        else if (node is JsonArray list)
        {
            foreach (JsonNode? below in list)
            {
                Close(below);
            }
        }
    }
}
