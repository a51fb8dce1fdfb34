using System.Text;
using System.Text.Json;

namespace ModelPack.Diagnostics.Logs;

/// <summary>Findings as a log of the Static Analysis Results Interchange Format, version 2.1.0 (OASIS). Code scanning services read
/// it.</summary>
internal static class SarifLog
{
    private const string Home = "https://github.com/modelpack-net/modelpack";

    /// <summary>The log of one run.</summary>
    /// <param name="results">What was found.</param>
    /// <param name="version">The version of the program that found it.</param>
    public static byte[] Of(IReadOnlyList<SarifResult> results, string version)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            writer.WriteString("version", "2.1.0");
            writer.WriteStartArray("runs");
            WriteRun(writer, results, version);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetBytes(JsonForLogs.Escape(Encoding.UTF8.GetString(bytes.ToArray())) + "\n");
    }

    private static void WriteRun(Utf8JsonWriter writer, IReadOnlyList<SarifResult> results, string version)
    {
        ErrorCode[] rules = [.. results.Select(result => result.Code).DistinctBy(code => code.Id)];
        writer.WriteStartObject();
        writer.WriteStartObject("tool");
        writer.WriteStartObject("driver");
        writer.WriteString("name", "ModelPack");
        writer.WriteString("version", version);
        writer.WriteString("informationUri", Home);
        writer.WriteStartArray("rules");
        foreach (ErrorCode rule in rules)
        {
            WriteRule(writer, rule);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartArray("results");
        foreach (SarifResult result in results)
        {
            WriteResult(writer, result, Array.FindIndex(rules, rule => rule.Id == result.Code.Id));
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter writer, ErrorCode rule)
    {
        writer.WriteStartObject();
        writer.WriteString("id", rule.Id);
        WriteText(writer, "shortDescription", rule.Summary);
        WriteText(writer, "help", rule.Remedy);
        writer.WriteString("helpUri", $"{Home}/blob/main/docs/errors.md");
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, SarifResult result, int rule)
    {
        writer.WriteStartObject();
        writer.WriteString("ruleId", result.Code.Id);
        writer.WriteNumber("ruleIndex", rule);
        writer.WriteString("level", result.IsWarning ? "warning" : "error");
        WriteText(writer, "message", SafeText.Escape(result.Place is null ? result.Text : $"{result.Place}: {result.Text}"));
        writer.WriteStartArray("locations");
        if (result.File is not null)
        {
            WriteLocation(writer, result);
        }

        writer.WriteEndArray();

        // If one result of a log says whether it is suppressed, each has to.
        writer.WriteStartArray("suppressions");
        if (result.Accepted is not null)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", "external");
            writer.WriteString("status", "accepted");
            writer.WriteString("justification", SafeText.Escape(result.Accepted));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter writer, SarifResult result)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("physicalLocation");
        writer.WriteStartObject("artifactLocation");
        writer.WriteString("uri", UriOf(result.File!));
        writer.WriteEndObject();
        if (result.ByteOffset is long offset)
        {
            writer.WriteStartObject("region");
            writer.WriteNumber("byteOffset", offset);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (result.Place is not null)
        {
            writer.WriteStartArray("logicalLocations");
            writer.WriteStartObject();
            writer.WriteString("fullyQualifiedName", SafeText.Escape(result.Place));
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string text)
    {
        writer.WriteStartObject(name);
        writer.WriteString("text", text);
        writer.WriteEndObject();
    }

    // A relative path is a relative reference: the service knows where the run began.
    private static string UriOf(string path) => Path.IsPathRooted(path)
        ? new Uri(path).AbsoluteUri
        : string.Join('/', path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Select(Uri.EscapeDataString));
}
