using System.Globalization;
using System.Text;
using ModelPack.Diagnostics;
using ModelPack.Formats;

namespace ModelPack.Qa.Reports;

/// <summary>A section for a model card, made from the certificate of a conversion. It claims what the certificate proves.</summary>
internal static class ModelCard
{
    public static string Of(Certificate certificate)
    {
        CertifiedFile source = certificate.Source;
        CertifiedFile output = certificate.Output;
        StringBuilder text = new("## How this file was made\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"Converted from {Cell(source.Name)} ({source.Format.Extension()}) by {Cell(certificate.Tool)}. ");
        text.Append(Claim(certificate.Level)).Append("\n\n");
        text.Append("| | Source | This file |\n|---|---|---|\n");
        Row(text, "Name", Cell(source.Name), Cell(output.Name));
        Row(text, "Format", source.Format.Extension(), output.Format.Extension());
        Row(text, "Bytes", Number(source.Bytes), Number(output.Bytes));
        Row(text, "XXH128", $"`{source.Xxh128}`", $"`{output.Xxh128}`");
        if (source.Sha256 is not null && output.Sha256 is not null)
        {
            Row(text, "SHA-256", $"`{source.Sha256}`", $"`{output.Sha256}`");
        }

        text.Append($"\n{Plural.Of(certificate.Tensors.Length, "tensor")}: {Types(certificate)}. {Finite(certificate)}\n");
        foreach (string reason in certificate.MeaningReasons)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n- {Cell(reason)}");
        }

        return text.Append(certificate.MeaningReasons.IsEmpty ? "" : "\n").ToString();
    }

    private static string Claim(ProofLevel level) => level switch
    {
        ProofLevel.L3 => "Converting it back gives the source byte for byte; that was checked when it was written.",
        ProofLevel.L2 => "All tensors and all metadata are those of the source; that was checked when it was written.",
        ProofLevel.L1 => "All tensors are those of the source; that was checked when it was written.",
        _ => "Its structure was checked when it was written.",
    };

    private static string Types(Certificate certificate) => string.Join(
        ", ", certificate.Tensors.GroupBy(tensor => tensor.Type).OrderByDescending(group => group.Count())
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {Cell(group.Key)}")));

    private static string Finite(Certificate certificate)
    {
        int notChecked = certificate.Tensors.Count(tensor => tensor.Finite == FiniteStatus.NotChecked);
        int nonFinite = certificate.Tensors.Count(tensor => tensor.Finite == FiniteStatus.NonFinite);
        return nonFinite > 0 ? $"{nonFinite} of them hold NaN or infinity."
            : notChecked > 0 ? $"{notChecked} of them have a type whose values cannot be looked at; the others are finite."
            : "All values are finite.";
    }

    private static void Row(StringBuilder text, string name, string source, string output) =>
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {source} | {output} |\n");

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Cell(string text) => MarkdownReport.Cell(text);
}
