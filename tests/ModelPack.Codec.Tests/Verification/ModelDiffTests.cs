using System.Text;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Tensors;
using ModelPack.Verification.Comparison;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class ModelDiffTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelpack-diff-").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_conversion_does_not_differ_from_its_source_nor_from_another_conversion(ModelFormat format)
    {
        string path = Convert(TestModels.Qwen, "m", format);
        string other = Convert(TestModels.Qwen, "other", format == ModelFormat.Apr ? ModelFormat.SafeTensors : ModelFormat.Apr);
        foreach ((string left, string right) in new[] { (TestModels.Qwen, path), (path, TestModels.Qwen), (path, other), (path, path) })
        {
            ModelDiff diff = Compare(left, right);
            Assert.IsEmpty(diff.Differences, $"{left} {right}: {diff.Differences.FirstOrDefault()}");
            Assert.IsEmpty(diff.Notes);
            Assert.AreEqual(50, diff.TensorsCompared);
            Assert.IsGreaterThanOrEqualTo(2, diff.MetadataCompared);
        }
    }

    [TestMethod]
    public void Without_a_record_names_are_translated_and_metadata_are_left_out()
    {
        string path = Convert(TestModels.Qwen, "m", ModelFormat.Apr, OriginMode.None);
        ModelDiff diff = Compare(TestModels.Qwen, path);
        Assert.IsEmpty(diff.Differences);
        Assert.AreEqual(0, diff.MetadataCompared);
        Assert.Contains("metadata speak different words", diff.Notes[0]);
        Assert.Contains("as a conversion puts it into GGUF", diff.Notes[1]);
    }

    [TestMethod]
    public void A_changed_byte_of_a_conversion_is_found_in_the_conversion()
    {
        string path = Convert(TestModels.Qwen, "m", ModelFormat.SafeTensors, quantized: QuantizedMode.Blocks);
        byte[] bytes = File.ReadAllBytes(path);
        long offset;
        using (ModelFile file = ModelFiles.Open(path))
        {
            offset = TensorDescriptions.Logical(file)
                .Single(tensor => tensor.Name.EndsWith("1.self_attn.q_proj.weight", StringComparison.Ordinal)).Offset + (144 * 5) + 20;
        }

        bytes[offset] ^= 0x10;
        File.WriteAllBytes(path, bytes);
        Difference difference = Compare(TestModels.Qwen, path).Differences.Single();
        Assert.AreEqual(
            (DifferenceKind.Payload, "blk.1.attn_q.weight", offset), (difference.Kind, difference.Place, difference.ByteOffset));
        PayloadDifference payload = difference.Payload!;
        Assert.AreEqual((1L, 1L, 1L, 256L), (payload.Bytes, payload.Blocks, payload.Elements, payload.AllBlocks));
        Assert.AreEqual(5, payload.First!.Element / 256);
        Assert.AreEqual(payload.First, payload.Largest);
        Assert.IsGreaterThan(0, payload.Largest!.Distance);
        Assert.Contains("1 of 256 blocks; 1 of 65536 decoded values differ, first element ", difference.Text);
    }

    [TestMethod]
    public void Each_kind_of_difference_between_tensors_is_named()
    {
        TestTensor same = TestTensor.F32("same", 1, 2);
        using ModelFile first = TestModels.SafeTensors(
            same, TestTensor.F32("gone", 1), TestTensor.F32("shape", 1, 2, 3, 4), new("type", TensorType.F16, [2], [0, 0x3C, 0, 0x40]),
            TestTensor.F32("values", 1, 5, 3, -0f, float.NaN), TestTensor.Random("ids", TensorType.I32, 1, 4));
        TestTensor ids = TestTensor.Random("ids", TensorType.I32, 1, 4);
        ids.Bytes[9]++;
        using ModelFile second = TestModels.SafeTensors(
            same, TestTensor.F32("new", 1), TestTensor.F32("shape", 1, 2, 3, 4) with { Shape = [2, 2] }, TestTensor.F32("type", 1, 2.5f),
            TestTensor.F32("values", 1, 4.5f, 9, 0f, float.NaN), ids);
        ModelDiff diff = ModelDiff.Compare(first, second);
        Dictionary<string, Difference> found = diff.Differences.ToDictionary(difference => difference.Place);
        Assert.HasCount(6, found);
        Assert.AreEqual(DifferenceKind.MissingTensor, found["gone"].Kind);
        Assert.AreEqual(DifferenceKind.ExtraTensor, found["new"].Kind);
        Assert.AreEqual(DifferenceKind.Shape, found["shape"].Kind);
        Assert.Contains("[4] in the first file and [2, 2] in the second", found["shape"].Text);
        Assert.AreEqual(DifferenceKind.Type, found["type"].Kind);
        Assert.AreEqual(
            "tensor 'type' is F16 in the first file and F32 in the second; 1 of 2 decoded values differ, first element 1: 2 against 2.5",
            found["type"].Text);
        Assert.AreEqual(0.5, found["type"].Payload!.Largest!.Distance);
        PayloadDifference values = found["values"].Payload!;
        Assert.AreEqual((3L, 1L, 2L, 6.0), (values.Elements, values.First!.Element, values.Largest!.Element, values.Largest.Distance));
        Assert.Contains(
            "3 of 5 decoded values differ, first element 1: 5 against 4.5, the largest difference is 6 at element 2: 3 against 9",
            found["values"].Text);
        Assert.AreEqual((1L, null, 2L), (found["ids"].Payload!.Bytes, found["ids"].Payload!.Elements, found["ids"].ElementIndex));
    }

    [TestMethod]
    public void Types_with_the_same_values_are_said_to_have_them_also_where_rows_are_padded()
    {
        float[] ones = [.. Enumerable.Repeat(1f, 3 * 40_000)];
        TestTensor wide = TestTensor.F32("w", ones) with { Shape = [3, 40_000] };
        TestTensor half = new("w", TensorType.F16, [3, 40_000], [.. ones.SelectMany(_ => new byte[] { 0, 0x3C })]);
        using ModelFile first = TestModels.SafeTensors(wide);
        using ModelFile second = TestModels.SafeTensors(half);
        Difference difference = ModelDiff.Compare(first, second).Differences.Single();
        Assert.AreEqual(
            "tensor 'w' is F32 in the first file and F16 in the second; all 120000 decoded values are the same, bit for bit",
            difference.Text);

        TestTensor rows = TestTensor.Random("w", TensorType.AprQ4KRows, 3, 5, 300);
        float[] decoded = new float[1500];
        for (int row = 0; row < 5; row++)
        {
            TensorDecoder.Decode(TensorType.AprQ4KRows, rows.Bytes.AsSpan(row * 288, 288), decoded.AsSpan(row * 300, 300));
        }

        TestTensor flat = TestTensor.F32("w", decoded) with { Shape = [5, 300] };
        PayloadDifference payload = PayloadComparison.OfValues(
            new MemoryByteSource(rows.Bytes), rows.At(0), new MemoryByteSource(flat.Bytes), flat.At(0), CancellationToken.None)!;
        Assert.AreEqual(0, payload.Elements);
        flat.Bytes[(4 * 299) + 3] ^= 0x40;
        payload = PayloadComparison.OfValues(
            new MemoryByteSource(rows.Bytes), rows.At(0), new MemoryByteSource(flat.Bytes), flat.At(0), CancellationToken.None)!;
        Assert.AreEqual((1L, 299L), (payload.Elements, payload.First!.Element));
    }

    [TestMethod]
    public void The_scale_of_an_APR_tensor_changes_every_value()
    {
        TestTensor first = TestTensor.Random("w", TensorType.AprQ8, 4, 600_000);
        System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(first.Bytes, 1f);
        TestTensor second = first with { Bytes = [.. first.Bytes] };
        second.Bytes[3] = 0xBF;
        PayloadDifference payload = PayloadComparison.OfBytes(
            new MemoryByteSource(first.Bytes), first.At(0), new MemoryByteSource(second.Bytes), second.At(0), CancellationToken.None)!;
        Assert.AreEqual((1L, 3L), (payload.Bytes, payload.FirstByte));
        Assert.AreEqual(
            first.Bytes.Skip(4).Count(value => value != 0), payload.Elements!.Value - first.Bytes.Skip(4).Count(value => value == 0));
        Assert.AreEqual(256, payload.Largest!.Distance);
    }

    [TestMethod]
    public void Another_order_of_the_tensors_is_a_difference()
    {
        using ModelFile first = TestModels.Gguf(TestTensor.F32("a", 1), TestTensor.F32("b", 2));
        using ModelFile second = TestModels.Gguf(TestTensor.F32("b", 2), TestTensor.F32("a", 1));
        Assert.AreEqual(DifferenceKind.Order, ModelDiff.Compare(first, second).Differences.Single().Kind);
    }

    [TestMethod]
    public void The_order_of_bytes_is_no_difference()
    {
        ModelDiff diff = Compare(
            RepositoryData.Path("corpus", "gguf", "valid", "big-endian.gguf"),
            RepositoryData.Path("corpus", "gguf", "valid", "little-endian-twin.gguf"));
        Assert.IsGreaterThan(3, diff.TensorsCompared);
        Assert.IsTrue(diff.Differences.All(difference => difference.Kind == DifferenceKind.Type), string.Join("\n", diff.Differences));
        using ModelFile big = ModelFiles.Open(RepositoryData.Path("corpus", "gguf", "valid", "big-endian.gguf"));
        int foreign = big.Tensors.Count(tensor => PayloadByteOrder.Support(tensor.Type) == ByteSwapSupport.DerivedOnly);
        Assert.HasCount(foreign, diff.Differences);
    }

    [TestMethod]
    public void Each_kind_of_difference_between_keys_is_named()
    {
        string long1 = new('x', 100);
        using ModelFile first = TestModels.GgufWith(
            ("gone", GgufValue.FromUInt32(1)), ("number", GgufValue.FromUInt32(1)), ("type", GgufValue.FromUInt32(1)),
            ("short", GgufValue.FromString("a")),
            ("long", GgufValue.FromString(long1 + "abc")), ("list", GgufValue.FromArray<byte>([1, 2, 3, 4])),
            ("grown", GgufValue.FromArray<byte>([1, 2])));
        using ModelFile second = TestModels.GgufWith(
            ("number", GgufValue.FromUInt32(2)), ("type", GgufValue.FromInt32(1)), ("short", GgufValue.FromString("b")),
            ("long", GgufValue.FromString(long1 + "abd")), ("list", GgufValue.FromArray<byte>([1, 2, 7, 4])),
            ("grown", GgufValue.FromArray<byte>([1, 2, 9])), ("new", GgufValue.FromUInt32(1)));
        Dictionary<string, string> found = ModelDiff.Compare(first, second).Differences.ToDictionary(
            difference => difference.Place, difference => difference.Text);
        Assert.HasCount(8, found);
        Assert.Contains("missing in the second file", found["gone"]);
        Assert.Contains("is in the second file only", found["new"]);
        Assert.Contains("is 1 in the first file and 2 in the second", found["number"]);
        Assert.Contains("u32 in the first file and i32 in the second", found["type"]);
        Assert.Contains("\"a\" in the first file and \"b\" in the second", found["short"]);
        Assert.Contains(
            "103 characters in the first file and 103 in the second; character 102 begins 'c' in the first and 'd' in the second",
            found["long"]);
        Assert.AreEqual("the key 'list' (array[u8]) has 4 items; item 2 is 3 in the first and 7 in the second", found["list"]);
        Assert.AreEqual(
            "the key 'grown' (array[u8]) has 2 items in the first file and 3 in the second; item 2 is missing in the first and 9 in the "
                + "second", found["grown"]);
    }

    [TestMethod]
    public void A_merge_rule_is_found_among_all_of_them()
    {
        byte[] bytes = File.ReadAllBytes(TestModels.Qwen);
        int at = bytes.AsSpan().IndexOf("tokenizer.ggml.merges"u8);
        at += bytes.AsSpan(at).IndexOf("in g"u8);
        bytes[at + 3] = (byte)'h';
        using ModelFile first = ModelFiles.Open(TestModels.Qwen);
        using ModelFile second = TestModels.Open(bytes, ModelFormat.Gguf);
        Difference difference = ModelDiff.Compare(first, second).Differences.Single();
        Assert.AreEqual("tokenizer.ggml.merges", difference.Place);
        Assert.Contains("\"in g\" in the first and \"in h\" in the second", difference.Text);
    }

    [TestMethod]
    public void An_edited_conversion_is_a_difference_even_if_all_tensors_are_equal()
    {
        string path = Convert(TestModels.Qwen, "m", ModelFormat.SafeTensors, quantized: QuantizedMode.Blocks);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf("\"__metadata__\":{\""u8) + 18]++;
        File.WriteAllBytes(path, bytes);
        Difference difference = Compare(TestModels.Qwen, path).Differences.Single();
        Assert.AreEqual((DifferenceKind.Metadata, "modelpack.origin"), (difference.Kind, difference.Place));
        Assert.Contains("was edited after it was converted", difference.Text);
    }

    [TestMethod]
    public void A_record_that_was_made_to_fit_a_renamed_tensor_is_not_followed()
    {
        string source = Path.Combine(folder, "two.gguf");
        File.WriteAllBytes(source, TestModels.GgufBytes([TestTensor.F32("alpha", 1), TestTensor.F32("bravo", 2)]));
        string path = Convert(source, "renamed", ModelFormat.SafeTensors);
        string text = File.ReadAllText(path, Encoding.Latin1).Replace("\"alpha\":", "\"delta\":", StringComparison.Ordinal);
        File.WriteAllText(path, text, Encoding.Latin1);
        using (ModelFile renamed = ModelFiles.Open(path))
        {
            byte[] record = renamed.OriginRecord!.Value.ToArray();
            byte[] forged = OriginRecords.WithDigest(record, ContainerDigest.Compute(renamed));
            text = text.Replace(System.Convert.ToBase64String(record), System.Convert.ToBase64String(forged), StringComparison.Ordinal);
        }

        File.WriteAllText(path, text, Encoding.Latin1);
        Difference[] differences = [.. Compare(source, path).Differences];
        Assert.IsTrue(
            differences.Any(difference => difference.Text.Contains("does not give that file", StringComparison.Ordinal)),
            string.Join("; ", differences.Select(difference => difference.Text)));
        Assert.IsTrue(differences.Any(difference => difference is { Kind: DifferenceKind.MissingTensor, Place: "alpha" }));
    }

    [TestMethod]
    public void Names_that_mean_the_same_in_two_vocabularies_do_not_collide()
    {
        using ModelFile first = TestModels.Open(
            TestModels.GgufBytes([TestTensor.F32("output.weight", 1)], ("general.architecture", GgufValue.FromString("qwen2"))),
            ModelFormat.Gguf);
        using ModelFile second = TestModels.SafeTensors(TestTensor.F32("lm_head.weight", 2), TestTensor.F32("output.weight", 1));
        Difference difference = ModelDiff.Compare(first, second).Differences.Single();
        Assert.AreEqual((DifferenceKind.ExtraTensor, "lm_head.weight"), (difference.Kind, difference.Place));
    }

    private static ModelDiff Compare(string first, string second)
    {
        using ModelFile left = ModelFiles.Open(first);
        using ModelFile right = ModelFiles.Open(second);
        return ModelDiff.Compare(left, right);
    }

    private string Convert(
        string source, string name, ModelFormat format, OriginMode origin = OriginMode.Embed, QuantizedMode quantized = QuantizedMode.Auto)
    {
        string path = Path.Combine(folder, $"{name}.{format.Extension()}");
        Unflushed.Convert(source, path, format, new() { Origin = origin, Quantized = quantized });
        return path;
    }
}
