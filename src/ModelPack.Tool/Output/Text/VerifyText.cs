using ModelPack.Diagnostics;

namespace ModelPack.Tool.Output.Text;

/// <summary>The outcome of a comparison.</summary>
internal static class VerifyText
{
    public static string Of(string first, string second, VerificationReport verification, int width = int.MaxValue)
    {
        TextReport report = new(width);
        string verdict = verification.Passed ? "equal" : "NOT equal";
        string proved = verification.Proved is ProofLevel level ? $"{EnumText.Of(level)} holds" : "not even L1 holds";
        report.Line($"{verdict} at {EnumText.Of(verification.Requested)}, {proved}: {first} and {second}");
        report.Field("tensors", $"{verification.TensorsCompared} compared bit for bit");
        report.Field("metadata", $"{Plural.Of(verification.MetadataCompared, "key")} compared");
        DifferenceTable.Write(report, "differences", verification.Differences);
        report.Section("notes", verification.Notes);
        return report.ToString();
    }
}
