using System.Text.Json;
using ModelPack.Conversion.Certificates;
using ModelPack.Formats;
using ModelPack.Verification;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>roundtrip</c> (docs/json.md).</summary>
internal static class RoundTripJson
{
    public static void Write(Utf8JsonWriter writer, string source, RoundTripReport report)
    {
        writer.WriteString("kind", "roundtrip");
        writer.WriteString("source", source);
        writer.WriteStartArray("chain");
        foreach (ModelFormat format in report.Chain)
        {
            writer.WriteStringValue(format.Extension());
        }

        writer.WriteEndArray();
        writer.WriteBoolean("identical", report.Identical);
        writer.WriteString("sourceXxh128", report.SourceXxh128);
        writer.WriteString("returnedXxh128", report.ReturnedXxh128);
        writer.WritePropertyName("difference");
        if (report.Difference is Difference difference)
        {
            writer.WriteDifference(difference);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteStartArray("steps");
        foreach (Certificate certificate in report.Steps)
        {
            CertificateWriter.Write(writer, certificate);
        }

        writer.WriteEndArray();
    }
}
