using ModelPack.Architectures.Names;

namespace ModelPack.Codec.Tests.Architectures.Names;

[TestClass]
public sealed class NameTableTests
{
    [TestMethod]
    public void The_supported_architectures_have_tables_with_values()
    {
        // llama is Llama and Mistral, llama+experts is Mixtral: GGUF calls all three llama.
        string[] supported =
        [
            "llama", "llama+experts", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "gemma", "gemma2", "gemma3", "phi2", "phi3", "stablelm",
            "starcoder2", "gpt2", "falcon",
            "olmo2", "granite", "deepseek2", "bert", "nomic-bert",
        ];
        foreach (string architecture in supported)
        {
            Assert.IsNotNull(NameTable.For(architecture), architecture);
        }

        Assert.HasCount(19, NameTable.Architectures.Except(FamilyFile.All.Concat(FamilyFile.Towers).Select(file => file.Architecture)));
        Assert.IsNull(NameTable.For("no-such-architecture"));
    }

    [TestMethod]
    public void Every_row_is_read_alike_from_both_sides()
    {
        int rows = 0;
        foreach (string architecture in NameTable.Architectures)
        {
            NameTable table = NameTable.For(architecture)!;
            foreach (NameRule rule in table.Rules.Where(rule => !rule.Predicts))
            {
                foreach ((string gguf, string huggingFace) in rule.Endings)
                {
                    NameMatch expected = new(rule, rule.Gguf.HasLayer ? 17 : -1, rule.HuggingFace.HasIndex ? 205 : -1, gguf, huggingFace);
                    if (rule.Sides != NameSides.HuggingFace && rule.Endings.First(pair => pair.Gguf == gguf).HuggingFace == huggingFace)
                    {
                        Assert.AreEqual(
                            expected with { Index = rule.Gguf.HasIndex ? expected.Index : -1 },
                            table.FromGguf(expected.GgufName, _ => rule.With is not null || IsBehindAnother(table, rule)), architecture);
                    }

                    if (rule.Sides != NameSides.Gguf)
                    {
                        Assert.Contains(
                            expected, table.FromHuggingFace(expected.HuggingFaceName), $"{architecture}: {expected.HuggingFaceName}");
                    }

                    rows++;
                }
            }
        }

        Assert.IsGreaterThan(700, rows);
    }

    // A row for models without a component stands before one for those with it.
    private static bool IsBehindAnother(NameTable table, NameRule rule) =>
        rule.Without is null && table.Rules.Any(other => other.Without is not null && other.Gguf.Text == rule.Gguf.Text);

    [TestMethod]
    [DataRow("blk.0.attn_q.weight", "model.layers.0.self_attn.q_proj.weight")]
    [DataRow("blk.123.attn_k.bias", "model.layers.123.self_attn.k_proj.bias")]
    [DataRow("token_embd.weight", "model.embed_tokens.weight")]
    [DataRow("output.weight", "lm_head.weight")]
    [DataRow("blk.7.ffn_norm.weight", "model.layers.7.post_attention_layernorm.weight")]
    public void Names_of_llama_are_known(string gguf, string huggingFace)
    {
        NameTable table = NameTable.For("llama")!;
        Assert.AreEqual(huggingFace, table.FromGguf(gguf, _ => true)?.HuggingFaceName);
        Assert.AreEqual(gguf, table.FromHuggingFace(huggingFace).Single().GgufName);
    }

    [TestMethod]
    [DataRow("blk.00.attn_q.weight")]
    [DataRow("blk.01.attn_q.weight")]
    [DataRow("blk.-1.attn_q.weight")]
    [DataRow("blk..attn_q.weight")]
    [DataRow("blk.1234567890.attn_q.weight")]
    [DataRow("blk.٣.attn_q.weight")]
    [DataRow("blk.0.attn_q.weight.weight")]
    [DataRow("blk.0.attn_q")]
    [DataRow("blk.0.attn_q.scale")]
    [DataRow("xblk.0.attn_q.weight")]
    [DataRow("BLK.0.attn_q.weight")]
    [DataRow("")]
    public void Anything_else_is_no_name(string gguf)
    {
        Assert.IsNull(NameTable.For("llama")!.FromGguf(gguf, _ => true));
        string huggingFace = gguf.Replace("blk.", "model.layers.", StringComparison.Ordinal)
            .Replace("attn_q", "self_attn.q_proj", StringComparison.Ordinal);
        Assert.IsTrue(NameTable.For("llama")!.FromHuggingFace(huggingFace).IsEmpty);
    }

