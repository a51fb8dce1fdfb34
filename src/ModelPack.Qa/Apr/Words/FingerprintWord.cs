using System.Collections.Immutable;
using ModelPack.Models;
using ModelPack.Qa.Comparison;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>rosetta fingerprint MODEL [B]</c>: statistics of the decoded values of every tensor.</summary>
internal static class FingerprintWord
{
    public static int Run(AprCall call)
    {
        Func<string, bool> filter = Filter(call);
        ImmutableArray<Fingerprint> prints = Fingerprints.Of(call.Model(0), filter, call.Cancellation);
        if ((call.Value("-o") ?? call.Value("--output")) is { } output)
        {
            File.WriteAllText(output, JsonLine.Of(json => Fingerprints.Write(json, prints)) + "\n");
        }

        return call.Positional.Count == 2 ? Compare(call, prints, filter) : Alone(call, prints);
    }

    private static int Alone(AprCall call, ImmutableArray<Fingerprint> prints)
    {
        call.Answer(json => Fingerprints.Write(json, prints), () => prints.Select(Line));
        return AprExit.Done;
    }

    private static int Compare(AprCall call, ImmutableArray<Fingerprint> prints, Func<string, bool> filter)
    {
        VerificationReport report = ModelVerifier.Verify(
            call.Model(0), call.Model(1), ProofLevel.L1, cancellation: call.Cancellation);
        Difference[] found = [
            .. report.Differences.Where(difference => difference.Kind != DifferenceKind.Metadata && filter(difference.Place))];
        int missingInA = found.Count(difference => difference.Kind == DifferenceKind.ExtraTensor);
        int missingInB = found.Count(difference => difference.Kind == DifferenceKind.MissingTensor);
        bool passed = found.Length == 0;
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
            () => passed ? prints.Select(Line) : found.Select(difference => difference.Text));
        return passed ? AprExit.Done : AprExit.ValidationFailed;
    }

    private static Func<string, bool> Filter(AprCall call)
    {
        using ModelFile first = ModelFiles.Open(call.Model(0));
        using ModelFile? second = call.Positional.Count == 2 ? ModelFiles.Open(call.Model(1)) : null;
        return NameFilter.Of(call.Value("--filter"), [.. new[] { first, second }.OfType<ModelFile>()]);
    }

    private static string Line(Fingerprint print) =>
        FormattableString.Invariant(
            $"{print.Name}  {print.Type}  mean {print.Mean}  std {print.Deviation}  min {print.Minimum}  max {print.Maximum}");
}
