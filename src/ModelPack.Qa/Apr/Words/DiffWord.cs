using ModelPack.IO.Json;
using ModelPack.Qa.Comparison;
using ModelPack.Verification.Tolerance;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>diff A B</c>. Unlike apr's own, it exits with 5 if the files differ.</summary>
internal static class DiffWord
{
    private const string Same = "Identical";
    private static readonly string[] Categories = ["format", "metadata", "tensor", "quantization", "size"];

    public static int Run(AprCall call)
    {
        if (call.Has("--quant-roundtrip"))
        {
            throw new AprFailure(AprExit.NotImplemented, "--quant-roundtrip: nothing is quantized here; leave the option out");
        }

        (string first, string second) = (call.Model(0), call.Model(1));
        _ = call.Number("--threshold", 0);
        if (call.Has("--values"))
        {
            return Values(call, first, second);
        }

        using Model own = Model.Open(first);
        using Model other = Model.Open(second);
        Func<string, bool> tensors = NameFilter.Of(call.Value("--filter"), own.File, other.File);
        Func<string, bool> places = NameFilter.Of(call.Value("--filter"));
        Difference[] found = [
            .. ModelDiff.Compare(own, other).Differences.Where(
                one => (one.Kind is DifferenceKind.Metadata or DifferenceKind.Container ? places : tensors)(one.Place))];
        call.Answer(
            json =>
            {
                json.WriteString("file1", first);
                json.WriteString("file2", second);
                json.WriteString("format1", InspectWords.Name(own.Format));
                json.WriteString("format2", InspectWords.Name(other.Format));
                json.WriteBoolean("identical", found.Length == 0);
                json.WriteNumber("difference_count", found.Length);
                json.WriteNumber("structural_diffs", found.Count(one => Category(one) is "format" or "tensor" or "quantization"));
                json.WriteStartObject("category_counts");
                foreach (string category in Categories)
                {
                    json.WriteNumber(category, found.Count(one => Category(one) == category));
                }

                json.WriteEndObject();
                json.WriteStartArray("differences");
                foreach (Difference one in found)
                {
                    json.WriteStartObject();
                    json.WriteString("field", one.Place);
                    json.WriteString("file1_value", one.Payload?.First?.First.ToString("R", null));
                    json.WriteString("file2_value", one.Payload?.First?.Second.ToString("R", null));
                    json.WriteString("category", Category(one));
                    json.WriteString("type", one.Kind.ToString());
                    json.WriteString("text", one.Text);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            () => found.Length == 0 ? ["identical"] : found.Select(one => $"{one.Place}: {one.Text}"));
        return found.Length == 0 ? AprExit.Done : AprExit.ValidationFailed;
    }

    private static int Values(AprCall call, string first, string second)
    {
        using Model own = Model.Open(first);
        using Model other = Model.Open(second);
        Func<string, bool> filter = NameFilter.Of(call.Value("--filter"), own.File, other.File);
        ToleranceReport report = ModelVerifier.Verify(first, second, ValueTolerance.Absolute(0), cancellation: call.Cancellation);
        ValueGap[] tensors = [.. ValueGap.Of(own.File, other.File, call.Cancellation).Where(one => filter(one.Name))];
        bool isEqual = report.TensorsCompared > 0 && !report.Differences.Any(one => filter(one.Place));
        call.Answer(
            json =>
            {
                json.WriteString("model_a", first);
                json.WriteString("model_b", second);
                json.WriteNumber("tensors_compared", tensors.Length);
                json.WriteNumber("identical_count", Count(Same));
                json.WriteNumber("transposed_count", 0);
                json.WriteNumber("critical_count", Count("Critical"));
                json.WriteNumber("large_count", Count("LargeDiff"));
                json.WriteNumber("medium_count", Count("MediumDiff"));
                json.WriteStartArray("results");
                foreach (ValueGap tensor in tensors)
                {
                    json.WriteStartObject();
                    json.WriteString("name", tensor.Name);
                    json.WriteShape(tensor.FirstShape, "shape_a");
                    json.WriteShape(tensor.SecondShape, "shape_b");
                    json.WriteNumber("element_count", tensor.Elements);
                    json.Number("mean_diff", tensor.Mean);
                    json.Number("max_diff", tensor.Largest);
                    json.Number("rmse", tensor.RootMeanSquare);
                    json.Number("cosine_similarity", tensor.Cosine);
                    json.WriteNumber("identical_count", tensor.Count(Same));
                    json.WriteNumber("small_diff_count", tensor.Count("NearlyIdentical") + tensor.Count("SmallDiff"));
                    json.WriteNumber("medium_diff_count", tensor.Count("MediumDiff"));
                    json.WriteNumber("large_diff_count", tensor.Count("LargeDiff") + tensor.Count("Critical"));
                    json.WriteString("status", tensor.Status);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            () => report.TensorsCompared > 0 ? tensors.Select(one => $"{one.Status}  {one.Name}") : [NameFilter.Nothing]);
        return isEqual ? AprExit.Done : AprExit.ValidationFailed;

        int Count(string status) => tensors.Count(one => one.Status == status);
    }

    private static string Category(Difference difference) => difference.Kind switch
    {
        DifferenceKind.Metadata => "metadata",
        DifferenceKind.Type => "quantization",
        DifferenceKind.Container => "format",
        _ => "tensor",
    };
}
