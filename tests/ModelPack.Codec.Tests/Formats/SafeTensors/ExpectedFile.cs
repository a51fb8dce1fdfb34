using System.Text.Json;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

/// <summary>Compares an opened file with its description in the corpus.</summary>
internal static class ExpectedFile
{
    public static void Check(JsonElement expected, SafeTensorsFile file)
    {
        Assert.AreEqual(expected.GetProperty("bytes").GetInt64(), file.Source.Length);
        Assert.AreEqual(expected.GetProperty("header_length").GetInt64(), file.HeaderLength);
        Assert.AreEqual(8 + file.HeaderLength, file.DataOffset);
        Assert.AreEqual(expected.GetProperty("header_sha256").GetString(), SafeTensorsTestFile.Sha256(file.HeaderBytes.Span));
        Assert.AreEqual(expected.GetProperty("data_length").GetInt64(), file.Source.Length - file.DataOffset);
        CheckMetadata(expected.GetProperty("metadata"), file);
        CheckTensors(expected, file);
        Assert.AreEqual(expected.GetProperty("sha256").GetString(), SafeTensorsTestFile.Sha256(SafeTensorsTestFile.Rebuild(file)));
    }

    private static void CheckMetadata(JsonElement expected, SafeTensorsFile file)
    {
        JsonProperty[] entries = expected.ValueKind == JsonValueKind.Null ? [] : [.. expected.EnumerateObject()];
        Assert.HasCount(entries.Length, file.Metadata);
        foreach ((JsonProperty entry, MetadataEntry actual) in entries.Zip(file.Metadata))
        {
            Assert.AreEqual(entry.Name, actual.Key);
            Assert.AreEqual(entry.Value.GetString(), actual.Value.Display());
            CollectionAssert.AreEqual(System.Text.Encoding.UTF8.GetBytes(entry.Value.GetString()!), actual.Value.RawBytes.ToArray());
        }
    }

    private static void CheckTensors(JsonElement expected, SafeTensorsFile file)
    {
        JsonElement[] tensors = [.. expected.GetProperty("tensors_in_header_order").EnumerateArray()];
        int count = expected.TryGetProperty("tensors_listed", out JsonElement listed)
            ? int.Parse(listed.GetString()!.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)
            : tensors.Length;
        Assert.HasCount(count, file.Tensors);
        foreach ((JsonElement tensor, TensorInfo actual) in tensors.Zip(file.Tensors))
        {
            long begin = tensor.GetProperty("begin").GetInt64();
            Assert.AreEqual(tensor.GetProperty("name").GetString(), actual.Name);
            Assert.AreEqual(tensor.GetProperty("dtype").GetString(), TensorTypes.Get(actual.Type).Name);
            CollectionAssert.AreEqual(
                tensor.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64()).ToArray(), actual.Shape.ToArray());
            Assert.AreEqual(file.DataOffset + begin, actual.Offset);
            Assert.AreEqual(tensor.GetProperty("end").GetInt64() - begin, actual.ByteLength);
            byte[] payload = file.Source.ReadBytes(actual.Offset, (int)actual.ByteLength);
            Assert.AreEqual(tensor.GetProperty("sha256").GetString(), SafeTensorsTestFile.Sha256(payload));
        }
    }
}
