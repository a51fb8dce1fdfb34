using System.Globalization;
using System.Text;
using ModelPack.Diagnostics;
using ModelPack.Formats;

namespace ModelPack.Qa.Reports;

/// <summary>The fields of apr's publish manifest (contract F-PUBLISH-MANIFEST-001) that the certificate of a conversion proves. The others
/// are for the publisher to say: a conversion knows no licence.</summary>
internal static class PublishManifest
{
    private static readonly string[] Others =
    [
        "model_id", "version", "architecture", "artifact_url", "license", "published_at", "published_by", "provenance.pipeline",
        "provenance.parent_license", "provenance.data_source", "provenance.data_license", "provenance.recipe", "provenance.recipe_sha256",
    ];

    private static readonly Dictionary<string, string> Quantizations = new(StringComparer.Ordinal)
    {
        ["F32"] = "fp32", ["F16"] = "fp16", ["BF16"] = "bf16", ["Q8_0"] = "q8_0", ["Q4_K"] = "q4_k", ["Q5_K"] = "q5_k", ["Q6_K"] = "q6_k",
    };

    /// <exception cref="ModelPackException">The certificate has no SHA-256, or the output is a folder.</exception>
    public static string Of(Certificate certificate)
    {
        CertifiedFile output = certificate.Output;
        if (output.Sha256 is not { } sha256 || certificate.Source.Sha256 is not { } parent)
        {
            throw new ModelPackException(QaErrors.NoSha256, "the certificate has no SHA-256 of source and output");
        }

        StringBuilder text = new();
        Line(text, $"format: {output.Format.Extension()}");
        Line(text, $"quantization: {Quantization(certificate)}");
        Line(text, $"sha256: {sha256}");
        Line(text, string.Create(CultureInfo.InvariantCulture, $"size_bytes: {output.Bytes}"));
        Line(text, "provenance:");
        Line(text, $"  parent: {Quote($"{certificate.Source.Name} sha256:{parent}")}");
        Line(text, $"# for the publisher to say: {string.Join(", ", Others)}");
        return text.ToString();
    }

    // The type that most weights have; norms and biases stay F32 in every file.
    private static string Quantization(Certificate certificate)
    {
        string? main = certificate.Tensors.Where(tensor => tensor.Shape.Length > 1).GroupBy(tensor => tensor.Type)
            .OrderByDescending(group => group.Sum(tensor => tensor.Shape.Aggregate(1m, (product, length) => product * length)))
            .Select(group => group.Key).FirstOrDefault();
        return main is not null && Quantizations.TryGetValue(main, out string? word) ? word : "none";
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Quote(string text) =>
        $"\"{SafeText.Escape(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
