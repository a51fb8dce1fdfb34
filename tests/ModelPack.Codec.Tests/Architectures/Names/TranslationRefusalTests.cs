using ModelPack.Architectures;
using ModelPack.Architectures.Names;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Names;

[TestClass]
public sealed class TranslationRefusalTests
{
    [TestMethod]
    [DataRow(3u, 8L, "8 rows cannot be dealt into 6 equal parts")]
    [DataRow(2u, 6L, "6 rows cannot be dealt into 4 equal parts")]
    public void Heads_that_do_not_divide_the_rows_are_refused(uint heads, long rows, string text) =>
        ShouldFail(
            TranslationErrors.Heads, "q_proj.weight", text, new SmallList("llama").Key("attention.head_count", heads)
                .AddCounting("model.layers.0.self_attn.q_proj.weight", rows, 2).ToGguf);

    [TestMethod]
    public void A_missing_head_count_is_refused() =>
        ShouldFail(
            HuggingFaceErrors.UnusableKey, null, "llama.attention.head_count is missing",
            new SmallList("llama").AddCounting("blk.0.attn_q.weight", 4, 2).ToHuggingFace);

    [TestMethod]
    public void Heads_that_cannot_share_are_refused() => ShouldFail(
        TranslationErrors.Heads, "query_key_value", "4 heads cannot share 3 of k and v",
        new SmallList("falcon").Key("attention.head_count", 4).Key("attention.head_count_kv", 3)
            .AddCounting("transformer.h.0.self_attention.query_key_value.weight", 10, 2).ToGguf);

    [TestMethod]
    public void Latent_rows_that_are_not_the_heads_are_refused() => ShouldFail(
        TranslationErrors.Heads, "kv_b_proj", "7 rows are not 2 heads of 2 rows of keys and 1 of values",
        new SmallList("deepseek2").Key("attention.head_count", 2).Key("attention.key_length_mla", 6).Key("rope.dimension_count", 4)
            .Key("attention.value_length_mla", 1)
            .AddCounting("model.layers.0.self_attn.kv_b_proj.weight", 7, 3).ToGguf);

    [TestMethod]
    public void Rows_before_the_first_position_are_those_of_a_token_that_fills_up()
    {
        ShouldFail(
            TranslationErrors.WrongShape, "position_embd", "behind the padding token 64, and no model of the class has more than 64 rows",
            Positions(64).ToHuggingFace);
        SmallList.Translated made = Positions(63).ToHuggingFace();
        CollectionAssert.AreEqual(new long[] { 66, 2 }, made["embeddings.position_embeddings.weight"].Shape.ToArray());
        CollectionAssert.AreEqual(
            new byte[] { 0, 0, 0, 1, 2, 3 }, made.Bytes("embeddings.position_embeddings.weight")[^6..].ToArray());
    }

    [TestMethod]
    public void A_table_with_more_rows_before_the_first_position_is_refused()
    {
        SmallList Table(int rows) =>
            new SmallList("bert").Key("context_length", 2).AddCounting("embeddings.position_embeddings.weight", rows, 2);
        ShouldFail(TranslationErrors.WrongShape, "position_embeddings", "67 rows for a context of 2", Table(67).ToGguf);
        CollectionAssert.AreEqual(new byte[] { 128, 129, 130, 131 }, Table(66).ToGguf().Bytes("position_embd.weight").ToArray());
    }

    private static SmallList Positions(uint padding) => new SmallList("bert").Keys([
        new("tokenizer.ggml.model", GgufValue.FromString("t5")),
        new("tokenizer.ggml.padding_token_id", GgufValue.FromUInt32(padding))]).AddCounting("position_embd.weight", 2, 2);

    [TestMethod]
    public void Missing_experts_are_named()
    {
        SmallList list = Experts(4, [0, 3], [2, 3]);
        ShouldFail(
            TranslationErrors.Incomplete, "experts.0.w1", "2 of 4 parts of 'blk.0.ffn_gate_exps.weight' are missing, among these "
            + "'model.layers.0.block_sparse_moe.experts.1.w1.weight', 'model.layers.0.block_sparse_moe.experts.2.w1.weight'", list.ToGguf);
    }

