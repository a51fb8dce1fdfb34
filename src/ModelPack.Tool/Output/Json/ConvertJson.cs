using System.Text.Json;
using ModelPack.Conversion.Certificates;
using ModelPack.Tool.Commands;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>convert</c>, <c>split</c> and <c>merge</c> (docs/json.md).</summary>
internal static class ConvertJson
{
    public static void Write(Utf8JsonWriter writer, string verb, ConversionOutcome outcome)
    {
        writer.WriteString("kind", verb);
        writer.WriteString("target", outcome.TargetPath);
        writer.WriteString("certificatePath", outcome.CertificatePath);
        writer.WriteNumber("seconds", Math.Round(outcome.Duration.TotalSeconds, 3));
        writer.WritePropertyName("certificate");
        CertificateWriter.Write(writer, outcome.Certificate);
    }
}
