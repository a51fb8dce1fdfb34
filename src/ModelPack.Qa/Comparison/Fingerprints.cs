using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Formats;
using ModelPack.IO.Json;
using ModelPack.Models;
using ModelPack.Verification.Hashing;
using ModelPack.Verification.Statistics;

namespace ModelPack.Qa.Comparison;

/// <summary>What the values of a tensor look like, as apr's <c>fingerprint</c> lists it (apr-rosetta.md §1.3).</summary>
internal sealed record Fingerprint(string Name, double? Mean, double? Deviation, double? Minimum, double? Maximum)
{
    public ImmutableArray<long> Shape { get; init; } = [];

    public string Type { get; init; } = "";

    /// <summary>The values below which 5, 25, 50, 75 and 95 % lie.</summary>
    public ImmutableArray<double?> Quantiles { get; init; } = [];

    public long NaN { get; init; }

    public long Infinity { get; init; }

    public double ZeroShare { get; init; }

    /// <summary>XXH128 of the decoded values in their order: a sum of bits would not notice two that changed places.</summary>
    public UInt128? Values { get; init; }
}

/// <summary>The fingerprints of a model.</summary>
internal static class Fingerprints
{
    private static readonly double[] Shares = [0.05, 0.25, 0.5, 0.75, 0.95];
    private static readonly string[] Names = ["p5", "p25", "p50", "p75", "p95"];

    public static ImmutableArray<Fingerprint> Of(ModelFile file, Func<string, bool> filter, CancellationToken cancellation)
    {
        TensorInfo[] tensors = [.. TensorDescriptions.Logical(file).Where(tensor => filter(tensor.Name))];
        TensorStatistics?[] statistics = new StatisticsPass(file.Source, tensors).Run(null, cancellation);
        return [.. tensors.Select((tensor, i) => Of(file.Source, tensor, statistics[i], cancellation))];
    }

    public static void Write(Utf8JsonWriter json, IEnumerable<Fingerprint> fingerprints)
    {
        json.WriteStartArray("fingerprints");
        foreach (Fingerprint one in fingerprints)
        {
            json.WriteStartObject();
            json.WriteString("name", one.Name);
            json.WriteShape(one.Shape);
            json.WriteString("dtype", one.Type);
            json.Number("mean", one.Mean);
            json.Number("std", one.Deviation);
            json.Number("min", one.Minimum);
            json.Number("max", one.Maximum);
            for (int i = 0; i < Names.Length; i++)
            {
                json.Number(Names[i], one.Quantiles[i]);
            }

            json.WriteNumber("nan_count", one.NaN);
            json.WriteNumber("inf_count", one.Infinity);
            json.WriteNumber("zero_fraction", one.ZeroShare);
            json.WriteNumberOrNull("checksum", one.Values is { } values ? (uint)values : null);
            json.WriteString("xxh128", one.Values is { } hash ? hash.ToString("x32") : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="Write"/> or apr itself wrote; only names and statistics count.</summary>
    /// <exception cref="ModelPackException">It is no such file.</exception>
    public static IReadOnlyDictionary<string, Fingerprint> Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(SmallFile.Read(path));
            Dictionary<string, Fingerprint> found = new(StringComparer.Ordinal);
            foreach (JsonElement one in document.RootElement.GetProperty("fingerprints").EnumerateArray())
            {
                Fingerprint print = new(
                    one.GetProperty("name").GetString()!, Number(one, "mean"), Number(one, "std"), Number(one, "min"), Number(one, "max"));
                found[print.Name] = print;
            }

            return found;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelPackException(
                QaErrors.NoFingerprints, $"no fingerprints can be read: {exception.Message.TrimEnd('.')}", exception)
            {
                FilePath = path,
            };
        }
    }

    private static double? Number(JsonElement one, string name) =>
        one.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static Fingerprint Of(ByteSource source, TensorInfo tensor, TensorStatistics? statistics, CancellationToken cancellation) =>
        new(tensor.Name, statistics?.Mean, statistics?.StandardDeviation, statistics?.Minimum, statistics?.Maximum)
        {
            Shape = tensor.Shape,
            Type = TensorTypes.Get(tensor.Type).Name,
            Quantiles = [.. Quantiles.Of(source, tensor, Shares, cancellation)],
            NaN = statistics?.NaN ?? 0,
            Infinity = statistics?.Infinity ?? 0,
            ZeroShare = statistics is { Count: > 0 } ? (double)statistics.Zeros / statistics.Count : 0,
            Values = TensorHasher.Compute(source, tensor, false, new(null, tensor.ByteLength), cancellation).Values,
        };
}
