using System.Text.Json.Nodes;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>What a class takes where config.json leaves a field out.</summary>
[TestClass]
public sealed class ClassDefaultTests
{
    [TestMethod]
    [DataRow("qwen3-tied", 128)]
    [DataRow("gemma-2b", 256)]
    [DataRow("gemma2-2b", 256)]
    [DataRow("glm4-untied", 128)]
    [DataRow("gpt-oss-mxfp4", 64)]
    [DataRow("llama4-vision", 128)]
    [DataRow("minimaxm2-partial", 128)]
    public void A_head_without_a_field_is_as_wide_as_the_class_says(string name, int width)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Named(name);
        long old = checkpoint.Config().Count("head_dim")!.Value;
        TensorInfo[] tensors = [.. checkpoint.Tensors.Select(tensor => Wider(tensor, old, width))];
        DerivedGguf stated = checkpoint.Derive(config => Say(config, width), tensors);
        DerivedGguf absent = checkpoint.Derive(config => Say(config, null), tensors);
        Assert.IsNotNull(absent.Architecture, string.Join('\n', absent.Notes));
        CollectionAssert.AreEqual(Keys(stated), Keys(absent));
    }

    /// <summary>It changes nothing up to the context that the GGUF states.</summary>
    [TestMethod]
    [DataRow("llama-31-instruct")]
    [DataRow("llama-mistral-v03")]
    [DataRow("qwen2-untied")]
    [DataRow("smollm3")]
    [DataRow("llama-internlm3")]
    public void Rotation_that_changes_beyond_the_context_alone_has_no_key_and_a_note(string name)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Named(name);
        DerivedGguf plain = checkpoint.Derive(config => config["rope_scaling"] = null);
        DerivedGguf dynamic = checkpoint.Derive(
            config => config["rope_scaling"] = new JsonObject { ["rope_type"] = "dynamic", ["factor"] = 2.0 });
        Assert.IsNotNull(dynamic.Architecture, string.Join('\n', dynamic.Notes));
        CollectionAssert.AreEqual(Keys(plain), Keys(dynamic));
        Assert.Contains("texts beyond max_position_embeddings are rotated otherwise", string.Join('\n', dynamic.Notes));
    }

    private static void Say(JsonObject config, int? width)
    {
        config.Remove("head_dim");
        config.Remove("rotary_dim");
        config.Remove("query_pre_attn_scalar");
        if (width is not null)
        {
            config["head_dim"] = width;
        }
    }

    private static TensorInfo Wider(TensorInfo tensor, long old, int width)
    {
        int? axis = tensor.Name.Contains("self_attn.o_proj.weight", StringComparison.Ordinal) ? 1
            : ((string[])["q_proj", "k_proj", "v_proj", "q_norm", "k_norm"]).Any(
                part => tensor.Name.Contains($"self_attn.{part}.", StringComparison.Ordinal)) ? 0
            : null;
        return axis is { } wide && !tensor.Name.Contains("vision", StringComparison.Ordinal)
            ? tensor with { Shape = tensor.Shape.SetItem(wide, tensor.Shape[wide] * width / old) }
            : tensor;
    }

    private static string[] Keys(DerivedGguf derived) => [.. derived.Entries.Select(entry => $"{entry.Key} {entry.Value.Display()}")];
}
