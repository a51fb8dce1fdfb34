using ModelPack.Architectures.Names;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>T11: the experts of gpt-oss (hf-companions.md §3.2, architectures/quantized-checkpoints.md §1).</summary>
[TestClass]
public sealed class BlockTransformTests
{
    private const string GateUp = "model.layers.0.mlp.experts.gate_up_proj";
    private const string Down = "model.layers.0.mlp.experts.down_proj";
    private const string Gate = "blk.0.ffn_gate_exps.weight";
    private const string Up = "blk.0.ffn_up_exps.weight";

    [TestMethod]
    public void A_block_is_its_scale_and_codes_of_both_halves_in_each_byte()
    {
        // Two rows of one block: gate with element e as code e % 16, up with zeros.
        byte[] pairs = [.. Enumerable.Range(0, 16).Select(i => (byte)(((2 * i) % 16) | (((2 * i) + 1) % 16 << 4)))];
        SmallList list = new SmallList("gpt-oss").Add(GateUp + "_blocks", TensorType.U8, [.. pairs, .. new byte[16]], 1, 2, 1, 16)
            .Add(GateUp + "_scales", TensorType.U8, [0x7B, 0xFF], 1, 2, 1);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        Assert.AreEqual(TensorType.MXFP4, gguf[Gate].Type);
        CollectionAssert.AreEqual(new long[] { 1, 1, 32 }, gguf[Gate].Shape.ToArray());
        CollectionAssert.AreEqual(
            new byte[] { 0x7B }.Concat(Enumerable.Range(0, 16).Select(j => (byte)(j | (j << 4)))).ToArray(), gguf.Bytes(Gate));
        CollectionAssert.AreEqual(new byte[] { 0xFF }.Concat(new byte[16]).ToArray(), gguf.Bytes(Up));
    }

    [TestMethod]
    public void Blocks_of_any_bits_go_to_gguf_and_back()
    {
        Random random = new(4);
        SmallList folder = new SmallList("gpt-oss").AddRandom(random, GateUp + "_scales", TensorType.U8, 3, 8, 2)
            .AddRandom(random, Down + "_blocks", TensorType.U8, 3, 64, 1, 16)
            .AddRandom(random, GateUp + "_blocks", TensorType.U8, 3, 8, 2, 16)
            .AddRandom(random, Down + "_scales", TensorType.U8, 3, 64, 1);
        SmallList.Translated gguf = folder.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 3, 4, 64 }, gguf[Up].Shape.ToArray());
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        foreach ((TensorInfo tensor, byte[] payload) in folder.Tensors.Zip(folder.Payloads))
        {
            CollectionAssert.AreEqual(tensor.Shape.ToArray(), back[tensor.Name].Shape.ToArray(), tensor.Name);
            CollectionAssert.AreEqual(payload, back.Bytes(tensor.Name), tensor.Name);
        }
    }

    [TestMethod]
    public void Numbers_are_transposed_and_columns_alternate()
    {
        // One expert, two inputs, gate and up of two rows each: columns g0 u0 g1 u1.
        SmallList list = new SmallList("gpt-oss").AddCounting(GateUp, 1, 2, 4).AddCounting(GateUp + "_bias", 1, 4)
            .AddCounting(Down, 1, 2, 3);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new byte[] { 0, 4, 2, 6 }, gguf.Bytes(Gate));
        CollectionAssert.AreEqual(new byte[] { 1, 5, 3, 7 }, gguf.Bytes(Up));
        CollectionAssert.AreEqual(new byte[] { 0, 2 }, gguf.Bytes("blk.0.ffn_gate_exps.bias"));
        CollectionAssert.AreEqual(new byte[] { 1, 3 }, gguf.Bytes("blk.0.ffn_up_exps.bias"));
        CollectionAssert.AreEqual(new byte[] { 0, 3, 1, 4, 2, 5 }, gguf.Bytes("blk.0.ffn_down_exps.weight"));
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(list.Payloads[0], back.Bytes(GateUp));
        CollectionAssert.AreEqual(list.Payloads[1], back.Bytes(GateUp + "_bias"));
        CollectionAssert.AreEqual(list.Payloads[2], back.Bytes(Down));
    }

    [TestMethod]
    public void Blocks_of_another_type_are_decoded_before_they_are_transposed_and_kept()
    {
        Random random = new(8);
        SmallList list = new SmallList("gpt-oss").AddRandom(random, Gate, TensorType.Q8_0, 1, 2, 32)
            .AddRandom(random, Up, TensorType.F32, 1, 2, 32);
        SmallList.Translated folder = list.ToHuggingFace().ShouldComeBackExcept(Gate);
        Assert.AreEqual(TensorType.F32, folder[GateUp].Type);
        CollectionAssert.AreEqual(new long[] { 1, 32, 4 }, folder[GateUp].Shape.ToArray());
    }

    [TestMethod]
    public void Codes_without_scales_are_refused()
    {
        SmallList list = new SmallList("gpt-oss").AddCounting("layers.0.mlp.experts.down_proj_blocks", 1, 1, 1, 16);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(list.ToGguf);
        Assert.AreEqual(TranslationErrors.Incomplete, error.Code);
        Assert.Contains($"'{Down}_blocks' and '{Down}_scales' make up one tensor", error.Detail);
    }

    [TestMethod]
    [DataRow(TensorType.U8, 2L, 15L)]
    [DataRow(TensorType.U8, 1L, 16L)]
    [DataRow(TensorType.I8, 2L, 16L)]
    public void Codes_that_do_not_go_with_their_scales_are_refused(TensorType type, long blocks, long bytes)
    {
        SmallList list = new SmallList("gpt-oss").AddRandom(new Random(1), Down + "_blocks", type, 1, 1, blocks, bytes)
            .AddRandom(new Random(1), Down + "_scales", TensorType.U8, 1, 1, 2);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(list.ToGguf);
        Assert.AreEqual(TranslationErrors.UnequalParts, error.Code);
        Assert.Contains("are not the codes of blocks with the scales U8 [1, 1, 2]", error.Detail);
    }

    [TestMethod]
    public void An_odd_number_of_rows_does_not_alternate()
    {
        SmallList list = new SmallList("gpt-oss").AddCounting(GateUp + "_bias", 1, 3);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(list.ToGguf);
        Assert.AreEqual(TranslationErrors.WrongShape, error.Code);
        Assert.Contains("the shape is [1, 3], which cannot be cut into 2 parts", error.Detail);
    }
}
