using ModelPack.Formats;
using ModelPack.Verification;

namespace ModelPack.Tool.Output.Text;

/// <summary>The outcome of a round trip.</summary>
internal static class RoundTripText
{
    public static string Of(string source, RoundTripReport roundTrip, Verbosity verbosity = Verbosity.Normal)
    {
        TextReport report = new();
        report.Line(
            $"{(roundTrip.Identical ? "identical" : "NOT identical")}: {source} via "
                + $"{string.Join(" -> ", roundTrip.Chain.Select(format => format.Extension()))}");
        report.Field("source", $"XXH128 {roundTrip.SourceXxh128}");
        report.Field("returned", $"XXH128 {roundTrip.ReturnedXxh128}");
        report.Section("steps", roundTrip.Steps.Select(step =>
            $"{step.Source.Format.Extension()} -> {step.Output.Format.Extension()}: {Size.Exact(step.Output.Bytes)}, "
                + $"{ConvertText.Claim(step)}"));
        report.Section("difference", roundTrip.Difference is Difference difference ? [DifferenceText.Of(difference)] : []);
        NoteSection.Write(
            report, roundTrip.Steps.SelectMany(step => NoteSection.Ranked(step.Notes, step.NoteRanks)).Distinct()
                .OrderBy(note => note.Rank), verbosity);
        return report.ToString();
    }
}