    [TestMethod]
    public void An_expert_too_many_is_refused() =>
        ShouldFail(
            TranslationErrors.Incomplete, "experts.2.w1", "it is part 2 of 'blk.0.ffn_gate_exps.weight', but the model has 2",
            Experts(2, [0, 1, 2], [2, 3]).ToGguf);

    [TestMethod]
    public void An_expert_given_twice_is_refused()
    {
        SmallList list = Experts(2, [0, 1], [2, 3]).AddCounting("layers.0.block_sparse_moe.experts.1.w1.weight", 2, 3);
        ShouldFail(TranslationErrors.Incomplete, "experts.1.w1", "it is part 1 of 'blk.0.ffn_gate_exps.weight', and so is ", list.ToGguf);
    }

    [TestMethod]
    public void A_huge_expert_number_is_refused_without_a_list_as_long() => ShouldFail(
        TranslationErrors.Incomplete, "experts.5.w1", "4294967294 of 4294967295 parts of 'blk.0.ffn_gate_exps.weight' are missing",
        Experts(uint.MaxValue, [5], [2, 3]).ToGguf);

    [TestMethod]
    public void A_stack_of_another_number_is_refused() => ShouldFail(
        TranslationErrors.Incomplete, "ffn_up_exps", "the shape is [3, 2, 2], but the tensor should be a stack of 4",
        new SmallList("qwen3moe").Key("expert_count", 4).AddCounting("blk.0.ffn_up_exps.weight", 3, 2, 2).ToHuggingFace);

    [TestMethod]
    public void Experts_of_other_shapes_or_types_are_refused()
    {
        SmallList list = Experts(2, [0], [2, 3]).AddCounting("model.layers.0.block_sparse_moe.experts.1.w1.weight", 3, 2);
        ShouldFail(
            TranslationErrors.UnequalParts, "experts.1.w1",
            "it is I8 [3, 2], but 'model.layers.0.block_sparse_moe.experts.0.w1.weight' is I8 [2, 3]", list.ToGguf);
        SmallList types = Experts(2, [0], [2, 3])
            .AddRandom(new Random(1), "model.layers.0.block_sparse_moe.experts.1.w1.weight", TensorType.F16, 2, 3);
        ShouldFail(TranslationErrors.UnequalParts, "experts.1.w1", "it is F16 [2, 3]", types.ToGguf);
    }

    [TestMethod]
    public void Halves_of_other_shapes_are_refused() => ShouldFail(
        TranslationErrors.UnequalParts, "ffn_up_shexp", "the shape is [3, 2], but that of 'blk.0.ffn_gate_shexp.weight' is [2, 2]",
        new SmallList("granitemoe").AddCounting("blk.0.ffn_gate_shexp.weight", 2, 2)
            .AddCounting("blk.0.ffn_up_shexp.weight", 3, 2).ToHuggingFace);

    [TestMethod]
    public void A_half_without_the_other_is_refused() => ShouldFail(
        TranslationErrors.Incomplete, "ffn_up_shexp", "'blk.0.ffn_gate_shexp.weight' is missing",
        new SmallList("granitemoe").AddCounting("blk.0.ffn_up_shexp.weight", 3, 2).ToHuggingFace);

    [TestMethod]
    public void An_odd_number_of_rows_has_no_halves() => ShouldFail(
        TranslationErrors.WrongShape, "input_linear", "the shape is [3, 2], but dimension 0 should have two halves",
        new SmallList("granitemoe").AddCounting("model.layers.0.shared_mlp.input_linear.weight", 3, 2).ToGguf);

    [TestMethod]
    public void Latent_parts_that_do_not_go_together_are_refused() => ShouldFail(
        TranslationErrors.UnequalParts, "attn_v_b", "the shape is [2, 1, 4], which does not go with [2, 3, 2]",
        new SmallList("deepseek2").AddCounting("blk.0.attn_k_b.weight", 2, 3, 2)
            .AddCounting("blk.0.attn_v_b.weight", 2, 1, 4).ToHuggingFace);

