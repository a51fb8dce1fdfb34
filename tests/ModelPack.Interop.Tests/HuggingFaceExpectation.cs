using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests;

/// <summary>What <c>read-gguf.mjs</c> has to print for a file, told by our reader.</summary>
internal static class HuggingFaceExpectation
{
    public static JsonNode Describe(GgufFile file) => new JsonObject
    {
        ["version"] = file.Version,
        ["tensorCount"] = file.Records.Count,
        ["pairCount"] = file.Metadata.Count,
        ["dataOffset"] = (file.HeaderLength + file.Alignment - 1) / file.Alignment * file.Alignment,
        ["pairs"] = new JsonArray([.. file.Metadata.Select(Describe)]),
        ["tensors"] = new JsonArray([.. file.Records.Select(Describe)]),
    };

    private static JsonObject Describe(MetadataEntry entry)
    {
        GgufValue value = (GgufValue)entry.Value;
        return new()
        {
            ["key"] = entry.Key,
            ["type"] = (int)value.Type,
            ["elementType"] = (int?)value.ElementType,
            ["value"] = Describe(value),
        };
    }

    private static JsonObject Describe(GgufTensorRecord record) => new()
    {
        ["name"] = Text(Encoding.UTF8.GetBytes(record.Tensor.Name)),
        ["dimensions"] = new JsonArray(
            [.. record.Dimensions.Select(size => JsonValue.Create(size.ToString(CultureInfo.InvariantCulture)))]),
        ["type"] = record.TypeId,
        ["offset"] = record.RelativeOffset.ToString(CultureInfo.InvariantCulture),
    };

    private static JsonNode? Describe(GgufValue value)
    {
        Stack<JsonArray> open = new([[]]);
        GgufTokenReader reader = value.ReadTokens();
        while (reader.Read())
        {
            switch (reader.Token)
            {
                case GgufToken.ArrayStart:
                    JsonArray array = [];
                    open.Peek().Add((JsonNode)array);
                    open.Push(array);
                    break;
                case GgufToken.ArrayEnd:
                    open.Pop();
                    break;
                case GgufToken.String:
                    open.Peek().Add((JsonNode)Text(reader.Bytes));
                    break;
                default:
                    open.Peek().Add(Scalar(reader.Type, reader.Bytes, value.Encoding));
                    break;
            }
        }

        JsonNode? root = open.Pop()[0];
        root!.Parent!.AsArray().Clear();
        return root;
    }

    /// <summary>JavaScript holds 64-bit integers exactly and every other number as a double.</summary>
    private static JsonNode Scalar(GgufValueType type, ReadOnlySpan<byte> bytes, GgufEncoding encoding)
    {
        if (type == GgufValueType.Bool)
        {
            return bytes[0] != 0;
        }

        if (type is GgufValueType.UInt64 or GgufValueType.Int64)
        {
            return GgufValue.ReadInteger(type, bytes, encoding).ToString(CultureInfo.InvariantCulture);
        }

        double number = type is GgufValueType.Float32 or GgufValueType.Float64
            ? GgufValue.ReadFloat(type, bytes, encoding)
            : (double)GgufValue.ReadInteger(type, bytes, encoding);
        return double.IsNaN(number) ? "NaN" : BitConverter.DoubleToUInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>JavaScript's decoder drops a byte order mark and replaces what is not UTF-8, as .NET's does.</summary>
    private static string Text(ReadOnlySpan<byte> bytes) =>
        Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
}
