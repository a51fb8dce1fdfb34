using ModelPack.Architectures.Names;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>T12: matrices in NVFP4 (hf-companions.md §3.2, architectures/quantized-checkpoints.md §2).</summary>
[TestClass]
public sealed class PublishedBlockTests
{
    private const string Value = "model.layers.0.self_attn.v_proj";
    private const string Query = "model.layers.0.self_attn.q_proj";

    [TestMethod]
    public void A_block_has_four_scales_and_codes_of_elements_eight_apart()
    {
        // Element e of 64 has the code e % 16.
        byte[] pairs = [.. Enumerable.Range(0, 32).Select(i => (byte)(((2 * i) % 16) | (((2 * i) + 1) % 16 << 4)))];
        SmallList list = new SmallList("qwen2").Add(Value + ".weight", TensorType.U8, pairs, 1, 32)
            .Add(Value + ".weight_scale", TensorType.F8E4M3, [1, 2, 3, 0x7E], 1, 4).Add(Value + ".weight_scale_2", [0.5f])
            .Add(Value + ".input_scale", [0.25f]);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        Assert.AreEqual(TensorType.NVFP4, gguf["blk.0.attn_v.weight"].Type);
        CollectionAssert.AreEqual(new long[] { 1, 64 }, gguf["blk.0.attn_v.weight"].Shape.ToArray());
        byte[] sixteen = [0x80, 0x91, 0xA2, 0xB3, 0xC4, 0xD5, 0xE6, 0xF7];
        CollectionAssert.AreEqual(
            new byte[] { 1, 2, 3, 0x7E }.Concat(Enumerable.Repeat(sixteen, 4).SelectMany(codes => codes)).ToArray(),
            gguf.Bytes("blk.0.attn_v.weight"));
        CollectionAssert.AreEqual(new[] { 0.5f }, gguf.Floats("blk.0.attn_v.scale"));
        CollectionAssert.AreEqual(new[] { 0.25f }, gguf.Floats("blk.0.attn_v.input_scale"));
        CollectionAssert.AreEqual(new long[] { 1 }, gguf["blk.0.attn_v.scale"].Shape.ToArray());
    }

    [TestMethod]
    public void Matrices_of_any_bits_go_to_gguf_and_back_with_their_rows_in_order()
    {
        Random random = new(6);
        SmallList folder = new SmallList("llama").Key("attention.head_count", 2);
        AddMatrix(folder, random, Query, 8, 128);
        AddMatrix(folder, random, Value, 4, 64);
        SmallList.Translated gguf = folder.ToGguf().ShouldComeBackExcept();

        // Row 1 of a head of four is its row 2.
        CollectionAssert.AreEqual(
            folder.Payloads[1][(2 * 8)..(2 * 8 + 4)], gguf.Bytes("blk.0.attn_q.weight")[(1 * 72)..(1 * 72 + 4)]);
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEquivalent(folder.Tensors.Select(tensor => tensor.Name).ToArray(), back.Names);
        foreach ((TensorInfo tensor, byte[] payload) in folder.Tensors.Zip(folder.Payloads))
        {
            Assert.AreEqual(tensor.Type, back[tensor.Name].Type, tensor.Name);
            CollectionAssert.AreEqual(tensor.Shape.ToArray(), back[tensor.Name].Shape.ToArray(), tensor.Name);
            CollectionAssert.AreEqual(payload, back.Bytes(tensor.Name), tensor.Name);
        }
    }

    [TestMethod]
    public void Experts_are_stacked_with_their_factors()
    {
        Random random = new(6);
        SmallList folder = new SmallList("qwen3moe").Key("expert_count", 3);
        for (int expert = 0; expert < 3; expert++)
        {
            AddMatrix(folder, random, $"model.layers.0.mlp.experts.{expert}.up_proj", 2, 64);
        }

        SmallList.Translated gguf = folder.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 3, 2, 64 }, gguf["blk.0.ffn_up_exps.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new long[] { 3 }, gguf["blk.0.ffn_up_exps.scale"].Shape.ToArray());
        SmallList.Translated back = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        foreach ((TensorInfo tensor, byte[] payload) in folder.Tensors.Zip(folder.Payloads))
        {
            CollectionAssert.AreEqual(tensor.Shape.ToArray(), back[tensor.Name].Shape.ToArray(), tensor.Name);
            CollectionAssert.AreEqual(payload, back.Bytes(tensor.Name), tensor.Name);
        }
    }

    [TestMethod]
    public void Divisors_become_factors_and_are_kept()
    {
        Random random = new(6);
        SmallList folder = new SmallList("qwen2").AddRandom(random, Value + ".weight_packed", TensorType.U8, 2, 32)
            .Add(Value + ".weight_scale", TensorType.F8E4M3, [1, 2, 3, 4, 5, 6, 7, 8], 2, 4)
            .Add(Value + ".weight_global_scale", [3f], 1).Add(Value + ".input_global_scale", [8f], 1);
        SmallList.Translated gguf = folder.ToGguf().ShouldComeBackExcept(
            Value + ".weight_global_scale", Value + ".input_global_scale");
        CollectionAssert.AreEqual(new[] { 1f / 3 }, gguf.Floats("blk.0.attn_v.scale"));
        CollectionAssert.AreEqual(new[] { 0.125f }, gguf.Floats("blk.0.attn_v.input_scale"));
        Assert.IsEmpty(gguf.Unplaced);
    }

