using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Tensors;
using ModelPack.Verification.Hashing;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class ModelHashTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelpack-hash-").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    public void Hashes_are_what_the_documentation_says()
    {
        float[] values = [1.5f, -0f, float.NaN];
        byte[] f32 = [.. MemoryMarshal.AsBytes<float>(values)];
        byte[] i8 = [7, 8];
        using ModelFile file = TestModels.SafeTensors(new("zé", TensorType.F32, [3, 1], f32), new("a", TensorType.I8, [2], i8));
        ModelHash hashes = ModelHash.Compute(file);

        byte[] canonical = [.. f32[..8], 0, 0, 0xC0, 0x7F];
        byte[] first = XxHash128.Hash([.. Text("a"), .. Text("I8"), .. Number(1), .. Number(2), .. XxHash128.Hash(i8)]);
        byte[] second = XxHash128.Hash([.. Text("zé"), .. Text("F32"), .. Number(2), .. Number(3), .. Number(1), .. XxHash128.Hash(f32)]);
        byte[] meaning = XxHash128.Hash([.. Text("zé"), .. Number(2), .. Number(3), .. Number(1), .. XxHash128.Hash(canonical)]);
        CollectionAssert.AreEqual((string[])["a", "zé"], hashes.Tensors.Select(tensor => tensor.Name).ToArray());
        Assert.AreEqual(Hex(first), FileHash.Format(hashes.Tensors[0].Identity));
        Assert.AreEqual(Hex(second), FileHash.Format(hashes.Tensors[1].Identity));
        Assert.IsNull(hashes.Tensors[0].Values);
        Assert.AreEqual(Hex(XxHash128.Hash(canonical)), FileHash.Format(hashes.Tensors[1].Values!.Value));
        Assert.AreEqual(Hex(XxHash128.Hash([.. Number(2), .. first, .. second])), hashes.Model);
        Assert.AreEqual(Hex(XxHash128.Hash([.. Number(2), .. first, .. meaning])), hashes.Values);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Every_file_of_the_corpus_has_the_same_hashes_in_every_format_and_through_chains()
    {
        ModelFormat[] formats = Enum.GetValues<ModelFormat>();
        ConversionOptions options = new() { NonFinite = NonFinitePolicy.Allow };
        int files = 0;
        foreach (string path in ModelStatisticsTests.CorpusFiles)
        {
            using (ModelFile file = ModelFiles.Open(path))
            {
                if (file is ModelSet)
                {
                    continue;
                }
            }

            ModelHash expected = Compute(path);
            for (int i = 0; i < formats.Length; i++)
            {
                string converted = Path.Combine(folder, $"a.{formats[i].Extension()}");
                string chained = Path.Combine(folder, $"b.{formats[(i + 1) % formats.Length].Extension()}");
                Unflushed.Convert(path, converted, formats[i], options with { Existing = ExistingTarget.Replace });
                Unflushed.Convert(
                    converted, chained, formats[(i + 1) % formats.Length], options with { Existing = ExistingTarget.Replace });
                foreach (string output in new[] { converted, chained })
                {
                    ModelHash actual = Compute(output);
                    Assert.AreEqual(
                        HashManifest.Write(expected), HashManifest.Write(actual), $"{path} as {output}: {string.Join("; ", actual.Notes)}");
                    Assert.IsEmpty(actual.Notes, path);
                    files++;
                }
            }
        }

        Assert.IsGreaterThan(200, files);
    }

    [TestMethod]
    public void Shards_have_the_hashes_of_the_model()
    {
        Unflushed.Convert(TestModels.Qwen, folder + "/shards/", ModelFormat.SafeTensors, new() { MaxShardBytes = 300_000 });
        Assert.AreEqual(HashManifest.Write(Compute(TestModels.Qwen)), HashManifest.Write(Compute(folder + "/shards")));
    }

    [TestMethod]
    public void A_big_endian_file_has_the_hashes_of_its_twin()
    {
        ModelHash big = Compute(RepositoryData.Path("corpus", "gguf", "valid", "big-endian.gguf"));
        ModelHash little = Compute(RepositoryData.Path("corpus", "gguf", "valid", "little-endian-twin.gguf"));
        Assert.IsGreaterThan(3, big.Tensors.Length);
        CollectionAssert.AreEqual(
            little.Tensors.Where(tensor => !IsForeign(tensor)).ToArray(), big.Tensors.Where(tensor => !IsForeign(tensor)).ToArray(),
            new ByText());

        bool IsForeign(TensorHash tensor) =>
            big.Tensors.Single(other => other.Name == tensor.Name).Type.EndsWith(":big", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Each_property_of_a_tensor_changes_the_hash_of_the_model()
    {
        TestTensor tensor = TestTensor.F32("w", 1, 2, 3, 4);
        TestTensor other = TestTensor.F32("v", 4, 3, 2, 1);
        string model = Hash(tensor, other).Model;
        Assert.AreEqual(model, Hash(other, tensor).Model, "the order of the file does not count");
        Assert.AreNotEqual(model, Hash(tensor with { Name = "u" }, other).Model);
        Assert.AreNotEqual(model, Hash(tensor with { Shape = [2, 2] }, other).Model);
        Assert.AreNotEqual(model, Hash(tensor with { Type = TensorType.I32 }, other).Model);
        Assert.AreNotEqual(model, Hash(tensor with { Bytes = other.Bytes }, other).Model);
        Assert.AreNotEqual(model, Hash(tensor with { Bytes = other.Bytes }, other with { Bytes = tensor.Bytes }).Model, "swapped");
        Assert.AreNotEqual(model, Hash(tensor).Model);
    }

    [TestMethod]
    public void Values_do_not_know_the_type()
    {
        TestTensor half = new("w", TensorType.F16, [2], [0, 0x3C, 0, 0xC0]);
        ModelHash narrow = Hash(half);
        ModelHash wide = Hash(TestTensor.F32("w", 1, -2));
        Assert.AreEqual(wide.Values, narrow.Values);
        Assert.AreNotEqual(wide.Model, narrow.Model);
        Assert.AreNotEqual(wide.Values, Hash(TestTensor.F32("w", 1, -2) with { Shape = [2, 1] }).Values);
    }

    [TestMethod]
    public void Every_NaN_counts_as_the_same_in_values_only()
    {
        ModelHash quiet = Hash(new TestTensor("w", TensorType.F32, [1], [1, 0, 0xC0, 0xFF]));
        ModelHash other = Hash(new TestTensor("w", TensorType.F32, [1], [0, 0, 0xC0, 0x7F]));
        Assert.AreEqual(quiet.Values, other.Values);
        Assert.AreNotEqual(quiet.Model, other.Model);
    }

    [TestMethod]
    public void Canonical_values_are_the_same_vectorised_and_one_by_one()
    {
        Random random = new(5);
        uint[] special = [0, 0x8000_0000, 1, 0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0xFFFF_FFFF, 0x7FC0_0000, 0x3F80_0000];
        for (int length = 0; length < 70; length++)
        {
            uint[] values = [
                .. Enumerable.Range(0, length)
                    .Select(_ => random.Next(2) == 0 ? special[random.Next(special.Length)] : (uint)random.NextInt64(1L << 32))];
            uint[] actual = new uint[length];
            TensorHasher.Canonicalize(values, actual);
            CollectionAssert.AreEqual(
                values.Select(value => float.IsNaN(BitConverter.UInt32BitsToSingle(value)) ? 0x7FC0_0000 : value).ToArray(), actual);
        }
    }

    [TestMethod]
    public void A_NaN_is_found_wherever_it_stands()
    {
        for (int length = 0; length < 70; length++)
        {
            uint[] values = [.. Enumerable.Repeat(0xFF80_0000u, length)];
            Assert.IsFalse(TensorHasher.HasNaN(values));
            for (int place = 0; place < length; place++)
            {
                values[place] = 0xFF80_0001;
                Assert.IsTrue(TensorHasher.HasNaN(values), $"{place} of {length}");
                values[place] = 0xFF80_0000;
            }
        }
    }

    [TestMethod]
    [DataRow(TensorType.F32, new int[0])]
    [DataRow(TensorType.F32, new[] { 0 })]
    [DataRow(TensorType.F32, new[] { 299_999 })]
    [DataRow(TensorType.F32, new[] { 140_000, 200_000 })]
    [DataRow(TensorType.F16, new int[0])]
    [DataRow(TensorType.F16, new[] { 4096, 280_000 })]
    [DataRow(TensorType.BF16, new[] { 4095 })]
    public void Values_of_many_chunks_are_hashed_with_every_NaN_as_the_same(TensorType type, int[] places)
    {
        TestTensor tensor = TestTensor.Random("w", type, 6, 300, 1000);
        int bytes = TensorTypes.Get(type).BlockBytes;
        for (int highest = bytes - 1; highest < tensor.Bytes.Length; highest += bytes)
        {
            tensor.Bytes[highest] &= 0b1011_1111;
        }

        foreach (int place in places)
        {
            tensor.Bytes.AsSpan(place * bytes, bytes).Fill(0xFF);
        }

        float[] values = new float[300_000];
        TensorDecoder.Decode(type, tensor.Bytes, values);
        uint[] canonical = [.. values.Select(value => float.IsNaN(value) ? 0x7FC0_0000 : BitConverter.SingleToUInt32Bits(value))];
        Assert.HasCount(places.Length, canonical.Where(value => value == 0x7FC0_0000).ToArray());
        TensorHash hash = Hash(tensor).Tensors.Single();
        Assert.AreEqual(Hex(XxHash128.Hash(tensor.Bytes)), FileHash.Format(hash.Payload));
        Assert.AreEqual(Hex(XxHash128.Hash(MemoryMarshal.AsBytes<uint>(canonical))), FileHash.Format(hash.Values!.Value));
    }

    [TestMethod]
    public void A_forged_record_cannot_lend_its_names()
    {
        TestTensor[] tensors = [TestTensor.F32("a", 1, 2), TestTensor.F32("b", 3, 4)];
        string source = Path.Combine(folder, "m.safetensors");
        File.WriteAllBytes(source, TestModels.SafeTensorsBytes(tensors));
        string path = Path.Combine(folder, "m.gguf");
        Unflushed.Convert(source, path, ModelFormat.Gguf, new());

        // The tensors change places behind their names, and the record swears that they always stood so.
        TestTensor[] swapped = [tensors[0] with { Bytes = tensors[1].Bytes }, tensors[1] with { Bytes = tensors[0].Bytes }];
        string genuine = HashManifest.Write(Compute(source));
        Assert.AreEqual(genuine, HashManifest.Write(HashOf(Rewrite(path, tensors, record => record))), "the rewriting itself is harmless");
        ModelHash forged = HashOf(
            Rewrite(path, swapped,
                record =>
                    record with
                    {
                        Tensors = [
                            record.Tensors[0] with { Payload = record.Tensors[1].Payload },
                            record.Tensors[1] with { Payload = record.Tensors[0].Payload }],
                    }));
        Assert.AreNotEqual(genuine, HashManifest.Write(forged));
        Assert.AreEqual(HashManifest.Write(Hash(swapped)), HashManifest.Write(forged));
        Assert.Contains("does not give that file", forged.Notes.Single());
    }

    [TestMethod]
    public void An_edited_file_is_hashed_under_its_own_names_and_a_note_says_so()
    {
        string source = Path.Combine(folder, "m.safetensors");
        File.WriteAllBytes(source, TestModels.SafeTensorsBytes([TestTensor.F32("alpha", 1, 2)]));
        string path = Path.Combine(folder, "m.gguf");
        Unflushed.Convert(source, path, ModelFormat.Gguf, new());
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf("alpha"u8)]++;
        File.WriteAllBytes(path, bytes);
        ModelHash edited = Compute(path);
        Assert.Contains("was edited after it was converted", edited.Notes.Single());
        Assert.AreEqual("blpha", edited.Tensors.Single().Name);
    }

    [TestMethod]
    public void A_damaged_record_is_not_followed()
    {
        byte[] bytes = TestModels.GgufBytes([TestTensor.F32("w", 1)], (ModelFile.OriginKey, GgufValue.FromArray<byte>([1, 2, 3])));
        ModelHash hashes = HashOf(bytes);
        Assert.Contains("cannot be followed", hashes.Notes.Single());
        Assert.AreEqual(Hash(TestTensor.F32("w", 1)).Model, hashes.Model);
    }

    [TestMethod]
    public void Two_tensors_described_under_one_name_are_refused()
    {
        byte[] bytes = TestModels.GgufBytes(
            [TestTensor.F32("a", 1), TestTensor.F32("b", 2)], (TensorDescriptions.Key, GgufValue.FromString("""{"a":{"name":"b"}}""")));
        using ModelFile file = TestModels.Open(bytes, ModelFormat.Gguf);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => ModelHash.Compute(file));
        Assert.AreEqual("MP2006", error.Code.Id);
        Assert.AreEqual("b", error.TensorName);
    }

    [TestMethod]
    public void Descriptions_that_are_no_text_are_refused()
    {
        byte[] bytes = TestModels.GgufBytes([TestTensor.F32("a", 1)], (TensorDescriptions.Key, GgufValue.FromUInt32(1)));
        using ModelFile file = TestModels.Open(bytes, ModelFormat.Gguf);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => ModelHash.Compute(file));
        Assert.AreEqual("MP2006", error.Code.Id);
        Assert.Contains($"the value of '{TensorDescriptions.Key}' is no text", error.Detail);
    }

    private static byte[] Rewrite(string path, TestTensor[] tensors, Func<OriginRecord, OriginRecord> change)
    {
        using ModelFile file = ModelFiles.Open(path);
        OriginRecord record = change(OriginRecords.Read(file.OriginRecord!.Value.Span));
        byte[] bytes = OriginCodec.Write(record);
        OriginCodec.Complete(
            bytes, record.ContainerDigest, [.. record.Files.Select(item => item.Hash)], [.. record.Tensors.Select(item => item.Hash)], []);
        return TestModels.GgufBytes(
            tensors, [
                .. file.Metadata.Select(
                    entry => (entry.Key, entry.Key == ModelFile.OriginKey ? GgufValue.FromArray<byte>(bytes) : (GgufValue)entry.Value))]);
    }

    private static ModelHash HashOf(byte[] gguf)
    {
        using ModelFile file = TestModels.Open(gguf, ModelFormat.Gguf);
        return ModelHash.Compute(file);
    }

    private static ModelHash Hash(params TestTensor[] tensors)
    {
        using ModelFile file = TestModels.SafeTensors(tensors);
        return ModelHash.Compute(file);
    }

    private static ModelHash Compute(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return ModelHash.Compute(file);
    }

    private static byte[] Text(string text) => [.. Number(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Number(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);

    private sealed class ByText : System.Collections.IComparer
    {
        public int Compare(object? x, object? y)
        {
            var (left, right) = ((TensorHash)x!, (TensorHash)y!);
            return string.CompareOrdinal(
                $"{left.Name} {left.Type} {string.Join(',', left.Shape)} {left.Payload} {left.Values}",
                $"{right.Name} {right.Type} {string.Join(',', right.Shape)} {right.Payload} {right.Values}");
        }
    }
}
