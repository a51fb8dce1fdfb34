using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>Which class of DeepSeek computes what the runtime does with a GGUF, and with what fields.</summary>
[TestClass]
public sealed class DeepseekConfigTests
{
    private const string Refusal = "config.json: config.json cannot be derived: ";

    [TestMethod]
    [DataRow(1, "deepseek_v2", "softmax")]
    [DataRow(2, "deepseek_v3", "sigmoid")]
    [DataRow(0, "deepseek_v2", "softmax")]
    public void Gating_tells_the_class(int gating, string type, string function)
    {
        SmallGguf gguf = gating == 0 ? Model() : Model().Own("expert_gating_func", (uint)gating);
        JsonNode config = JsonNode.Parse(gguf.Derive().TextOf("config.json"))!;
        Assert.AreEqual(type, (string?)config["model_type"]);
        Assert.AreEqual(function, (string?)config["scoring_func"]);
    }

    [TestMethod]
    public void Third_without_groups_states_one_because_the_class_would_take_eight()
    {
        JsonNode config = JsonNode.Parse(Model().Own("expert_gating_func", 2).Derive().TextOf("config.json"))!;
        Assert.AreEqual(1, (int)config["n_group"]!);
        Assert.AreEqual(1, (int)config["topk_group"]!);
    }

    [TestMethod]
    public void Groups_of_the_second_are_a_guess_that_is_said()
    {
        DerivedFolder folder = Model().Own("expert_group_count", 8).Own("expert_group_used_count", 3).Derive();
        Assert.AreEqual("group_limited_greedy", (string?)JsonNode.Parse(folder.TextOf("config.json"))!["topk_method"]);
        folder.AssertNote(
            "config.json: topk_method is a guess: there are groups, and the class knows no other method with groups; it goes by the best "
                + "expert of a group, the runtime by the two best");
    }

    /// <summary>GLM-4.7-Flash, whose converter writes no key.</summary>
    [TestMethod]
    public void A_bias_for_choosing_experts_without_a_key_goes_with_sigmoid()
    {
        DerivedFolder folder = Model().Own("expert_weights_norm", GgufValue.FromBool(true))
            .Tensor("blk.1.exp_probs_b.bias", TensorType.F32, 16).Derive();
        Assert.AreEqual("sigmoid", (string?)JsonNode.Parse(folder.TextOf("config.json"))!["scoring_func"]);
        folder.AssertNote(
            "config.json: scoring_func: deepseek2.expert_gating_func is missing, but there is a bias for choosing experts, which goes with "
                + "sigmoid");
    }

    [TestMethod]
    public void Layers_that_predict_further_tokens_are_counted_apart()
    {
        DerivedFolder folder = Model().Own("nextn_predict_layers", 1).Derive();
        JsonNode config = JsonNode.Parse(folder.TextOf("config.json"))!;
        Assert.AreEqual(1, (int)config["num_hidden_layers"]!);
        Assert.AreEqual(1, (int)config["num_nextn_predict_layers"]!);
        Model().Own("nextn_predict_layers", 2).Derive()
            .AssertNoFile("config.json", Refusal + "deepseek2.nextn_predict_layers is 2, but deepseek2.block_count is not more");
    }

    [TestMethod]
    public void File_that_no_class_computes_is_refused()
    {
        Model().Own("expert_gating_func", 1).Tensor("blk.1.exp_probs_b.bias", TensorType.F32, 16).Derive().AssertNoFile(
            "config.json",
            Refusal + "deepseek2.expert_gating_func is 1 (softmax), but there is a tensor blk.1.exp_probs_b.bias, which goes with 2 "
                + "(sigmoid) in DeepseekV3ForCausalLM");
        Model().Own("expert_gating_func", 4).Derive()
            .AssertNoFile("config.json", Refusal + "deepseek2.expert_gating_func is 4, neither 1 (softmax) nor 2 (sigmoid)");
        Model().Own("expert_weights_norm", GgufValue.FromBool(true)).Derive()
            .AssertNoFile("config.json", Refusal + "deepseek2.expert_weights_norm is true, which DeepseekV2ForCausalLM does not compute");
        Model().Without("deepseek2.leading_dense_block_count").Derive()
            .AssertNoFile("config.json", Refusal + "deepseek2.leading_dense_block_count is missing");
        Model().Own("expert_group_count", 8).Derive().AssertNoFile("config.json", Refusal + "deepseek2.expert_group_used_count is missing");
        Model().Own("rope.scaling.type", GgufValue.FromString("yarn")).Own("rope.scaling.factor", 4f).Derive().AssertNoFile(
            "config.json",
            Refusal + "deepseek2.rope.scaling.yarn_log_multiplier is missing or 0, without which the runtime scales attention in another "
                + "way than the class");
    }

    private static SmallGguf Model() =>
        SmallGguf.Decoder("deepseek2").Own("attention.head_count_kv", 1).Own("attention.kv_lora_rank", 32).Own("attention.key_length", 40)
        .Own("attention.value_length", 32).Own("attention.key_length_mla", 24).Own("attention.value_length_mla", 16)
        .Own("rope.dimension_count", 8).Own("expert_count", 16)
        .Own("expert_used_count", 4).Own("expert_feed_forward_length", 48).Own("expert_shared_count", 2).Own("leading_dense_block_count", 1)
        .Tensor("output.weight", TensorType.F16, 96, 64);
}
