using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufCorpusTests
{
    private static readonly string[] TypeNames = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "str", "arr", "u64", "i64", "f64"];

    public static IEnumerable<string> Names => GgufCorpus.Names;

    [TestMethod]
    public void The_corpus_is_there() => Assert.IsGreaterThan(35, Names.Count());

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Header_is_read_as_described(string name)
    {
        JsonElement expected = GgufCorpus.Description(name);
        using GgufFile file = GgufFile.Open(new FileByteSource(GgufCorpus.FilePath(name)));
        Assert.AreEqual(expected.GetProperty("magic").GetString(), file.Magic.ToString().ToUpperInvariant());
        Assert.AreEqual(
            expected.GetProperty("byte_order").GetString() == "little" ? ByteOrder.LittleEndian : ByteOrder.BigEndian, file.ByteOrder);
        Assert.AreEqual(expected.GetProperty("version").GetInt32(), file.Version);
        Assert.AreEqual(expected.GetProperty("alignment").GetInt64(), file.Alignment);
        Assert.AreEqual(expected.GetProperty("alignment_key_present").GetBoolean(), file.HasAlignmentKey);
        Assert.AreEqual(expected.GetProperty("data_offset").GetInt64(), file.DataOffset);
        Assert.AreEqual(expected.GetProperty("last_payload_end").GetInt64(), file.LastPayloadEnd);
        Assert.AreEqual(expected.GetProperty("bytes_after_last_payload").GetInt64(), file.Source.Length - file.LastPayloadEnd);
        Assert.HasCount(expected.GetProperty("n_kv").GetInt32(), file.Metadata);
        Assert.HasCount(expected.GetProperty("n_tensors").GetInt32(), file.Tensors);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Metadata_is_read_as_described(string name)
    {
        JsonElement expected = GgufCorpus.Description(name).GetProperty("kv");
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(name)));
        Assert.HasCount(expected.GetArrayLength(), file.Metadata);
        foreach ((JsonElement pair, MetadataEntry entry) in expected.EnumerateArray().Zip(file.Metadata))
        {
            Assert.AreEqual(pair.GetProperty("key").GetString(), entry.Key);
            GgufValue value = (GgufValue)entry.Value;
            Assert.AreSame(value, file.Find(entry.Key));
            GgufTokenReader reader = value.ReadTokens();
            CheckValue(pair, value, ref reader, entry.Key);
            Assert.IsFalse(reader.Read() && reader.Token != GgufToken.ArrayEnd, $"more items than described in {entry.Key}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Tensors_are_read_as_described(string name)
    {
        JsonElement expected = GgufCorpus.Description(name).GetProperty("tensors");
        using GgufFile file = GgufFile.Open(new FileByteSource(GgufCorpus.FilePath(name)));
        Assert.HasCount(expected.GetArrayLength(), file.Records);
        foreach ((JsonElement described, GgufTensorRecord record) in expected.EnumerateArray().Zip(file.Records))
        {
            TensorInfo tensor = record.Tensor;
            long[] dimensions = [.. described.GetProperty("dims").EnumerateArray().Select(dimension => dimension.GetInt64())];
            Assert.AreEqual(described.GetProperty("name").GetString(), tensor.Name);
            Assert.AreEqual(described.GetProperty("n_dims").GetInt32(), record.DimensionCount);
            CollectionAssert.AreEqual(dimensions, record.Dimensions.ToArray());
            CollectionAssert.AreEqual(Enumerable.Reverse(dimensions).ToArray(), tensor.Shape.ToArray());
            Assert.AreEqual(described.GetProperty("type_id").GetInt32(), record.TypeId);
            Assert.AreEqual(described.GetProperty("type").GetString(), TensorTypes.Get(tensor.Type).Name);
            Assert.AreEqual(described.GetProperty("offset").GetInt64(), record.RelativeOffset);
            Assert.AreEqual(file.DataOffset + record.RelativeOffset, tensor.Offset);
            Assert.AreEqual(described.GetProperty("nbytes").GetInt64(), tensor.ByteLength);
            Assert.AreEqual(file.ByteOrder, tensor.ByteOrder);
            byte[] payload = file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);
            Assert.AreEqual(described.GetProperty("sha256").GetString(), System.Convert.ToHexStringLower(SHA256.HashData(payload)));
        }
    }

    [TestMethod]
    public void Big_endian_values_recode_to_the_little_endian_twin()
    {
        using GgufFile twin = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes("valid/little-endian-twin")));
        foreach (string name in new[] { "valid/big-endian", "valid/big-endian-fugg" })
        {
            using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(name)));
            Assert.HasCount(twin.Metadata.Count, file.Metadata);
            foreach ((MetadataEntry expected, MetadataEntry actual) in twin.Metadata.Zip(file.Metadata))
            {
                GgufValue recoded = ((GgufValue)actual.Value).ToStandardEncoding();
                Assert.AreEqual(expected.Key, actual.Key);
                Assert.AreEqual(expected.Value.TypeName, recoded.TypeName);
                CollectionAssert.AreEqual(expected.Value.RawBytes.ToArray(), recoded.RawBytes.ToArray(), actual.Key);
                Assert.AreEqual(expected.Value.Display(), actual.Value.Display());
            }
        }
    }

    private static void CheckValue(JsonElement expected, GgufValue value, ref GgufTokenReader reader, string place)
    {
        string type = expected.GetProperty("type").GetString()!;
        Assert.AreEqual(type, TypeNames[(int)value.Type], place);
        if (type != "arr")
        {
            JsonElement content = expected.EnumerateObject().Last().Value;
            string form = expected.EnumerateObject().Last().Name;
            Assert.IsTrue(reader.Read());
            Assert.AreEqual(form == "hex" ? $"hex {content.GetString()}" : content.ToString(), Show(reader, value.Encoding), place);
            return;
        }

        CheckArray(expected, value.Encoding, ref reader, place);
        if (expected.TryGetProperty("items_sha256", out JsonElement hash))
        {
            byte[] items = value.ToStandardEncoding().ItemBytes.ToArray();
            Assert.AreEqual(hash.GetString(), System.Convert.ToHexStringLower(SHA256.HashData(items)), place);
        }
    }

    private static void CheckArray(JsonElement expected, GgufEncoding encoding, ref GgufTokenReader reader, string place)
    {
        Assert.IsTrue(reader.Read());
        Assert.AreEqual(GgufToken.ArrayStart, reader.Token, place);
        Assert.AreEqual(expected.GetProperty("elem").GetString(), TypeNames[(int)reader.Type], place);
        Assert.AreEqual(expected.GetProperty("count").GetInt64(), reader.Count, place);
        foreach (JsonElement item in expected.GetProperty("values").EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("elem", out _))
            {
                CheckArray(item, encoding, ref reader, place);
                continue;
            }

            Assert.IsTrue(reader.Read());
            string shown = item.ValueKind == JsonValueKind.Object ? $"hex {item.GetProperty("hex").GetString()}" : item.ToString();
            Assert.AreEqual(shown, Show(reader, encoding), place);
        }

        reader.SkipItems();
        Assert.IsTrue(reader.Read());
        Assert.AreEqual(GgufToken.ArrayEnd, reader.Token, place);
    }

    private static string Show(GgufTokenReader reader, GgufEncoding encoding) => reader.Type switch
    {
        GgufValueType.String => ShowString(reader.Bytes),
        GgufValueType.Bool => reader.Bytes[0].ToString(),
        GgufValueType.Float32 => encoding.UInt32(reader.Bytes).ToString("x8"),
        GgufValueType.Float64 => encoding.UInt64(reader.Bytes).ToString("x16"),
        _ => GgufValue.ReadInteger(reader.Type, reader.Bytes, encoding).ToString(),
    };

    private static string ShowString(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return $"hex {System.Convert.ToHexStringLower(bytes)}";
        }
    }
}
