using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Verification.Tolerance;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>verify</c> (docs/json.md).</summary>
internal static class VerifyJson
{
    public static void Write(Utf8JsonWriter writer, string first, string second, VerificationReport report)
    {
        writer.WriteString("kind", "verify");
        writer.WriteString("first", first);
        writer.WriteString("second", second);
        writer.WriteString("requested", EnumText.Of(report.Requested));
        writer.WriteString("proved", report.Proved is ProofLevel level ? EnumText.Of(level) : null);
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
        writer.WriteNull("epsilon");
        writer.WriteStartArray("distances");
        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, string first, string second, ToleranceReport report)
    {
        writer.WriteString("kind", "verify");
        writer.WriteString("first", first);
        writer.WriteString("second", second);
        writer.WriteNull("requested");
        writer.WriteNull("proved");
        writer.WriteBoolean("passed", report.Passed);
        writer.WriteNumber("tensorsCompared", report.TensorsCompared);
        writer.WriteNumber("metadataCompared", 0);
        writer.WriteStartArray("differences");
        foreach (Difference difference in report.Differences)
        {
            writer.WriteDifference(difference);
        }

        writer.WriteEndArray();
        writer.WriteStrings("notes", report.Notes);
        writer.WriteString("epsilon", report.Tolerance.ToString());
        writer.WriteStartArray("distances");
        foreach (TensorDistance distance in report.Distances)
        {
            Write(writer, distance);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, TensorDistance distance)
    {
        writer.WriteStartObject();
        writer.WriteString("name", distance.Name);
        writer.WriteString("firstType", TensorTypes.Get(distance.FirstType).Name);
        writer.WriteString("secondType", TensorTypes.Get(distance.SecondType).Name);
        writer.WriteNumber("elements", distance.Elements);
        writer.WriteNumber("different", distance.Different);
        writer.WriteNumber("beyond", distance.Beyond);
        writer.WriteNumber("nonFinite", distance.NonFinite);
        Write(writer, "firstBeyond", distance.FirstBeyond);
        Write(writer, "largestAbsolute", distance.LargestAbsolute);
        Write(writer, "largestRelative", distance.LargestRelative);
        Write(writer, "largestUlps", distance.LargestUlps);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, ValueDistance? distance)
    {
        if (distance is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("element", distance.Element);
        writer.WriteReal("first", distance.First);
        writer.WriteReal("second", distance.Second);
        writer.WriteReal("absolute", distance.Absolute);
        writer.WriteReal("relative", distance.Relative);
        if (distance.Ulps is ulong ulps)
        {
            writer.WriteNumber("ulps", ulps);
        }
        else
        {
            writer.WriteNull("ulps");
        }

        writer.WriteEndObject();
    }
}