    [TestMethod]
    [DataRow("bert", "bert.encoder.layer.3.output.LayerNorm.gamma", "blk.3.layer_output_norm.weight")]
    [DataRow("bert", "encoder.layer.3.output.LayerNorm.beta", "blk.3.layer_output_norm.bias")]
    [DataRow("bert", "roberta.embeddings.word_embeddings.weight", "token_embd.weight")]
    [DataRow("bert", "classifier.out_proj.bias", "cls.output.bias")]
    [DataRow("gpt2", "h.3.attn.c_attn.weight", "blk.3.attn_qkv.weight")]
    [DataRow("gpt2", "transformer.h.3.attn.c_attn.weight", "blk.3.attn_qkv.weight")]
    [DataRow("bloom", "transformer.h.3.mlp.dense_h_to_4h.weight", "blk.3.ffn_up.weight")]
    [DataRow("bloom", "h.3.mlp.dense_h_to_4h.weight", "blk.3.ffn_up.weight")]
    [DataRow("qwen3", "layers.3.self_attn.q_norm.weight", "blk.3.attn_q_norm.weight")]
    [DataRow("gemma3", "language_model.model.layers.3.mlp.up_proj.weight", "blk.3.ffn_up.weight")]
    [DataRow("gemma3", "model.language_model.layers.3.mlp.up_proj.weight", "blk.3.ffn_up.weight")]
    [DataRow("deepseek2", "model.layers.3.mlp.gate.e_score_correction_bias", "blk.3.exp_probs_b.bias")]
    [DataRow("falcon", "transformer.h.3.ln_mlp.weight", "blk.3.attn_norm.weight")]
    [DataRow("t5", "encoder.block.3.layer.1.DenseReluDense.wi.weight", "enc.blk.3.ffn_up.weight")]
    public void Prefixes_and_endings_of_older_folders_are_known(string architecture, string huggingFace, string gguf) =>
        Assert.AreEqual(gguf, NameTable.For(architecture)!.FromHuggingFace(huggingFace).Single().GgufName);

    [TestMethod]
    public void A_norm_of_falcon_has_the_name_that_its_neighbours_give_it()
    {
        NameTable falcon = NameTable.For("falcon")!;
        Assert.AreEqual(
            "transformer.h.2.input_layernorm.weight",
            falcon.FromGguf("blk.2.attn_norm.weight", name => name == "blk.1.attn_norm_2.weight")?.HuggingFaceName);
        Assert.AreEqual(
            "transformer.h.2.ln_mlp.weight",
            falcon.FromGguf("blk.2.attn_norm.weight", name => name == "blk.2.attn_norm_2.weight")?.HuggingFaceName);
    }

    [TestMethod]
    public void One_tensor_that_becomes_two_has_two_names()
    {
        CollectionAssert.AreEqual(
            new[] { "blk.1.attn_k_b.weight", "blk.1.attn_v_b.weight" },
            NameTable.For("deepseek2")!.FromHuggingFace("model.layers.1.self_attn.kv_b_proj.weight").Select(match => match.GgufName)
                .ToArray());
        CollectionAssert.AreEqual(
            new[] { "blk.1.ffn_gate_exps.weight", "blk.1.ffn_up_exps.weight" },
            NameTable.For("granitemoe")!.FromHuggingFace("model.layers.1.block_sparse_moe.input_linear.weight")
                .Select(match => match.GgufName).ToArray());
    }
}
