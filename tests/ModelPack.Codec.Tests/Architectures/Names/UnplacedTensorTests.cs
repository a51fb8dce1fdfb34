using ModelPack.Architectures.Names;

namespace ModelPack.Codec.Tests.Architectures.Names;

[TestClass]
public sealed class UnplacedTensorTests
{
    [TestMethod]
    [DataRow("llama", "model.layers.0.self_attn.rotary_emb.inv_freq", "is a buffer that programs compute themselves")]
    [DataRow("gpt2", "h.0.attn.bias", "is a buffer that programs compute themselves")]
    [DataRow("gpt2", "transformer.h.0.attn.masked_bias", "is a buffer that programs compute themselves")]
    [DataRow("bert", "embeddings.position_ids", "is a buffer that programs compute themselves")]
    [DataRow("bert", "bert.pooler.dense.weight", "belongs to a training head that bert leaves out")]
    [DataRow("bert", "cls.predictions.transform.dense.weight", "belongs to a training head that bert leaves out")]
    [DataRow("bert", "cls.seq_relationship.bias", "belongs to a training head that bert leaves out")]
    [DataRow("gemma2", "lm_head.weight", "gemma2 takes the token embedding for it")]
    [DataRow("gemma3", "vision_tower.encoder.layers.0.mlp.fc1.weight", "has no place in a GGUF of gemma3")]
    [DataRow("llama", "score.weight", "has no place in a GGUF of llama")]
    public void What_a_gguf_has_no_place_for_is_named(string architecture, string name, string reason) =>
    ShouldBeUnplaced(new SmallList(architecture).AddCounting(name, 4).ToGguf(), name, reason);

    [TestMethod]
    [DataRow("llama", "rope_freqs.weight", "follows from rope_scaling in config.json")]
    [DataRow("phi3", "rope_factors_long.weight", "follows from rope_scaling in config.json")]
    [DataRow("phi3", "rope_factors_short.weight", "follows from rope_scaling in config.json")]
    [DataRow("gemma", "output.weight", "has no place among the tensors of a folder of gemma")]
    public void What_a_folder_has_no_place_for_is_named(string architecture, string name, string reason) =>
        ShouldBeUnplaced(new SmallList(architecture).AddCounting(name, 4).ToHuggingFace(), name, reason);

    [TestMethod]
    public void A_layer_beyond_the_last_has_no_place()
    {
        SmallList list = new SmallList("deepseek2").Key("block_count", 61).AddCounting("model.layers.60.input_layernorm.weight", 2)
            .AddCounting("model.layers.61.input_layernorm.weight", 2);
        SmallList.Translated gguf = list.ToGguf().ShouldComeBackExcept("model.layers.61.input_layernorm.weight");
        CollectionAssert.AreEqual(new[] { "blk.60.attn_norm.weight" }, gguf.Names);
        Assert.AreEqual(
            "'model.layers.61.input_layernorm.weight' lies beyond the 61 layers of the model, in one that predicts further tokens",
            gguf.Notes.Single());
    }

    [TestMethod]
    public void An_empty_tensor_has_no_place()
    {
        ShouldBeUnplaced(new SmallList("llama").Add("lm_head.weight", TensorType.F32, [], 0, 3).ToGguf(), "lm_head.weight", "is empty");
        ShouldBeUnplaced(
            new SmallList("llama").Add("output.weight", TensorType.F32, [], 3, 0).ToHuggingFace(), "output.weight", "is empty");
    }

    [TestMethod]
    [DataRow("llama", "blk.0.attn_q.weight", TensorType.AprQ4, 4L, 8L)]
    [DataRow("llama", "blk.0.attn_q.weight", TensorType.F4, 4L, 3L)]
    [DataRow("gemma", "output_norm.weight", TensorType.I32, 8L, 1L)]
    [DataRow("gpt2", "blk.0.ffn_up.weight", TensorType.AprQ8, 4L, 8L)]
    [DataRow("falcon", "blk.0.attn_qkv.weight", TensorType.AprQ8, 12L, 8L)]
    [DataRow("bloom", "blk.0.attn_qkv.weight", TensorType.AprQ8, 12L, 8L)]
    [DataRow("qwen3moe", "blk.0.ffn_up_exps.weight", TensorType.AprQ8, 4L, 8L)]
    [DataRow("mamba", "blk.0.ssm_conv1d.weight", TensorType.AprQ4KRows, 4L, 8L)]
    public void Bytes_that_cannot_be_moved_so_stay_behind(string architecture, string name, TensorType type, long rows, long columns) =>
    ShouldBeUnplaced(
        new SmallList(architecture).Key("attention.head_count", 2).Key("attention.head_count_kv", 1)
            .AddRandom(new Random(1), name, type, rows, columns).ToHuggingFace(), name, $"because it is {TensorTypes.Get(type).Name}");

    [TestMethod]
    public void Parts_that_cannot_be_moved_so_stay_behind_together()
    {
        Random random = new(1);
        SmallList experts = new SmallList("qwen3moe").Key("expert_count", 2);
        experts.AddRandom(random, "model.layers.0.mlp.experts.0.up_proj.weight", TensorType.AprQ8, 2, 4)
            .AddRandom(random, "model.layers.0.mlp.experts.1.up_proj.weight", TensorType.AprQ8, 2, 4);
        Assert.HasCount(2, experts.ToGguf().Unplaced);
        SmallList halves = new SmallList("granitemoe").AddRandom(random, "blk.0.ffn_gate_shexp.weight", TensorType.AprQ8, 2, 4)
            .AddRandom(random, "blk.0.ffn_up_shexp.weight", TensorType.AprQ8, 2, 4);
        Assert.HasCount(2, halves.ToHuggingFace().Unplaced);
        Assert.HasCount(
            1, new SmallList("granitemoe").AddRandom(random, "model.layers.0.shared_mlp.input_linear.weight", TensorType.AprQ8, 2, 4)
                .ToGguf().Unplaced);
    }

    [TestMethod]
    public void An_architecture_without_a_table_has_no_translation()
    {
        SmallList list = new SmallList("no-such-architecture").AddCounting("token_embd.weight", 2, 2);
        Assert.IsNull(TensorTranslator.ToHuggingFace(list.Given, list.Facts));
        Assert.IsNull(TensorTranslator.ToGguf(list.Given, list.Facts));
    }

    private static void ShouldBeUnplaced(SmallList.Translated made, string name, string reason)
    {
        CollectionAssert.AreEqual(new[] { name }, made.Unplaced);
        CollectionAssert.AreEqual(new[] { name }, made.Kept);
        Assert.IsEmpty(made.Names);
        Assert.StartsWith($"'{name}' ", made.Notes.Single());
        Assert.Contains(reason, made.Notes.Single());
    }
}
