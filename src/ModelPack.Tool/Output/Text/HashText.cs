using System.Collections.Immutable;
using ModelPack.Verification.Hashing;

namespace ModelPack.Tool.Output.Text;

/// <summary>What became of a manifest.</summary>
internal static class HashText
{
    public static string Written(string path, string manifest, ModelHash hashes)
    {
        TextReport report = new();
        report.Line($"{path}: hashes written to {manifest}");
        return Complete(report, hashes);
    }

    public static string Checked(string path, string manifest, ModelHash hashes, ImmutableArray<HashMismatch> mismatches)
    {
        TextReport report = new();
        report.Line(mismatches.IsEmpty ? $"{path}: as {manifest} says" : $"{path}: NOT as {manifest} says");
        report.Section("tensors that differ", mismatches.Select(mismatch => mismatch.Text));
        return Complete(report, hashes);
    }

    private static string Complete(TextReport report, ModelHash hashes)
    {
        report.Field("tensors", $"{hashes.Tensors.Length}");
        report.Field("model", hashes.Model);
        report.Field("values", hashes.Values);
        if (hashes.Sha256 is not null)
        {
            report.Field("SHA-256", hashes.Sha256);
        }

        report.Section("notes", hashes.Notes);
        return report.ToString();
    }
}
