using System.Collections.Immutable;
using ModelPack.Tensors;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>rosetta diff-tensors A B</c>: names, shapes, types and bits, in the words of the files that both come from.</summary>
internal static class DiffTensorsWord
{
    public static int Run(AprCall call)
    {
        (string first, string second) = (call.Model(0), call.Model(1));
        _ = call.Whole("--show-values", 0);
        using Model own = Model.Open(first);
        using Model other = Model.Open(second);
        (Dictionary<string, string> firstShapes, Dictionary<string, string> secondShapes) = (Shapes(own), Shapes(other));
        Func<string, bool> filter = NameFilter.Of(call.Value("--filter"), own.File, other.File);
        VerificationReport report = call.Compare(own, other);
        ImmutableArray<Difference> differences = [
            .. report.Differences.Where(difference => difference.Kind != DifferenceKind.Metadata && filter(difference.Place))];
        bool passed = differences.IsEmpty && report.TensorsCompared > 0;
        string diagnosis = passed ? "all tensors are equal" : differences is [var worst, ..] ? worst.Text : NameFilter.Nothing;
        call.Answer(
            json =>
            {
                json.WriteString("model_a", first);
                json.WriteString("model_b", second);
                json.WriteNumber("tensors_a", own.Tensors.Count);
                json.WriteNumber("tensors_b", other.Tensors.Count);
                json.WriteNumber(
                    "tensors_compared", call.Value("--filter") is null ? report.TensorsCompared : firstShapes.Keys.Count(filter));
                json.WriteNumber("layout_mismatches", Count(DifferenceKind.Shape));
                json.WriteNumber("missing_in_a", Count(DifferenceKind.ExtraTensor));
                json.WriteNumber("missing_in_b", Count(DifferenceKind.MissingTensor));
                if (!differences.IsEmpty)
                {
                    json.WriteStartArray("mismatched_tensors");
                    foreach (Difference difference in differences)
                    {
                        json.WriteStartObject();
                        json.WriteString("name", difference.Place);
                        json.WriteString("shape_a", firstShapes.GetValueOrDefault(difference.Place));
                        json.WriteString("shape_b", secondShapes.GetValueOrDefault(difference.Place));
                        json.WriteString("reason", difference.Text);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                }

                json.WriteString("diagnosis", diagnosis);
                json.WriteBoolean("passed", passed);
            },
            () => passed
                ? [$"{report.TensorsCompared} tensors compared: equal"]
                : differences.IsEmpty ? [diagnosis]
                : differences.Select(difference => $"{difference.Place}: {difference.Text}"));
        return passed ? AprExit.Done : AprExit.ValidationFailed;

        int Count(DifferenceKind kind) => differences.Count(difference => difference.Kind == kind);
    }

    private static Dictionary<string, string> Shapes(Model model)
    {
        Dictionary<string, string> shapes = new(StringComparer.Ordinal);
        foreach (Tensor tensor in model.Tensors)
        {
            shapes.TryAdd(tensor.Name, TensorShape.Format(tensor.Shape.AsSpan()));
        }

        return shapes;
    }
}
