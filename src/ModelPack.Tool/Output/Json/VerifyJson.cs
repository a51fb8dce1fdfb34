using System.Text.Json;
using ModelPack.Codec.Proof;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>verify</c> (docs/json.md).</summary>
internal static class VerifyJson
{
    public static void Write(Utf8JsonWriter writer, string first, string second, VerificationReport report)
    {
        writer.WriteString("kind", "verify");
        writer.WriteString("first", first);
        writer.WriteString("second", second);
        writer.WriteString("requested", Words.Of(report.Requested));
        writer.WriteString("proved", report.Proved is ProofLevel level ? Words.Of(level) : null);
        writer.WriteBoolean("passed", report.Passed);
        writer.WriteNumber("tensorsCompared", report.TensorsCompared);
        writer.WriteNumber("metadataCompared", report.MetadataCompared);
        writer.WriteStartArray("differences");
        foreach (Difference difference in report.Differences)
        {
            writer.WriteDifference(difference);
        }

        writer.WriteEndArray();
        writer.WriteStrings("notes", report.Notes);
    }
}
