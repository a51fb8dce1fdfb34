using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Tool.Commands;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>validate</c> (docs/json.md).</summary>
internal static class ValidateJson
{
    public static void Write(Utf8JsonWriter writer, string path, ValidationReport report, JudgedFindings judged)
    {
        writer.WriteString("kind", "validate");
        writer.WriteString("file", path);
        writer.WriteBoolean("sound", report.Findings.IsEmpty);
        writer.WriteString("formatDescription", report.Format);
        writer.WriteNumber("tensors", report.Tensors);
        writer.WriteStartArray("findings");
        foreach ((Finding finding, AcceptedFindings.Entry? accepted) in judged.All)
        {
            writer.WriteStartObject();
            writer.WriteString("code", finding.Code.Id);
            writer.WriteString("rule", finding.Code.Rule.Length == 0 ? null : finding.Code.Rule);
            writer.WriteString("place", finding.Place);
            writer.WriteString("text", finding.Text);
            writer.WriteNumberOrNull("byteOffset", finding.ByteOffset);
            writer.WriteString("remedy", finding.Code.Remedy);
            writer.WriteString("accepted", accepted?.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStrings("baseline", judged.Remarks);
        writer.WriteNotes(report.Notes);
        writer.WriteStrings("notChecked", report.NotChecked);
        writer.WriteStrings("harmlessTemplates", report.HarmlessTemplates);
    }
}
