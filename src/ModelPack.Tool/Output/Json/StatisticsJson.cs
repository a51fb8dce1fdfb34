using System.Text.Json;
using ModelPack.IO.Json;

namespace ModelPack.Tool.Output.Json;

/// <summary>The statistics in the document of <c>inspect</c> (docs/json.md). Numbers have all digits.</summary>
internal static class StatisticsJson
{
    public static void Write(Utf8JsonWriter writer, ModelStatistics statistics)
    {
        writer.WriteStartObject();
        writer.WriteString("digest", statistics.Digest);
        writer.WriteStartArray("types");
        foreach (TypeShare share in statistics.Types)
        {
            writer.WriteStartObject();
            writer.WriteString("type", TensorTypes.Get(share.Type).Name);
            writer.WriteNumber("tensors", share.Tensors);
            writer.WriteNumber("elements", share.Elements);
            writer.WriteNumber("bytes", share.Bytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("tensors");
        foreach (TensorSummary tensor in statistics.Tensors)
        {
            writer.WriteStartObject();
            writer.WriteString("name", tensor.Tensor.Name);
            writer.WriteString("type", TensorTypes.Get(tensor.Tensor.Type).Name);
            writer.WriteShape(tensor.Tensor.Shape);
            writer.WriteString("notDecoded", tensor.NotDecoded);
            Write(writer, tensor.Statistics);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TensorStatistics? values)
    {
        writer.WriteNumberOrNull("count", values?.Count);
        writer.WriteNumberOrNull("nan", values?.NaN);
        writer.WriteNumberOrNull("infinity", values?.Infinity);
        writer.WriteNumberOrNull("zeros", values?.Zeros);
        writer.WriteNumberOrNull("subnormals", values?.Subnormals);
        WriteExtreme(writer, "min", values?.WholeMinimum, values?.Minimum);
        WriteExtreme(writer, "max", values?.WholeMaximum, values?.Maximum);
        WriteDouble(writer, "mean", values?.Mean);
        WriteDouble(writer, "standardDeviation", values?.StandardDeviation);
        writer.WriteStartArray("magnitudes");
        foreach (long count in values?.Magnitudes ?? [])
        {
            writer.WriteNumberValue(count);
        }

        writer.WriteEndArray();
    }

    // A whole number of at most 64 bits, signed or not.
    private static void WriteExtreme(Utf8JsonWriter writer, string name, Int128? whole, double? value)
    {
        if (whole is not { } number)
        {
            WriteDouble(writer, name, value);
        }
        else if (number < 0)
        {
            writer.WriteNumber(name, (long)number);
        }
        else
        {
            writer.WriteNumber(name, (ulong)number);
        }
    }

    private static void WriteDouble(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is double number)
        {
            writer.WriteFloat(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
