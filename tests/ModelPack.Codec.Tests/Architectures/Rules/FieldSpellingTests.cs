using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>Fields as different versions of transformers save them, and fields that have keys.</summary>
[TestClass]
public sealed class FieldSpellingTests
{
    [TestMethod]
    [DataRow("""{"num_experts": 4}""")]
    [DataRow("""{"num_local_experts": 4}""")]
    [DataRow("""{"num_experts": 4, "num_local_experts": 4}""")]
    public void Experts_are_counted_under_either_name(string fields) =>
    Assert.AreEqual("4", Experts(fields).Derive().Find("qwen3moe.expert_count")!.Display());

    [TestMethod]
    public void Two_counts_of_experts_have_to_agree() => Experts("""{"num_experts": 4, "num_local_experts": 8}""")
        .AssertRefused(HuggingFaceErrors.Contradiction, "config.json: num_experts is 4, but num_local_experts is 8");

    [TestMethod]
    public void Betas_and_attention_factor_of_yarn_have_keys()
    {
        DerivedGguf derived = SmallFolder.Llama()
            .Set("rope_scaling",
                JsonNode.Parse("""{"rope_type": "yarn", "factor": 4, "beta_fast": 16, "beta_slow": 1.5, "attention_factor": 1.25}"""))
                    .Derive();
        Assert.AreEqual("16", derived.Find("llama.rope.scaling.yarn_beta_fast")!.Display());
        Assert.AreEqual("1.5", derived.Find("llama.rope.scaling.yarn_beta_slow")!.Display());
        Assert.AreEqual("1.25", derived.Find("llama.rope.scaling.yarn_attn_factor")!.Display());
    }

    private static SmallFolder Experts(string fields)
    {
        SmallFolder folder = SmallFolder.Llama().Set("model_type", "qwen3_moe").Set("num_experts_per_tok", 2)
            .Set("moe_intermediate_size", 32).Set("norm_topk_prob", true);
        foreach ((string field, JsonNode? value) in JsonNode.Parse(fields)!.AsObject())
        {
            folder.Set(field, value?.DeepClone());
        }

        return folder;
    }
}
