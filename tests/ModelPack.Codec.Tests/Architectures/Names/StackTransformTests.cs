namespace ModelPack.Codec.Tests.Architectures.Names;

/// <summary>T9, T10, T13, T14: tensors are joined and taken apart (hf-companions.md §3.2).</summary>
[TestClass]
public sealed class StackTransformTests
{
    private const string KvB = "model.layers.0.self_attn.kv_b_proj.weight";

    [TestMethod]
    public void Experts_become_a_stack_in_the_order_of_their_numbers()
    {
        SmallList list = new SmallList("llama").Key("expert_count", 3);
        foreach (int expert in new[] { 2, 0, 1 })
        {
            list.Add(
                $"model.layers.0.block_sparse_moe.experts.{expert}.w1.weight", TensorType.I8,
                [.. Enumerable.Range(expert * 6, 6).Select(item => (byte)item)], 2, 3);
        }

        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new[] { "blk.0.ffn_gate_exps.weight" }, gguf.Names);
        CollectionAssert.AreEqual(new long[] { 3, 2, 3 }, gguf["blk.0.ffn_gate_exps.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 18).Select(item => (byte)item).ToArray(), gguf.Bytes("blk.0.ffn_gate_exps.weight"));
        SmallList.Translated folder = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(list.Payloads[0], folder.Bytes("model.layers.0.block_sparse_moe.experts.2.w1.weight"));
        CollectionAssert.AreEqual(new long[] { 2, 3 }, folder["model.layers.0.block_sparse_moe.experts.2.w1.weight"].Shape.ToArray());
    }

    [TestMethod]
    public void A_quantized_stack_comes_apart_into_quantized_experts()
    {
        SmallList list = new SmallList("qwen3moe").Key("expert_count", 4)
            .AddRandom(new Random(5), "blk.1.ffn_down_exps.weight", TensorType.Q4_K, 4, 2, 256);
        SmallList.Translated folder = list.ToHuggingFace().ShouldComeBackExcept();
        for (int expert = 0; expert < 4; expert++)
        {
            string name = $"model.layers.1.mlp.experts.{expert}.down_proj.weight";
            Assert.AreEqual(TensorType.Q4_K, folder[name].Type);
            CollectionAssert.AreEqual(list.Payloads[0][(expert * 288)..((expert + 1) * 288)], folder.Bytes(name));
        }

        CollectionAssert.AreEqual(list.Payloads[0], folder.AsList().ToGguf().ShouldComeBackExcept().Bytes("blk.1.ffn_down_exps.weight"));
    }

    [TestMethod]
    public void Norms_of_heads_become_a_stack_of_f32()
    {
        SmallList list = new SmallList("stablelm").Key("attention.head_count", 4).Key("attention.head_count_kv", 2)
            .Add("model.layers.0.self_attn.k_layernorm.norms.0.weight", TensorType.BF16, [0x80, 0x3F, 0x00, 0x40], 2)
            .Add("model.layers.0.self_attn.k_layernorm.norms.1.weight", TensorType.BF16, [0x40, 0x40, 0x80, 0x40], 2);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 2, 2 }, gguf["blk.0.attn_k_norm.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4 }, gguf.Floats("blk.0.attn_k_norm.weight"));
        CollectionAssert.AreEqual(
            new float[] { 3, 4 }, gguf.AsList().ToHuggingFace().ShouldComeBackExcept()
                .Floats("model.layers.0.self_attn.k_layernorm.norms.1.weight"));
    }

    [TestMethod]
    public void Halves_of_each_expert_become_two_stacks()
    {
        // Two experts of two rows each, a row is one byte.
        SmallList list = new SmallList("granitemoe").Key("expert_count", 2)
            .AddCounting("model.layers.0.block_sparse_moe.input_linear.weight", 2, 4, 1)
            .AddCounting("model.layers.0.shared_mlp.input_linear.weight", 4, 2);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new byte[] { 0, 1, 4, 5 }, gguf.Bytes("blk.0.ffn_gate_exps.weight"));
        CollectionAssert.AreEqual(new byte[] { 2, 3, 6, 7 }, gguf.Bytes("blk.0.ffn_up_exps.weight"));
        CollectionAssert.AreEqual(new long[] { 2, 2, 1 }, gguf["blk.0.ffn_up_exps.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new byte[] { 0, 1, 2, 3 }, gguf.Bytes("blk.0.ffn_gate_shexp.weight"));
        CollectionAssert.AreEqual(new byte[] { 4, 5, 6, 7 }, gguf.Bytes("blk.0.ffn_up_shexp.weight"));
        SmallList.Translated folder = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(list.Payloads[0], folder.Bytes("model.layers.0.block_sparse_moe.input_linear.weight"));
        CollectionAssert.AreEqual(new long[] { 4, 2 }, folder["model.layers.0.shared_mlp.input_linear.weight"].Shape.ToArray());
    }

    [TestMethod]
    public void Stacks_of_a_newer_folder_are_known()
    {
        SmallList list = new SmallList("qwen3moe").Key("expert_count", 2)
            .AddCounting("model.layers.0.mlp.experts.gate_up_proj", 2, 4, 1).AddCounting("model.layers.0.mlp.experts.down_proj", 2, 3, 1);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new byte[] { 2, 3, 6, 7 }, gguf.Bytes("blk.0.ffn_up_exps.weight"));
        CollectionAssert.AreEqual(list.Payloads[1], gguf.Bytes("blk.0.ffn_down_exps.weight"));
    }

    [TestMethod]
    public void Quantized_halves_of_one_type_are_joined_as_they_are_and_others_are_decoded()
    {
        const string Gate = "blk.0.ffn_gate_shexp.weight";
        const string Up = "blk.0.ffn_up_shexp.weight";
        Random random = new(7);
        SmallList alike = new SmallList("granitemoe").AddRandom(random, Gate, TensorType.Q8_0, 2, 32)
            .AddRandom(random, Up, TensorType.Q8_0, 2, 32);
        SmallList.Translated folder = alike.ToHuggingFace().ShouldComeBackExcept();
        Assert.AreEqual(TensorType.Q8_0, folder["model.layers.0.shared_mlp.input_linear.weight"].Type);
        CollectionAssert.AreEqual(
            alike.Payloads[0].Concat(alike.Payloads[1]).ToArray(), folder.Bytes("model.layers.0.shared_mlp.input_linear.weight"));

        byte[] ones = [0x00, 0x3C, .. Enumerable.Repeat((byte)1, 32)];
        SmallList unlike = new SmallList("granitemoe").Add(
            Up, TensorType.BF16, [.. Enumerable.Repeat<byte[]>([0x00, 0x40], 32).SelectMany(word => word)], 1, 32)
                .Add(Gate, TensorType.Q8_0, ones, 1, 32);
        SmallList.Translated decoded = unlike.ToHuggingFace().ShouldComeBackExcept(Gate);
        CollectionAssert.AreEqual(
            Enumerable.Repeat(1f, 32).Concat(Enumerable.Repeat(2f, 32)).ToArray(),
            decoded.Floats("model.layers.0.shared_mlp.input_linear.weight"));
    }

    [TestMethod]
    public void Latent_keys_are_transposed_and_values_are_not()
    {
        // Two heads of two key rows and one value row, each three wide. Head 0: rows 0 1 2, 3 4 5 and 6 7 8.
        SmallList list = DeepSeek(2, 2, 1).AddCounting(KvB, 6, 3);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept();
        CollectionAssert.AreEqual(new long[] { 2, 3, 2 }, gguf["blk.0.attn_k_b.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new byte[] { 0, 3, 1, 4, 2, 5, 9, 12, 10, 13, 11, 14 }, gguf.Bytes("blk.0.attn_k_b.weight"));
        CollectionAssert.AreEqual(new long[] { 2, 1, 3 }, gguf["blk.0.attn_v_b.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(new byte[] { 6, 7, 8, 15, 16, 17 }, gguf.Bytes("blk.0.attn_v_b.weight"));
        SmallList.Translated folder = gguf.AsList().ToHuggingFace().ShouldComeBackExcept();
        CollectionAssert.AreEqual(list.Payloads[0], folder.Bytes(KvB));
        CollectionAssert.AreEqual(new long[] { 6, 3 }, folder[KvB].Shape.ToArray());
    }

    [TestMethod]
    public void Quantized_latent_keys_are_decoded_and_their_blocks_kept()
    {
        Random random = new(9);
        SmallList list = DeepSeek(2, 32, 1).AddRandom(random, "blk.0.attn_k_b.weight", TensorType.Q8_0, 2, 32, 32)
            .AddRandom(random, "blk.0.attn_v_b.weight", TensorType.Q8_0, 2, 1, 32);
        SmallList.Translated folder = list.ToHuggingFace().ShouldComeBackExcept("blk.0.attn_k_b.weight", "blk.0.attn_v_b.weight");
        Assert.AreEqual(TensorType.F32, folder[KvB].Type);

        // Key row 5, column 3 of head 1 is k_b[1, 3, 5].
        byte[] block = list.Payloads[0][((32 + 3) * 34)..((32 + 4) * 34)];
        float expected = BitConverter.UInt32BitsToSingle(NaiveRecipe.WideHalf(BitConverter.ToUInt16(block))) * (sbyte)block[2 + 5];
        Assert.AreEqual(expected, folder.Floats(KvB)[((33 + 5) * 32) + 3]);
    }

    [TestMethod]
    public void The_undivided_form_of_old_files_is_known()
    {
        SmallList list = DeepSeek(2, 2, 1).AddCounting("blk.0.attn_kv_b.weight", 6, 3);
        CollectionAssert.AreEqual(list.Payloads[0], list.ToHuggingFace().ShouldComeBackExcept().Bytes(KvB));
    }

    private static SmallList DeepSeek(uint heads, uint nope, uint value) =>
        new SmallList("deepseek2").Key("attention.head_count", heads).Key("attention.head_count_kv", 1)
        .Key("attention.key_length_mla", nope + 64).Key("rope.dimension_count", 64).Key("attention.value_length_mla", value);
}
