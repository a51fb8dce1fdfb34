using System.Runtime.InteropServices;
using ModelPack.Codec.Tests.Formats.SafeTensors;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Models;

/// <summary>What is lent without a copy, and parts of tensors.</summary>
[TestClass]
public sealed class TensorSpanTests
{
    [TestMethod]
    public void A_file_and_its_bytes_in_memory_lend_their_values()
    {
        byte[] bytes = File.ReadAllBytes(ModelFixtures.Small);
        using Model path = Model.Open(ModelFixtures.Small);
        using Model memory = Model.Open(bytes);
        using Model mapped = Model.Open(new MappedByteSource(ModelFixtures.Small));
        foreach (Model model in (Model[])[path, memory, mapped])
        {
            Tensor norm = model.Tensors["output_norm.weight"];
            Assert.IsTrue(norm.TryGetSpan(out ReadOnlySpan<float> values));
            CollectionAssert.AreEqual(norm.ToSingles(), values.ToArray());
            Tensor blocks = model.Tensors["blk.0.attn_k.weight"];
            Assert.IsTrue(blocks.TryGetSpan(out ReadOnlySpan<byte> stored));
            CollectionAssert.AreEqual(blocks.ToBytes(), stored.ToArray());
            Assert.IsTrue(blocks.Slice(3, 2).TryGetSpan(out ReadOnlySpan<byte> rows));
            CollectionAssert.AreEqual(blocks.Slice(3, 2).ToBytes(), rows.ToArray());
        }

        Assert.IsTrue(memory.Tensors["output_norm.weight"].TryGetSpan(out ReadOnlySpan<byte> lent));
        Assert.IsTrue(bytes.AsSpan().Overlaps(lent), "a copy was lent");
    }

