using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.Diagnostics.Logs;
using ModelPack.Formats;
using ModelPack.IO.Json;

namespace ModelPack.Qa.Evidence;

/// <summary>evidence.json in the shape of the harness, so that its <c>report</c> reads it (docs/schemas/evidence.schema.json).</summary>
internal static class EvidenceJson
{
    public static string Write(IEnumerable<GateEvidence> evidence, string tool)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartArray();
            foreach (GateEvidence one in evidence)
            {
                Write(json, one, tool);
            }

            json.WriteEndArray();
        }

        return JsonForLogs.Escape(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n";
    }

    /// <summary>Reads what <see cref="Write(IEnumerable{GateEvidence}, string)"/> or the harness wrote.</summary>
    /// <exception cref="ModelPackException">It is no such file.</exception>
    public static ImmutableArray<GateEvidence> Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(SmallFile.Read(path));
            ImmutableArray<GateEvidence> evidence = [.. document.RootElement.EnumerateArray().Select(Read)];
            return evidence.IsEmpty ? throw new FormatException("it holds no evidence: nothing was looked at") : evidence;
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new ModelPackException(QaErrors.NoEvidence, exception.Message.TrimEnd('.'), exception) { FilePath = path };
        }
    }

    private static void Write(Utf8JsonWriter json, GateEvidence one, string tool)
    {
        string format = one.Format.Extension();
        json.WriteStartObject();
        json.WriteString("id", one.Id);
        json.WriteString("gate_id", one.Gate);
        json.WriteStartObject("scenario");
        json.WriteString("id", $"{one.Model}_{one.Modality}_{one.Backend}_{format}_{0:x16}");
        json.WriteStartObject("model");
        json.WriteString("org", one.Organization);
        json.WriteString("name", one.Model);
        json.WriteNull("variant");
        json.WriteEndObject();
        json.WriteString("modality", one.Modality);
        json.WriteString("backend", one.Backend);
        json.WriteString("format", format);
        json.WriteString("prompt", one.Subject);
        json.WriteNumber("temperature", 0);
        json.WriteNumber("max_tokens", 0);
        json.WriteNumber("seed", 0);
        json.WriteString("trace_level", "none");
        json.WriteString("oracle_type", "modelpack");
        json.WriteEndObject();
        json.WriteString("outcome", one.Outcome.ToString());
        json.WriteString("reason", one.Reason);
        json.WriteString("output", one.Output);
        json.WriteString("stderr", one.StandardError);
        json.WriteNumberOrNull("exit_code", one.Outcome switch { Outcome.Corroborated => 0, Outcome.Falsified => 1, _ => (long?)null });
        json.WriteStartObject("metrics");
        json.WriteNull("tokens_per_second");
        json.WriteNull("time_to_first_token_ms");
        json.WriteNull("total_tokens");
        json.WriteNumberOrNull("memory_peak_mb", one.PeakMegabytes);
        json.WriteNumber("duration_ms", one.Milliseconds);
        json.WriteEndObject();
        json.WriteString("timestamp", one.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteStartObject("host");
        json.WriteString("hostname", Environment.MachineName);
        json.WriteString("os", OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux");
        json.WriteString("cpu", System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteNull("gpu");
        json.WriteString("apr_version", tool);
        json.WriteEndObject();
        json.WriteStartObject("metadata");
        json.WriteString("severity", one.IsBlocking ? "P0" : "P1");
        foreach ((string key, string value) in one.Metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static GateEvidence Read(JsonElement one)
    {
        JsonElement scenario = one.GetProperty("scenario");
        JsonElement metadata = one.GetProperty("metadata");
        return new()
        {
            Id = Text(one, "id"),
            Gate = Text(one, "gate_id"),
            Organization = Text(scenario.GetProperty("model"), "org"),
            Model = Text(scenario.GetProperty("model"), "name"),
            Format = ModelFormatNames.TryParse(Text(scenario, "format"), out ModelFormat format)
                ? format
                : throw new FormatException($"'{Text(scenario, "format")}' is no format"),
            Modality = Text(scenario, "modality"),
            Backend = Text(scenario, "backend"),
            Subject = Text(scenario, "prompt"),
            Outcome = Enum.GetValues<Outcome>().Cast<Outcome?>().FirstOrDefault(known => known.ToString() == Text(one, "outcome"))
                ?? throw new FormatException($"'{SafeText.Shorten(Text(one, "outcome"))}' is no outcome"),
            Reason = Text(one, "reason"),
            Output = Text(one, "output"),
            StandardError = one.TryGetProperty("stderr", out JsonElement error) ? error.GetString() : null,
            Milliseconds = one.GetProperty("metrics").GetProperty("duration_ms").GetInt64(),
            Time = one.GetProperty("timestamp").GetDateTimeOffset(),
            IsBlocking = metadata.TryGetProperty("severity", out JsonElement severity) && severity.ValueEquals("P0"),
            Metadata = metadata.EnumerateObject().Where(entry => entry.Name != "severity")
                .ToImmutableSortedDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? "", StringComparer.Ordinal),
        };
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
