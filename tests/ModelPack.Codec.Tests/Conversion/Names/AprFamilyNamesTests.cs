using System.Collections.Immutable;
using ModelPack.Codec.Conversion.Names.Apr;
using ModelPack.Codec.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion.Names;

/// <summary>The rows of apr-v2.md §12.3, spelled out.</summary>
[TestClass]
public sealed class AprFamilyNamesTests
{
    [TestMethod]
    [DataRow("gpt2", "transformer.h.3.ln_1.weight", "model.layers.3.input_layernorm.weight")]
    [DataRow("gpt2", "transformer.h.3.ln_2.bias", "model.layers.3.post_attention_layernorm.bias")]
    [DataRow("gpt2", "transformer.h.3.attn.c_proj.weight", "model.layers.3.self_attn.o_proj.weight")]
    [DataRow("gpt2", "transformer.h.3.mlp.c_fc.weight", "model.layers.3.mlp.up_proj.weight")]
    [DataRow("gpt2", "transformer.h.3.mlp.c_proj.bias", "model.layers.3.mlp.down_proj.bias")]
    [DataRow("gpt2", "transformer.h.3.attn.masked_bias", "model.layers.3.attn.masked_bias")]
    [DataRow("gpt2", "transformer.wte.weight", "model.embed_tokens.weight")]
    [DataRow("gpt2", "transformer.wpe.weight", "model.position_embedding.weight")]
    [DataRow("gpt2", "transformer.ln_f.bias", "model.norm.bias")]
    [DataRow("gpt2", "h.11.ln_1.weight", "model.layers.11.input_layernorm.weight")]
    [DataRow("gpt2", "wte.weight", "model.embed_tokens.weight")]
    [DataRow("gpt2", "wpe.weight", "model.position_embedding.weight")]
    [DataRow("gpt2", "ln_f.weight", "model.norm.weight")]
    [DataRow("gpt_neox", "gpt_neox.layers.0.input_layernorm.weight", "model.layers.0.input_layernorm.weight")]
    [DataRow("gpt_neox", "gpt_neox.layers.0.attention.dense.bias", "model.layers.0.self_attn.o_proj.bias")]
    [DataRow("gpt_neox", "gpt_neox.layers.0.mlp.dense_h_to_4h.weight", "model.layers.0.mlp.up_proj.weight")]
    [DataRow("gpt_neox", "gpt_neox.layers.0.mlp.dense_4h_to_h.weight", "model.layers.0.mlp.down_proj.weight")]
    [DataRow("gpt_neox", "gpt_neox.embed_in.weight", "model.embed_tokens.weight")]
    [DataRow("gpt_neox", "gpt_neox.final_layer_norm.bias", "model.norm.bias")]
    [DataRow("gpt_neox", "embed_out.weight", "lm_head.weight")]
    [DataRow("opt", "model.decoder.layers.2.self_attn_layer_norm.weight", "model.layers.2.input_layernorm.weight")]
    [DataRow("opt", "model.decoder.layers.2.final_layer_norm.weight", "model.layers.2.post_attention_layernorm.weight")]
    [DataRow("opt", "model.decoder.layers.2.self_attn.q_proj.bias", "model.layers.2.self_attn.q_proj.bias")]
    [DataRow("opt", "model.decoder.layers.2.self_attn.out_proj.weight", "model.layers.2.self_attn.o_proj.weight")]
    [DataRow("opt", "model.decoder.layers.2.fc1.weight", "model.layers.2.mlp.up_proj.weight")]
    [DataRow("opt", "model.decoder.layers.2.fc2.bias", "model.layers.2.mlp.down_proj.bias")]
    [DataRow("opt", "model.decoder.embed_tokens.weight", "model.embed_tokens.weight")]
    [DataRow("opt", "model.decoder.embed_positions.weight", "model.position_embedding.weight")]
    [DataRow("opt", "model.decoder.final_layer_norm.weight", "model.norm.weight")]
    [DataRow("falcon", "transformer.h.5.input_layernorm.weight", "model.layers.5.input_layernorm.weight")]
    [DataRow("falcon", "transformer.h.5.ln_attn.weight", "model.layers.5.input_layernorm.weight")]
    [DataRow("falcon", "transformer.h.5.self_attention.query_key_value.weight", "model.layers.5.self_attn.qkv_proj.weight")]
    [DataRow("falcon", "transformer.h.5.self_attention.dense.weight", "model.layers.5.self_attn.o_proj.weight")]
    [DataRow("falcon", "transformer.h.5.mlp.dense_h_to_4h.weight", "model.layers.5.mlp.up_proj.weight")]
    [DataRow("falcon", "transformer.h.5.mlp.dense_4h_to_h.weight", "model.layers.5.mlp.down_proj.weight")]
    [DataRow("falcon", "transformer.word_embeddings.weight", "model.embed_tokens.weight")]
    [DataRow("falcon", "transformer.ln_f.weight", "model.norm.weight")]
    [DataRow("falcon", "lm_head.weight", "lm_head.weight")]
    public void Name_is_translated_and_back(string modelType, string name, string apr)
    {
        AprFamilyNames table = AprFamilyNames.For(modelType, [name])!;
        Assert.AreEqual(apr, table.ToApr(name));
        Assert.AreEqual(name, table.FromApr(apr));
        Assert.IsTrue(table.Parts(name).IsEmpty);
    }

