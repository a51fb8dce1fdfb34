using ModelPack.Verification;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>rosetta verify SOURCE</c>: there and back; the bytes are compared, so nothing is left for a tolerance.</summary>
internal static class VerifyWord
{
    public static int Run(AprCall call)
    {
        ModelFormat via = ConvertWords.Word(call.Value("--intermediate") ?? "safetensors");
        _ = call.Number("--tolerance", 1e-5);
        RoundTripReport report = RoundTrip.Run(call.Model(0), [via], new(), cancellation: call.Cancellation);
        bool passed = report.Identical;
        string? difference = report.Difference?.Text;
        call.Answer(
            json =>
            {
                json.WriteBoolean("is_equivalent", passed);
                json.Number("max_diff", passed ? 0.0 : null);
                json.Number("mean_diff", passed ? 0.0 : null);
                json.WriteNumber("failed_tensors", passed ? 0 : 1);
                json.WriteString("difference", difference);
            },
            () =>
            [
                $"Intermediate: {InspectWords.Name(via)}", $"Equivalent: {(passed ? "yes, byte for byte" : $"no: {difference}")}",
                passed ? "PASSED" : "FAILED",
            ]);
        return passed ? AprExit.Done : AprExit.ValidationFailed;
    }
}