    [TestMethod]
    public void Shards_lend_their_values()
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("sharded_three"));
        Assert.IsGreaterThan(3, model.Tensors.Count);
        foreach (Tensor tensor in model.Tensors)
        {
            Assert.IsTrue(tensor.TryGetSpan(out ReadOnlySpan<float> values), tensor.ToString());
            CollectionAssert.AreEqual(tensor.ToArray<float>(), values.ToArray());
        }
    }

    [TestMethod]
    public void Values_that_are_not_aligned_are_copied_and_not_lent()
    {
        using Model model = Model.Open(ModelFixtures.SafeTensors("unpadded_unaligned.safetensors"));
        Tensor tensor = model.Tensors["wt"];
        Assert.IsFalse(tensor.TryGetSpan<float>(out _));
        Assert.IsTrue(tensor.TryGetSpan(out ReadOnlySpan<byte> stored));
        CollectionAssert.AreEqual(MemoryMarshal.Cast<byte, float>(stored).ToArray(), tensor.ToArray<float>());
    }

    [TestMethod]
    public void A_stream_and_a_source_of_another_kind_lend_nothing()
    {
        using Model stream = Model.Open(new MemoryStream(File.ReadAllBytes(ModelFixtures.Small)));
        Assert.IsFalse(stream.Tensors["output_norm.weight"].TryGetSpan(out ReadOnlySpan<float> values));
        Assert.IsTrue(values.IsEmpty);
        using Model other = Model.Open(new CountingByteSource(new FileByteSource(ModelFixtures.Small)));
        Assert.IsFalse(other.Tensors["output_norm.weight"].TryGetSpan<float>(out _));
    }

    [TestMethod]
    public void A_file_that_became_shorter_lends_nothing_beyond_its_end()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.Copy(ModelFixtures.Small, path);
            using Model model = Model.Open(path);
            using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                file.SetLength(model.File.DataStart());
            }

            Assert.ThrowsExactly<EndOfStreamException>(() => model.Tensors["output_norm.weight"].TryGetSpan<float>(out _));
            Assert.ThrowsExactly<EndOfStreamException>(() => model.Tensors["output_norm.weight"].ToSingles());
        }
        catch (IOException) when (OperatingSystem.IsWindows())
        {
            // A file that is open cannot be cut there.
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void Empty_tensors_and_scalars_are_read_by_every_call()
    {
        using Model empty = Model.Open(ModelFixtures.SafeTensors("empty_tensors.safetensors"));
        foreach (Tensor tensor in empty.Tensors.Where(tensor => tensor.Type == TensorType.F32 && tensor.ElementCount == 0))
        {
            Assert.IsEmpty(tensor.ToSingles());
            Assert.IsEmpty(tensor.ToBytes());
            Assert.IsTrue(tensor.TryGetSpan(out ReadOnlySpan<float> values) && values.IsEmpty);
        }

        using Model scalar = Model.Open(ModelFixtures.SafeTensors("scalar_rank0.safetensors"));
        Tensor single = scalar.Tensors.First(tensor => tensor.Shape.IsEmpty && tensor.Type == TensorType.F64);
        Assert.HasCount(1, single.ToArray<double>());
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => single.Slice(0, 1)).Message, "is a scalar");
    }

    [TestMethod]
    [DataRow("dtype-apr-q8")]
    [DataRow("apr-q8-edges")]
    [DataRow("q4_k-rows-padded-300")]
    [DataRow("dtype-all")]
    [DataRow("qwen2-small")]
    public void Rows_of_APR_types_have_the_values_of_the_whole(string name)
    {
        using Model model = Model.Open(ModelFixtures.Apr(name));
        int compared = 0;
        foreach (Tensor tensor in model.Tensors.Where(
            tensor => tensor.Shape is [> 0, ..] && TensorDecoder.CanDecode(tensor.Type)))
        {
            Tensor last;
            try
            {
                last = tensor.Slice(tensor.Shape[0] - 1, 1);
            }
            catch (InvalidOperationException refusal)
            {
                StringAssert.Contains(refusal.Message, "do not fill whole blocks");
                continue;
            }

            compared++;
            float[] all = tensor.ToSingles();
            CollectionAssert.AreEqual(
                ModelFixtures.Bits(all.AsSpan()[^(all.Length / (int)tensor.Shape[0])..]), ModelFixtures.Bits(last.ToSingles()),
                tensor.ToString());
            Assert.IsEmpty(tensor.Slice(0, 0).ToSingles());
            CollectionAssert.AreEqual(
                ModelFixtures.Bits(all), ModelFixtures.Bits(tensor.Slice(0, tensor.Shape[0]).ToSingles()), tensor.ToString());
        }

        Assert.IsGreaterThan(0, compared);
    }

    [TestMethod]
    public void Rows_of_rows_and_of_stacks_keep_their_shape()
    {
        byte[] file = SafeTensorsTestFile.Build("""{"s":{"dtype":"F32","shape":[3,2,4],"data_offsets":[0,96]}}""", 96);
        using Model model = Model.Open(file);
        Tensor stack = model.Tensors["s"];
        Tensor middle = stack.Slice(1, 2);
        CollectionAssert.AreEqual(new[] { 2L, 2L, 4L }, middle.Shape);
        Assert.AreEqual((16, 64), (middle.ElementCount, middle.ByteLength));
        CollectionAssert.AreEqual(stack.ToArray<float>()[16..], middle.Slice(1, 1).ToArray<float>());
        using Stream stream = middle.OpenRead();
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        CollectionAssert.AreEqual(stack.ToBytes()[32..], copy.ToArray());
    }

    [TestMethod]
    public void Rows_that_are_not_whole_blocks_are_refused()
    {
        using Model model = Model.Open(ModelFixtures.OfOne(TensorType.Q8_0, new byte[68], 64));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => model.Tensors["t"].Slice(0, 32)).Message, "do not fill whole blocks");
    }
}

/// <summary>Where payloads begin.</summary>
internal static class ModelFileExtensions
{
    public static long DataStart(this ModelFile file) => file.Tensors.Min(tensor => tensor.Offset);
}