    [TestMethod]
    public void New_falcon_has_a_norm_before_its_mlp() =>
        Assert.AreEqual("model.layers.5.post_attention_layernorm.weight", AprFamilyNames.NewFalcon.ToApr("transformer.h.5.ln_mlp.weight"));

    [TestMethod]
    [DataRow("gpt2", "transformer.h.7.attn.c_attn.weight")]
    [DataRow("gpt2", "h.7.attn.c_attn.bias")]
    [DataRow("gpt_neox", "gpt_neox.layers.7.attention.query_key_value.bias")]
    public void Fused_tensor_is_three_and_back(string modelType, string name)
    {
        AprFamilyNames table = AprFamilyNames.For(modelType, [name])!;
        string ending = name[name.LastIndexOf('.')..];
        string[] parts = [$"model.layers.7.self_attn.q_proj{ending}", $"model.layers.7.self_attn.k_proj{ending}", $"model.layers.7.self_attn.v_proj{ending}"];
        CollectionAssert.AreEqual(parts, table.Parts(name).ToArray());
        Assert.IsTrue(parts.All(part => table.Whole(part) == name));
        Assert.IsNull(table.Whole("model.layers.7.self_attn.o_proj.weight"));
        Assert.IsNull(AprFamilyNames.Opt.Whole(parts[0]));
    }

    [TestMethod]
    public void Other_families_have_no_table() => Assert.IsNull(AprFamilyNames.For("llama", []));

    [TestMethod]
    public void Thirds_of_the_columns_are_cut_in_every_row_and_joined_again()
    {
        FusedSplit split = FusedSplit.Gpt2([2, 6], blockElements: 1, blockBytes: 1)!.Value;
        AssertSplit(split, "QqKkVvRrLlWw", "QqRr", "KkLl", "VvWw");
        AssertSplit(FusedSplit.Gpt2([6], 1, 1)!.Value, "QqKkVv", "Qq", "Kk", "Vv");
    }

    [TestMethod]
    public void Heads_of_neox_are_cut_one_by_one_and_joined_again() =>
        AssertSplit(FusedSplit.GptNeoX(rows: 12, byteLength: 12, heads: 2)!.Value, "QqKkVvRrLlWw", "QqRr", "KkLl", "VvWw");

    [TestMethod]
    public void Uneven_thirds_and_cut_blocks_are_not_split()
    {
        Assert.IsNull(FusedSplit.Gpt2([2, 7], 1, 1));
        Assert.IsNull(FusedSplit.Gpt2([2, 48], blockElements: 32, blockBytes: 34));
        Assert.AreEqual(new FusedSplit(2, 34), FusedSplit.Gpt2([2, 96], blockElements: 32, blockBytes: 34));
        Assert.IsNull(FusedSplit.GptNeoX(12, 12, 5));
        Assert.IsNull(FusedSplit.GptNeoX(12, 12, 0));
    }

    private static void AssertSplit(FusedSplit split, string fused, params string[] parts)
    {
        ImmutableArray<PayloadRecipe> taken = split.Take(new StoredPayload(0, fused.Length));
        CollectionAssert.AreEqual(parts, taken.Select(part => Run(part, fused)).ToArray());
        Assert.AreEqual(fused, Run(split.Join(taken), fused));
    }

    private static string Run(PayloadRecipe recipe, string stored) => recipe switch
    {
        TakenPayload taken => Groups(taken.Count, i => Run(taken.Of, stored).Substring((int)((i * taken.Stride) + taken.Start), (int)taken.Size)),
        JoinedPayload joined => Groups(joined.Count, i => string.Concat(joined.Parts.Select(part => Share(Run(part, stored), i, (int)joined.Count)))),
        _ => stored,
    };

    private static string Groups(long count, Func<int, string> group) => string.Concat(Enumerable.Range(0, (int)count).Select(group));

    private static string Share(string payload, int index, int count) => payload.Substring(index * payload.Length / count, payload.Length / count);
}
