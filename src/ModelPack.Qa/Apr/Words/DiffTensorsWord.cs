using System.Collections.Immutable;
using ModelPack.Tensors;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>rosetta diff-tensors A B</c>: names, shapes, types and bits, in the words of the files that both come from.</summary>
internal static class DiffTensorsWord
{
    public static int Run(AprCall call)
    {
        (string first, string second) = (call.Model(0), call.Model(1));
        VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L1, cancellation: call.Cancellation);
        Func<string, bool> filter = NameFilter.Of(call.Value("--filter"));
        ImmutableArray<Difference> differences = [
            .. report.Differences.Where(difference => difference.Kind != DifferenceKind.Metadata && filter(difference.Place))];
        (Dictionary<string, string> firstShapes, int firstCount) = Shapes(first);
        (Dictionary<string, string> secondShapes, int secondCount) = Shapes(second);
        bool passed = differences.IsEmpty;
        call.Answer(
            json =>
            {
                json.WriteString("model_a", first);
                json.WriteString("model_b", second);
                json.WriteNumber("tensors_a", firstCount);
                json.WriteNumber("tensors_b", secondCount);
                json.WriteNumber("tensors_compared", report.TensorsCompared);
                json.WriteNumber("layout_mismatches", Count(DifferenceKind.Shape));
                json.WriteNumber("missing_in_a", Count(DifferenceKind.ExtraTensor));
                json.WriteNumber("missing_in_b", Count(DifferenceKind.MissingTensor));
                if (!passed)
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

                json.WriteString("diagnosis", passed ? "all tensors are equal" : differences[0].Text);
                json.WriteBoolean("passed", passed);
            },
            () => passed
                ? [$"{report.TensorsCompared} tensors compared: equal"]
                : differences.Select(difference => $"{difference.Place}: {difference.Text}"));
        return passed ? AprExit.Done : AprExit.ValidationFailed;

        int Count(DifferenceKind kind) => differences.Count(difference => difference.Kind == kind);
    }

    private static (Dictionary<string, string> Shapes, int Count) Shapes(string path)
    {
        using Model model = Model.Open(path);
        Dictionary<string, string> shapes = new(StringComparer.Ordinal);
        foreach (Tensor tensor in model.Tensors)
        {
            shapes.TryAdd(tensor.Name, TensorShape.Format(tensor.Shape.AsSpan()));
        }

        return (shapes, model.Tensors.Count);
    }
}
