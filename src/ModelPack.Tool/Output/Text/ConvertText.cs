using System.Globalization;
using ModelPack.Formats;
using ModelPack.Tool.Commands;

namespace ModelPack.Tool.Output.Text;

/// <summary>The proof of a conversion, in a few lines.</summary>
internal static class ConvertText
{
    private const int MaximumNamed = 3;

    public static string Of(ConversionOutcome outcome, Verbosity verbosity = Verbosity.Normal)
    {
        Certificate certificate = outcome.Certificate;
        TextReport report = new();
        report.Line($"{certificate.Source.Name} -> {outcome.TargetPath}: {Claim(certificate)}");
        report.Field("source", File(certificate.Source));
        report.Field("output", File(certificate.Output));
        MeaningText.Write(report, certificate.Meaning, certificate.MeaningReasons, certificate.Output.Format);
        report.Field("tensors", Tensors(certificate));
        report.Field("time", $"{Size.Time(outcome.Duration)}, {Size.Rate(certificate.Source.Bytes, outcome.Duration)}");
        report.Field("certificate", outcome.CertificatePath);
        NoteSection.Write(report, NoteSection.Ranked(certificate.Notes, certificate.NoteRanks), verbosity);
        return report.ToString();
    }

    /// <summary>What was proved, and of what: no more than the certificate lists.</summary>
    public static string Claim(Certificate certificate)
    {
        string claim = certificate is { Level: ProofLevel.L3, Meaning: Meaning.Partial }
            ? "L3 proved, converting back gives what was found of the model byte for byte"
            : Claim(certificate.Level, certificate.LeftOut.IsEmpty ? "the source" : "every file of the model");
        if (certificate.LeftOut.IsEmpty)
        {
            return claim;
        }

        int more = certificate.LeftOut.Length - MaximumNamed;
        return $"{claim}; left out: "
            + $"{string.Join(", ", certificate.LeftOut.OrderByDescending(file => file.IsPart).Take(MaximumNamed))}{(more > 0 ? $" and {more} more" : "")}";
    }

    private static string Claim(ProofLevel level, string of) => level switch
    {
        ProofLevel.L0 => "L0, the output is structurally valid",
        ProofLevel.L1 => "L1 proved, every tensor is equal",
        ProofLevel.L2 => "L2 proved, tensors and metadata are equal",
        ProofLevel.L3 => $"L3 proved, converting back gives {of} byte for byte",
        _ => throw new ArgumentOutOfRangeException(nameof(level)),
    };

    private static string File(CertifiedFile file)
    {
        string sha256 = file.Sha256 is null ? "" : $", SHA-256 {file.Sha256}";
        string parts = file.Parts.IsEmpty ? "" : $" in {file.Parts.Length} files";
        return $"{file.Format.Extension()}, {Size.Exact(file.Bytes)}{parts}, XXH128 {file.Xxh128}{sha256}";
    }

    private static string Tensors(Certificate certificate)
    {
        List<string> parts = [];
        Count(TensorAction.Copy, "copied");
        Count(TensorAction.Carry, "carried as raw blocks");
        Count(TensorAction.Swap, "byte order reversed");
        Count(TensorAction.Move, "with their bytes in another order");
        Count(TensorAction.Widen, "widened");
        Count(TensorAction.Change, "changed in value");
        Count(TensorAction.Keep, certificate.Level == ProofLevel.L3 ? "only kept for the way back" : "not in the output");
        if (certificate.Tensors.Select(tensor => tensor.Loss).OfType<TensorLoss>().MaxBy(loss => loss.Absolute) is { } worst)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"rounding to {worst.Type} is off by at most {worst.Absolute:G4}"));
        }

        long nonFinite = certificate.Tensors.Sum(tensor => tensor.NonFiniteCount);
        if (nonFinite > 0)
        {
            parts.Add($"{nonFinite} non-finite values kept");
        }

        int withoutCheck = certificate.Tensors.Count(tensor => tensor.Finite == FiniteStatus.NotChecked);
        if (withoutCheck > 0)
        {
            parts.Add($"{withoutCheck} of a type without a check for finite values");
        }

        return parts.Count == 0 ? "none" : $"{certificate.Tensors.Length}: {string.Join(", ", parts)}";

        void Count(TensorAction action, string verb)
        {
            int count = certificate.Tensors.Count(tensor => tensor.Action == action);
            if (count > 0)
            {
                parts.Add($"{count} {verb}");
            }
        }
    }
}
