using System.Collections.Immutable;
using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Names;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Architectures.Names;

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
    public void New_falcon_has_a_norm_before_its_mlp()
    {
        Assert.AreEqual("model.layers.5.post_attention_layernorm.weight", AprFamilyNames.NewFalcon.ToApr("transformer.h.5.ln_mlp.weight"));
        Assert.AreEqual(
            "transformer.h.5.ln_mlp.weight", AprFamilyNames.NewFalcon.FromApr("model.layers.5.post_attention_layernorm.weight"));
    }

    [TestMethod]
    [DataRow("gpt2", "transformer.h.7.attn.c_attn.weight")]
    [DataRow("gpt2", "h.7.attn.c_attn.bias")]
    [DataRow("gpt_neox", "gpt_neox.layers.7.attention.query_key_value.bias")]
    public void Fused_tensor_is_three_and_back(string modelType, string name)
    {
        AprFamilyNames table = AprFamilyNames.For(modelType, [name])!;
        string ending = name[name.LastIndexOf('.')..];
        string[] parts = [
            $"model.layers.7.self_attn.q_proj{ending}", $"model.layers.7.self_attn.k_proj{ending}",
            $"model.layers.7.self_attn.v_proj{ending}"];
        CollectionAssert.AreEqual(parts, table.Parts(name).ToArray());
        Assert.IsTrue(parts.All(part => table.Whole(part) == name));
        Assert.IsNull(table.Whole("model.layers.7.self_attn.o_proj.weight"));
        Assert.IsNull(AprFamilyNames.Opt.Whole(parts[0]));
    }

    [TestMethod]
    [DataRow(TensorType.F32, 3L)]
    [DataRow(TensorType.I32, 2L)]
    public void Parts_that_are_not_of_one_kind_make_up_no_tensor(TensorType type, long rows)
    {
        TensorInfo[] parts = [
            .. "qkv".Select(part => TestTensor.Random($"model.layers.0.self_attn.{part}_proj.weight", TensorType.F32, 1, 2, 2).At(0))];
        AprFamily family = new(AprFamilyNames.Gpt2, 2);
        Assert.AreEqual("transformer.h.0.attn.c_attn.weight", family.FromApr(ModelTensor.Of(parts)).Tensors.Single().Name);
        parts[1] = TestTensor.Random(parts[1].Name, type, 1, rows, 2).At(0);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => family.FromApr(ModelTensor.Of(parts)));
        Assert.AreEqual((TranslationErrors.UnequalParts, parts[1].Name), (error.Code, error.TensorName));
        Assert.Contains($"'{parts[1].Name}' has another type or shape than '{parts[0].Name}'", error.Detail);
    }

    [TestMethod]
    public void Other_families_have_no_table() => Assert.IsNull(AprFamilyNames.For("llama", []));

    [TestMethod]
    public void Slugs_of_apr_name_the_same_families()
    {
        Assert.AreSame(AprFamilyNames.GptNeoX, AprFamilyNames.For("gpt-neox", []));
        Assert.AreSame(AprFamilyNames.GptNeoX, AprFamilyNames.For("pythia", []));
        Assert.AreSame(AprFamilyNames.Opt, AprFamilyNames.For("Galactica", []));
        Assert.AreSame(AprFamilyNames.Falcon, AprFamilyNames.For("RefinedWeb", []));
        Assert.AreSame(AprFamilyNames.NewFalcon, AprFamilyNames.For("falcon40b", ["blk.0.attn_norm_2.weight"]));
        Assert.AreSame(AprFamilyNames.Moonshine, AprFamilyNames.For("moonshine", ["model.encoder.conv1.weight"]));
        Assert.IsNull(AprFamilyNames.For("whisper", ["encoder.conv1.weight"]));
        Assert.IsNull(AprFamilyNames.For(null, []));
    }

    [TestMethod]
    public void Norms_of_a_falcon_are_asked_for_only_where_there_are_two()
    {
        string[] one = ["model.layers.0.input_layernorm.weight"];
        string[] two = [.. one, "model.layers.0.post_attention_layernorm.weight"];
        Assert.AreSame(AprFamilyNames.Falcon, AprFamilyNames.ForApr("falcon", one, () => throw new InvalidOperationException()));
        Assert.AreSame(AprFamilyNames.Falcon, AprFamilyNames.ForApr("falcon", two, () => false));
        Assert.AreSame(AprFamilyNames.NewFalcon, AprFamilyNames.ForApr("falcon", two, () => true));
        Assert.IsNull(AprFamilyNames.ForApr("falcon", ["transformer.h.0.input_layernorm.weight"], () => true));
        Assert.IsNull(AprFamilyNames.ForApr("opt", ["blk.0.attn_norm.weight"], () => true));
        Assert.AreSame(AprFamilyNames.Whisper, AprFamilyNames.ForApr("whisper", ["decoder.ln.weight", "proj_out.weight"], () => true));
        Assert.IsNull(AprFamilyNames.ForApr("whisper", ["model.decoder.ln.weight", "decoder.ln.weight"], () => true));
    }

    [TestMethod]
    public void Thirds_of_the_columns_are_cut_in_every_row_and_joined_again()
    {
        AssertSplit(FusedLayout.Columns, null, [2, 6], [2, 2], "QqKkVvRrLlWw", "QqRr", "KkLl", "VvWw");
        AssertSplit(FusedLayout.Columns, null, [6], [2], "QqKkVv", "Qq", "Kk", "Vv");
    }

    [TestMethod]
    public void Heads_of_neox_are_cut_one_by_one_and_joined_again()
    {
        AssertSplit(FusedLayout.Heads, 2, [12], [4], "QqKkVvRrLlWw", "QqRr", "KkLl", "VvWw");
        AssertSplit(FusedLayout.Heads, 2, [6, 2], [2, 2], "QqKkVvRrLlWw", "QqRr", "KkLl", "VvWw");
    }

    [TestMethod]
    [DataRow(nameof(FusedLayout.Columns), TensorType.I8, 0, 2, 7)]
    [DataRow(nameof(FusedLayout.Columns), TensorType.I8, 0, 3, 6, DisplayName = "Not as many rows as columns of a third")]
    [DataRow(nameof(FusedLayout.Columns), TensorType.I8, 0, 6, 2, DisplayName = "Rows instead of columns")]
    [DataRow(nameof(FusedLayout.Columns), TensorType.Q8_0, 0, 32, 80)]
    [DataRow(nameof(FusedLayout.Heads), TensorType.I8, 5, 12, 1)]
    [DataRow(nameof(FusedLayout.Heads), TensorType.I8, 0, 12, 1)]
    [DataRow(nameof(FusedLayout.Heads), TensorType.I8, null, 12, 1)]
    [DataRow(nameof(FusedLayout.Heads), TensorType.I8, 1, 0, 1, DisplayName = "Empty")]
    [DataRow(nameof(FusedLayout.None), TensorType.I8, 1, 3, 1)]
    public void Tensor_that_is_not_three_of_a_kind_is_not_split(string layout, TensorType type, int? heads, long rows, long columns) =>
        Assert.IsNull(FusedSplit.FirstPart(Enum.Parse<FusedLayout>(layout), Tensor(type, rows, columns), heads));

    [TestMethod]
    public void Whole_blocks_are_split() =>
    Assert.AreEqual(
        new FusedSplit(32, 34),
        FusedSplit.Of(FusedLayout.Columns, FusedSplit.FirstPart(FusedLayout.Columns, Tensor(TensorType.Q8_0, 32, 96), null)!, null));

    private static TensorInfo Tensor(TensorType type, params long[] shape)
    {
        Assert.IsTrue(TensorTypes.Get(type).TryGetPayloadBytes(shape, out long bytes) || type == TensorType.Q8_0);
        return new() { Name = "fused", Type = type, Shape = [.. shape], Offset = 0, ByteLength = bytes };
    }

    private static void AssertSplit(FusedLayout layout, long? heads, long[] shape, long[] partShape, string fused, params string[] parts)
    {
        TensorInfo part = FusedSplit.FirstPart(layout, Tensor(TensorType.I8, shape), heads)!;
        CollectionAssert.AreEqual(partShape, part.Shape.ToArray());
        CollectionAssert.AreEqual(shape, FusedSplit.WholeShape(layout, part).ToArray());
        FusedSplit split = FusedSplit.Of(layout, part, heads)!.Value;
        ImmutableArray<PayloadRecipe> taken = split.Take(new StoredPayload(0, fused.Length));
        CollectionAssert.AreEqual(parts, taken.Select(recipe => Run(recipe, fused)).ToArray());
        Assert.AreEqual(fused, Run(split.Join(taken), fused));
    }

    private static string Run(PayloadRecipe recipe, string stored) => recipe switch
    {
        TakenPayload taken =>
            Groups(taken.Count, i => Run(taken.Of, stored).Substring((int)((i * taken.Stride) + taken.Start), (int)taken.Size)),
        JoinedPayload joined =>
            Groups(joined.Count, i => string.Concat(joined.Parts.Select(part => Share(Run(part, stored), i, (int)joined.Count)))),
        _ => stored,
    };

    private static string Groups(long count, Func<int, string> group) => string.Concat(Enumerable.Range(0, (int)count).Select(group));

    private static string Share(string payload, int index, int count) =>
        payload.Substring(index * payload.Length / count, payload.Length / count);
}