    [TestMethod]
    public void Two_tensors_with_one_name_are_refused() => ShouldFail(
        TranslationErrors.SameName, "bert.embeddings",
        "'embeddings.LayerNorm.weight' and 'bert.embeddings.LayerNorm.gamma' would both be 'token_embd_norm.weight'",
        new SmallList("bert").AddCounting("embeddings.LayerNorm.weight", 4).AddCounting("bert.embeddings.LayerNorm.gamma", 4).ToGguf);

    [TestMethod]
    public void A_weight_of_gpt2_that_is_no_matrix_is_refused() => ShouldFail(
        TranslationErrors.WrongShape, "c_fc", "the shape is [4], but the tensor should have 2 dimensions",
        new SmallList("gpt2").AddCounting("h.0.mlp.c_fc.weight", 4).ToGguf);

    [TestMethod]
    public void A_scalar_has_no_heads() => ShouldFail(
        TranslationErrors.WrongShape, "q_proj", "a scalar has no rows",
        new SmallList("llama").Key("attention.head_count", 1).Add("model.layers.0.self_attn.q_proj.weight", TensorType.I8, [1]).ToGguf);

    [TestMethod]
    public void A_length_that_is_not_that_of_the_shape_is_refused()
    {
        ShouldFail(
            TranslationErrors.WrongShape, "lm_head", "5 bytes are not a I8 tensor of shape [2, 3]",
            new SmallList("llama").Add("lm_head.weight", TensorType.I8, new byte[5], 2, 3).ToGguf);
        ShouldFail(
            TranslationErrors.WrongShape, "output", $"0 bytes are not a F32 tensor of shape [{long.MaxValue}, {long.MaxValue}]",
            new SmallList("llama").Add("output.weight", TensorType.F32, [], long.MaxValue, long.MaxValue).ToHuggingFace);
    }

    [TestMethod]
    [DataRow(TensorType.I8, (1L << 61) - 1, TensorType.I8, 1L)]
    [DataRow(TensorType.F64, (1L << 60) - 1, TensorType.F64, 1L)]
    [DataRow(TensorType.I8, 1L, TensorType.BF16, 1L << 61)]
    [DataRow(TensorType.I8, 1L << 60, TensorType.Q4_0, 1L << 60)]
    public void More_numbers_than_can_be_counted_are_refused(TensorType type, long length, TensorType lastType, long lastLength)
    {
        SmallList list = new SmallList("llama").AddClaimed("output.weight", type, length);
        Assert.HasCount(1, TensorTranslator.ToHuggingFace(list.Given, list.Facts)!.Tensors);
        string text = $"the shape is [{lastLength}]: as F32, this tensor and those before it take more bytes than 63 bits count";
        ShouldFail(
            TranslationErrors.WrongShape, "output_norm", text, list.AddClaimed("output_norm.weight", lastType, lastLength).ToHuggingFace);
    }

    [TestMethod]
    public void A_vector_of_numbers_that_is_no_bias_has_no_halves() => ShouldFail(
        TranslationErrors.WrongShape, "input_linear", "the shape is [4], which has no rows",
        new SmallList("granitemoe").AddCounting("model.layers.0.shared_mlp.input_linear.weight", 4).ToGguf);

    [TestMethod]
    public void A_convolution_of_several_inputs_is_refused() => ShouldFail(
        TranslationErrors.WrongShape, "conv1d", "each channel of the convolution has 2 inputs; one is expected",
        new SmallList("mamba").AddCounting("backbone.layers.0.mixer.conv1d.weight", 4, 2, 3).ToGguf);

    private static SmallList Experts(uint count, int[] experts, long[] shape) => experts.Aggregate(
        new SmallList("llama").Key("expert_count", count),
        (list, expert) => list.AddCounting($"model.layers.0.block_sparse_moe.experts.{expert}.w1.weight", shape));

    private static void ShouldFail(ErrorCode code, string? tensor, string text, Func<object> translate)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(translate);
        Assert.AreEqual(code, error.Code);
        Assert.Contains(text, error.Detail);
        Assert.AreEqual(tensor is null, error.TensorName is null);
        Assert.Contains(tensor ?? "", error.TensorName ?? "");
    }
}
