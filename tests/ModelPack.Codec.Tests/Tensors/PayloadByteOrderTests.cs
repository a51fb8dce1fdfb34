using System.Security.Cryptography;
using System.Text.Json;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Tensors;

[TestClass]
public sealed class PayloadByteOrderTests
{
    [TestMethod]
    [DataRow("big-endian", 13)]
    [DataRow("big-endian-fugg", 13)]
    [DataRow("big-endian-v2", 2)]
    public void Big_endian_payloads_become_their_little_endian_twins(string name, int count)
    {
        string path = RepositoryData.Path("corpus", "gguf", "valid", name + ".gguf");
        JsonElement[] tensors = Tensors(name);
        Assert.HasCount(count, tensors);
        foreach (JsonElement tensor in tensors)
        {
            string tensorName = tensor.GetProperty("name").GetString()!;
            TensorType type = GoldenVectors.Type(tensor.GetProperty("type_id"));
            CorpusPayload payload = CorpusPayloads.Gguf(path, tensorName, tensor.GetProperty("nbytes").GetInt32());
            Assert.AreEqual(tensor.GetProperty("sha256").GetString(), Sha256(payload.Bytes), tensorName);
            Assert.IsTrue(PayloadByteOrder.Support(type) is ByteSwapSupport.Exact or ByteSwapSupport.NotNeeded, tensorName);

            byte[] original = [.. payload.Bytes];
            PayloadByteOrder.Reverse(type, payload.Bytes);
            Assert.AreEqual(tensor.GetProperty("sha256_little_endian").GetString(), Sha256(payload.Bytes), tensorName);

            PayloadByteOrder.Reverse(type, payload.Bytes);
            CollectionAssert.AreEqual(original, payload.Bytes, tensorName);
        }
    }

    [TestMethod]
    public void The_little_endian_twin_holds_the_reversed_payloads()
    {
        JsonElement[] twins = Tensors("little-endian-twin");
        JsonElement[] tensors = Tensors("big-endian");
        Assert.HasCount(tensors.Length, twins);
        foreach ((JsonElement twin, JsonElement tensor) in twins.Zip(tensors))
        {
            Assert.AreEqual(tensor.GetProperty("sha256_little_endian").GetString(), twin.GetProperty("sha256").GetString());
        }
    }

    [TestMethod]
    public void Every_ggml_type_is_reversed_field_by_field_and_back()
    {
        foreach (TensorTypeInfo info in TensorTypes.All.Where(info => info.GgmlId is not null))
        {
            byte[] block = [.. Enumerable.Range(1, info.BlockBytes).Select(i => (byte)i)];
            byte[] reversed = [.. block, .. block];
            PayloadByteOrder.Reverse(info.Type, reversed);
            CollectionAssert.AreEqual(reversed[..block.Length], reversed[block.Length..], info.Name);
            CollectionAssert.AreEquivalent(block, reversed[..block.Length], info.Name);
            bool isSame = reversed.AsSpan(0, block.Length).SequenceEqual(block);
            Assert.AreEqual(PayloadByteOrder.Support(info.Type) == ByteSwapSupport.NotNeeded, isSame, info.Name);

            PayloadByteOrder.Reverse(info.Type, reversed);
            CollectionAssert.AreEqual(block, reversed[..block.Length], info.Name);
        }
    }

    [TestMethod]
    public void Derived_layouts_reverse_what_the_decoder_reads_as_numbers()
    {
        byte[] block = new byte[292];
        block[3] = 0x3F;
        block[2] = 0x80;
        block[260] = 1;
        PayloadByteOrder.Reverse(TensorType.Q8_K, block);
        Assert.AreEqual((0x3F, 0x80, 0, 1), (block[0], block[1], block[260], block[261]));
        Assert.AreEqual(ByteSwapSupport.DerivedOnly, PayloadByteOrder.Support(TensorType.Q8_K));
    }

    [TestMethod]
    public void Cut_blocks_and_types_without_a_big_endian_form_are_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => PayloadByteOrder.Reverse(TensorType.Q4_K, new byte[145]));
        Assert.ThrowsExactly<ArgumentException>(() => PayloadByteOrder.Reverse(TensorType.F32, new byte[3]));
        foreach (TensorTypeInfo info in TensorTypes.All.Where(info => info.GgmlId is null))
        {
            Assert.AreEqual(ByteSwapSupport.LittleEndianOnly, PayloadByteOrder.Support(info.Type));
            Assert.ThrowsExactly<ArgumentException>(() => PayloadByteOrder.Reverse(info.Type, []), info.Name);
        }
    }

    private static JsonElement[] Tensors(string name) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(RepositoryData.Path("corpus", "gguf", "valid", name + ".json")))
            .RootElement.GetProperty("tensors").EnumerateArray()];

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
