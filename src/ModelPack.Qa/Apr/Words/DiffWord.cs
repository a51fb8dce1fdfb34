using ModelPack.Verification.Tolerance;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>diff A B</c>. Unlike apr's own, it exits with 5 if the files differ.</summary>
internal static class DiffWord
{
    private static readonly string[] Categories = ["format", "metadata", "tensor", "quantization", "size"];

    public static int Run(AprCall call)
    {
        (string first, string second) = (call.Model(0), call.Model(1));
        if (call.Has("--values"))
        {
            return Values(call, first, second);
        }

        Func<string, bool> filter = NameFilter.Of(call.Value("--filter"));
        using Model own = Model.Open(first);
        using Model other = Model.Open(second);
        Difference[] found = [.. ModelDiff.Compare(own, other).Differences.Where(difference => filter(difference.Place))];
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
        ToleranceReport report = ModelVerifier.Verify(first, second, ValueTolerance.Absolute(0), cancellation: call.Cancellation);
        Func<string, bool> filter = NameFilter.Of(call.Value("--filter"));
        (TensorDistance Tensor, string Status)[] tensors = [
            .. report.Distances.Where(one => filter(one.Name)).Select(one => (one, Status(one)))];
        int apart = report.Differences.Count(one => filter(one.Place));
        call.Answer(
            json =>
            {
                json.WriteString("model_a", first);
                json.WriteString("model_b", second);
                json.WriteNumber("tensors_compared", tensors.Length);
                json.WriteNumber("identical_count", Count("Identical"));
                json.WriteNumber("transposed_count", 0);
                json.WriteNumber("critical_count", Count("Critical"));
                json.WriteNumber("large_count", Count("LargeDiff"));
                json.WriteNumber("medium_count", Count("MediumDiff"));
                json.WriteStartArray("results");
                foreach ((TensorDistance tensor, string status) in tensors)
                {
                    json.WriteStartObject();
                    json.WriteString("name", tensor.Name);
                    json.WriteNumber("element_count", tensor.Elements);
                    json.Number("max_diff", tensor.LargestAbsolute?.Absolute ?? (tensor.NonFinite > 0 ? null : 0));
                    json.WriteNumber("identical_count", tensor.Elements - tensor.Different);
                    json.WriteString("status", status);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            () => tensors.Select(one => $"{one.Status}  {one.Tensor.Name}"));
        return apart == 0 ? AprExit.Done : AprExit.ValidationFailed;

        int Count(string status) => tensors.Count(one => one.Status == status);
    }

    // The steps of apr's own labels (apr-rosetta.md §2).
    private static string Status(TensorDistance tensor) => (tensor.NonFinite, tensor.LargestAbsolute?.Absolute ?? 0) switch
    {
        ( > 0, _) => "Critical",
        (_, 0) => "Identical",
        (_, < 1e-3) => "NearlyIdentical",
        (_, < 0.01) => "SmallDiff",
        (_, < 0.1) => "MediumDiff",
        (_, < 1) => "LargeDiff",
        _ => "Critical",
    };

    private static string Category(Difference difference) => difference.Kind switch
    {
        DifferenceKind.Metadata => "metadata",
        DifferenceKind.Type => "quantization",
        DifferenceKind.Container => "format",
        _ => "tensor",
    };
}
