using ModelPack.Models;
using ModelPack.Qa.Comparison;

namespace ModelPack.Qa.Apr.Words;

/// <summary>
/// <c>rosetta validate-stats MODEL --reference M</c>. Statistics are exact here, so they have to be equal unless <c>--threshold</c> allows
/// a distance in standard deviations of the reference.
/// </summary>
internal static class ValidateStatsWord
{
    public static int Run(AprCall call)
    {
        string model = call.Model(0);
        double threshold = call.Has("--strict") ? 0 : call.Number("--threshold", 0);
        (int count, Anomaly[] anomalies) = (call.Value("--reference"), call.Value("--fingerprints")) switch
        {
            ({ } reference, null) => AgainstModel(call, model, reference, threshold),
            (null, { } stored) => AgainstStored(call, model, stored, threshold),
            (null, null) => Alone(call, model),
            _ => throw new AprFailure(AprExit.Usage, "--reference and --fingerprints cannot be used together"),
        };
        bool passed = count > 0 && anomalies.Length == 0;
        call.Answer(
            json =>
            {
                json.WriteString("model", model);
                json.WriteNumber("threshold", threshold);
                json.WriteBoolean("strict", call.Has("--strict"));
                json.WriteNumber("total_tensors", count);
                json.WriteNumber("anomalies", anomalies.Length);
                json.WriteStartArray("anomaly_details");
                foreach (Anomaly one in anomalies)
                {
                    json.WriteStartObject();
                    json.WriteString("tensor", one.Tensor);
                    json.WriteString("field", one.Field);
                    json.Number("expected", one.Expected);
                    json.Number("actual", one.Actual);
                    json.Number("deviation", one.Deviation);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteBoolean("passed", passed);
            },
            () => anomalies.Select(
                    one => FormattableString.Invariant($"{one.Tensor}: {one.Field} is {one.Actual}, expected {one.Expected}"))
                .Append(
                    passed ? $"{count} tensors: passed"
                    : count == 0 ? "FAILED: there was no tensor to look at"
                    : $"{anomalies.Length} anomalies: FAILED"));
        return passed ? AprExit.Done : AprExit.ValidationFailed;
    }

    private static (int, Anomaly[]) AgainstModel(AprCall call, string model, string reference, double threshold)
    {
        if (!File.Exists(reference) && !Directory.Exists(reference))
        {
            throw new AprFailure(AprExit.NotFound, $"File not found: {reference}");
        }

        (ModelFile first, ModelFile second) = ModelFiles.OpenPair(reference, model, PathScope.Model);
        using ModelFile own = first;
        using ModelFile other = second;
        EnsureUndamaged(call, second);
        EnsureUndamaged(call, first);
        PairedStatistics pairs = PairedStatistics.Of(first, second, call.Cancellation);
        IEnumerable<Anomaly> missing = pairs.Tensors.Where(pair => pair.Second is null)
            .Select(pair => new Anomaly(pair.First.Name, "missing", 1, 0, null))
            .Concat(pairs.Extra.Select(name => new Anomaly(name, "missing", 0, 1, null)));
        return (pairs.Tensors.Length, [
            .. missing, .. pairs.Tensors.SelectMany(
                pair => pair.Differences.Select(
                    one => Of(pair.First.Name, one, pair.FirstStatistics!.StandardDeviation)).Where(one => one.IsBeyond(threshold)))]);
    }

    private static (int, Anomaly[]) AgainstStored(AprCall call, string model, string stored, double threshold)
    {
        IReadOnlyDictionary<string, Fingerprint> expected = Fingerprints.Read(stored);
        using ModelFile file = ModelFiles.Open(model);
        EnsureUndamaged(call, file);
        Fingerprint[] prints = [.. Fingerprints.Of(file, expected.ContainsKey, call.Cancellation)];
        IEnumerable<Anomaly> missing = expected.Keys.Except(prints.Select(print => print.Name))
            .Select(name => new Anomaly(name, "missing", 1, 0, null));
        return (prints.Length, [
            .. missing, .. prints.SelectMany(print => Compare(expected[print.Name], print)).Where(one => one.IsBeyond(threshold))]);
    }

    private static IEnumerable<Anomaly> Compare(Fingerprint expected, Fingerprint actual) =>
        new (string Field, double? Expected, double? Actual)[]
        {
            ("mean", expected.Mean, actual.Mean), ("std", expected.Deviation, actual.Deviation),
            ("min", expected.Minimum, actual.Minimum), ("max", expected.Maximum, actual.Maximum),
        }.Where(one => one.Expected != one.Actual).Select(one => Of(actual.Name, one, expected.Deviation));

    private static (int, Anomaly[]) Alone(AprCall call, string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        EnsureUndamaged(call, file);
        TensorSummary[] tensors = [.. ModelStatistics.Compute(file, null, call.Cancellation).Tensors];
        return (tensors.Length, [
            .. tensors.Where(one => one.Statistics is { } values && (values.NaN > 0 || values.Infinity > 0))
                .Select(one => new Anomaly(one.Tensor.Name, "nonfinite", 0, one.Statistics!.NaN + one.Statistics.Infinity, null))]);
    }

    // Statistics say nothing of values that changed places: a file that its own footer calls damaged is no match for any.
    private static void EnsureUndamaged(AprCall call, ModelFile file) => file.CheckFooter(call.Cancellation);

    private static Anomaly Of(string tensor, (string Field, double? Expected, double? Actual) one, double? deviation) =>
        new(
            tensor, one.Field, one.Expected, one.Actual,
            deviation > 0 ? Math.Abs((one.Expected - one.Actual) / deviation ?? double.NaN) : null);

    private sealed record Anomaly(string Tensor, string Field, double? Expected, double? Actual, double? Deviation)
    {
        public bool IsBeyond(double threshold) => threshold <= 0 || Deviation is not { } distance || !(distance <= threshold);
    }
}
