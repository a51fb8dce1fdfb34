using System.Collections.Immutable;
using ModelPack.Qa.Comparison;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>rosetta fingerprint MODEL [B]</c>: statistics of the decoded values of every tensor.</summary>
internal static class FingerprintWord
{
    public static int Run(AprCall call)
    {
        string? output = call.Value("-o") ?? call.Value("--output");
        if (Path.Exists(output))
        {
            // It may be the model itself, or another file that nobody wants to lose.
            _ = Fingerprints.Read(output);
        }

        using Model own = Model.Open(call.Model(0));
        using Model? other = call.Positional.Count == 2 ? Model.Open(call.Model(1)) : null;
        Func<string, bool> filter = NameFilter.Of(
            call.Value("--filter"), other is null ? [own.File] : [own.File, other.File]);
        ImmutableArray<Fingerprint> prints = Fingerprints.Of(own.File, filter, call.Cancellation);
        if (output is not null)
        {
            File.WriteAllText(output, JsonLine.Of(json => Fingerprints.Write(json, prints)) + "\n");
        }

        return other is null ? Alone(call, prints) : Compare(call, call.Compare(own, other), prints, filter);
    }

    private static int Alone(AprCall call, ImmutableArray<Fingerprint> prints)
    {
        call.Answer(json => Fingerprints.Write(json, prints), () => prints.Select(Line));
        return AprExit.Done;
    }

    private static int Compare(
        AprCall call, VerificationReport report, ImmutableArray<Fingerprint> prints, Func<string, bool> filter)
    {
        Difference[] found = [
            .. report.Differences.Where(difference => difference.Kind != DifferenceKind.Metadata && filter(difference.Place))];
        int missingInA = found.Count(difference => difference.Kind == DifferenceKind.ExtraTensor);
        int missingInB = found.Count(difference => difference.Kind == DifferenceKind.MissingTensor);
        bool passed = found.Length == 0 && report.TensorsCompared > 0;
        call.Answer(
            json =>
            {
                Fingerprints.Write(json, prints);
                json.WriteNumber("total_tensors", report.TensorsCompared);
                json.WriteNumber("anomalies", found.Length - missingInA - missingInB);
                json.WriteNumber("missing_in_a", missingInA);
                json.WriteNumber("missing_in_b", missingInB);
                json.WriteBoolean("passed", passed);
            },
            () => passed ? prints.Select(Line)
                : found.Length == 0 ? [NameFilter.Nothing]
                : found.Select(difference => difference.Text));
        return passed ? AprExit.Done : AprExit.ValidationFailed;
    }

    private static string Line(Fingerprint print) =>
        FormattableString.Invariant(
            $"{print.Name}  {print.Type}  mean {print.Mean}  std {print.Deviation}  min {print.Minimum}  max {print.Maximum}");
}