    [TestMethod]
    public void A_matrix_without_a_factor_has_one_of_one_in_a_folder()
    {
        SmallList list = new SmallList("qwen2").Add("blk.0.attn_v.weight", TensorType.NVFP4, new byte[36], 1, 64);
        SmallList.Translated folder = list.ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new[] { 1f }, folder.Floats(Value + ".weight_scale_2"));
        Assert.IsTrue(folder[Value + ".weight_scale_2"].Shape.IsEmpty);
        CollectionAssert.AreEqual(
            new[] { TensorType.NVFP4 }, TensorTranslator.ToHuggingFace(list.Given, list.Facts, asPublished: false)!.Tensors
                .Select(tensor => tensor.Type).ToArray());
    }

    [TestMethod]
    public void Blocks_that_a_folder_holds_in_another_form_have_no_place_in_it()
    {
        SmallList list = new SmallList("deepseek2").Key("attention.head_count", 1)
            .AddRandom(new Random(1), "blk.0.attn_k_b.weight", TensorType.NVFP4, 1, 2, 64).Add("blk.0.attn_k_b.scale", [2f], 1);
        SmallList.Translated folder = list.ToHuggingFace();
        CollectionAssert.AreEquivalent(new[] { "blk.0.attn_k_b.weight", "blk.0.attn_k_b.scale" }, folder.Unplaced);
        Assert.Contains("belongs to a matrix in NVFP4", folder.Notes.Single());
    }

    [TestMethod]
    public void Both_tensors_that_a_matrix_is_cut_into_have_its_factor()
    {
        SmallList folder = new SmallList("granitemoe");
        AddMatrix(folder, new Random(3), "model.layers.0.shared_mlp.input_linear", 4, 64);
        SmallList.Translated gguf = folder.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(gguf.Bytes("blk.0.ffn_gate_shexp.scale"), gguf.Bytes("blk.0.ffn_up_shexp.scale"));
        CollectionAssert.AreEqual(new long[] { 2, 64 }, gguf["blk.0.ffn_up_shexp.weight"].Shape.ToArray());
    }

    [TestMethod]
    public void A_matrix_beyond_the_layers_leaves_its_own_tensors_without_a_place()
    {
        SmallList folder = new SmallList("qwen2").Key("block_count", 0);
        AddMatrix(folder, new Random(3), Value, 4, 64);
        SmallList.Translated gguf = folder.ToGguf();
        CollectionAssert.AreEqual(folder.Tensors.Select(tensor => tensor.Name).ToArray(), gguf.Unplaced);
        Assert.Contains("lies beyond the 0 layers", gguf.Notes.Single());
    }

    [TestMethod]
    [DataRow(TensorType.U8, 32L, TensorType.F8E4M3, 4L, true, true)]
    [DataRow(TensorType.U8, 32L, TensorType.F8E4M3, 4L, false, false)]
    [DataRow(TensorType.I8, 32L, TensorType.F8E4M3, 4L, true, false)]
    [DataRow(TensorType.U8, 32L, TensorType.F8E8M0, 4L, true, false)]
    [DataRow(TensorType.U8, 16L, TensorType.F8E4M3, 2L, true, false)]
    [DataRow(TensorType.U8, 64L, TensorType.F8E4M3, 4L, true, false)]
    public void Only_codes_with_the_right_scales_and_a_factor_are_blocks(
        TensorType type, long bytes, TensorType scale, long scales, bool hasFactor, bool expected)
    {
        SmallList folder = new SmallList("qwen2").Add(Value + ".weight", type, new byte[2 * bytes], 2, bytes)
            .Add(Value + ".weight_scale", scale, new byte[2 * scales], 2, scales)
            .Add(Value + (hasFactor ? ".weight_scale_2" : ".other"), [1f]);
        Assert.AreEqual(expected, PublishedBlocks.ToBlocks(folder.Given) is not null);
        Assert.AreEqual(expected, PublishedBlocks.AreAll(folder.Tensors));
        folder.AddCounting("model.layers.0.mlp.up_proj.weight", 2, 2);
        Assert.IsFalse(PublishedBlocks.AreAll(folder.Tensors));
    }

    [TestMethod]
    public void A_folder_without_codes_has_no_blocks_and_one_with_blocks_and_scales_of_gpt_oss_has()
    {
        SmallList plain = new SmallList("qwen2").Add("model.norm.weight", [1f], 1);
        Assert.IsFalse(PublishedBlocks.AreAll(plain.Tensors));
        plain.AddRandom(new Random(1), "x_blocks", TensorType.U8, 1, 16);
        Assert.IsFalse(PublishedBlocks.AreAll(plain.Tensors));
        plain.AddRandom(new Random(1), "x_scales", TensorType.U8, 1);
        Assert.IsTrue(PublishedBlocks.AreAll(plain.Tensors));
    }

    [TestMethod]
    public void A_scale_with_a_sign_is_refused_when_it_is_read()
    {
        UnsignedPayload scales = new(new LiteralPayload(new byte[] { 0x7F, 0x00, 0x81 }));
        byte[] read = new byte[2];
        RecipeSource.Open(scales, _ => new MemoryByteSource(default)).ReadAt(0, read);
        CollectionAssert.AreEqual(new byte[] { 0x7F, 0x00 }, read);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => RecipeSource.Open(scales, _ => new MemoryByteSource(default)).ReadAt(0, new byte[3]));
        Assert.AreEqual(PayloadErrors.NotExpressible, error.Code);
        Assert.Contains("0x81", error.Detail);
    }

    private static void AddMatrix(SmallList list, Random random, string module, int rows, int columns)
    {
        byte[] scales = [.. Enumerable.Range(0, rows * columns / 16).Select(_ => (byte)random.Next(128))];
        list.AddRandom(random, module + ".weight", TensorType.U8, rows, columns / 2)
            .Add(module + ".weight_scale", TensorType.F8E4M3, scales, rows, columns / 16)
            .Add(module + ".weight_scale_2", [random.NextSingle()]).Add(module + ".input_scale", [random.NextSingle()]);
    }
}
