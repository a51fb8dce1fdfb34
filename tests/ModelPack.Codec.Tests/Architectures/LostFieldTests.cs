using ModelPack.Architectures;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class LostFieldTests
{
    /// <summary>The fields that hf-companions.md §1.3 and §5.1 call lost.</summary>
    [TestMethod]
    [DataRow("llama", "initializer_range pretraining_tp attention_dropout transformers_version")]
    [DataRow("mistral", "sliding_window initializer_range attention_dropout")]
    [DataRow("mixtral", "router_aux_loss_coef output_router_logits initializer_range")]
    [DataRow("qwen2", "sliding_window use_sliding_window max_window_layers hidden_act initializer_range attention_dropout")]
    [DataRow("qwen2moe", "decoder_sparse_step norm_topk_prob mlp_only_layers hidden_act")]
    [DataRow("qwen3", "initializer_range attention_dropout hidden_act")]
    [DataRow("qwen3moe", "decoder_sparse_step hidden_act")]
    [DataRow("gemma", "rope_theta initializer_range attention_dropout")]
    [DataRow("gemma2", "rope_theta sliding_window attn_logit_softcapping final_logit_softcapping")]
    [DataRow("gemma3", "initializer_range attention_dropout")]
    [DataRow("phi3", "sliding_window original_max_position_embeddings hidden_act resid_pdrop embd_pdrop")]
    [DataRow("bert", "initializer_range hidden_dropout_prob attention_probs_dropout_prob")]
    public void Lost_field_is_noted_and_not_written(string kind, string fields)
    {
        DerivedFolder folder = Model(kind).Derive();
        string config = folder.TextOf("config.json");
        foreach (string field in fields.Split(' '))
        {
            Assert.IsTrue(
                folder.Notes.Any(note => note.StartsWith($"config.json: {field} is lost", StringComparison.Ordinal))
                    || Idle(folder).Contains(field),
                $"no note on {field}: {string.Join(Environment.NewLine, folder.Notes)}");
            Assert.DoesNotContain($"\"{field}\"", config);
        }
    }

    [TestMethod]
    public void Fields_without_effect_have_one_note()
    {
        DerivedFolder folder = Model("mixtral").Derive();
        folder.AssertNote(
            "config.json: transformers_version, initializer_range, attention_dropout, router_aux_loss_coef, output_router_logits are lost, "
                + "and without effect on what the model computes");
        Assert.HasCount(
            1, folder.Notes.Where(
                note => note.Contains("dropout", StringComparison.Ordinal) || note.Contains("initializer", StringComparison.Ordinal)));
    }

    private static string[] Idle(DerivedFolder folder)
    {
        const string Start = "config.json: ";
        string note = folder.Notes.Single(
            note => note.StartsWith(Start, StringComparison.Ordinal)
                && note.EndsWith("lost, and without effect on what the model computes", StringComparison.Ordinal));
        return note[Start.Length..note.IndexOf(" are lost", StringComparison.Ordinal)].Split(", ");
    }

    [TestMethod]
    public void Key_without_a_field_is_noted() =>
        SmallGguf.Decoder("llama").Own("attention.scale", 0.5f).Derive()
        .AssertNote("config.json: llama.attention.scale has no field and is not carried over");

    [TestMethod]
    public void Key_that_is_there_is_not_called_lost()
    {
        DerivedFolder folder = SmallGguf.Decoder("llama").Text("general.name", "mistral").Own("attention.sliding_window", 4096).Derive();
        Assert.Contains("\"sliding_window\": 4096,", folder.TextOf("config.json"));
        Assert.IsFalse(folder.Notes.Any(note => note.Contains("sliding_window", StringComparison.Ordinal)));
    }

    private static SmallGguf Model(string kind)
    {
        if (kind == "bert")
        {
            return SmallBert.New();
        }

        SmallGguf gguf = SmallGguf.Decoder(kind is "mistral" or "mixtral" ? "llama" : kind)
            .Tensor("blk.0.attn_norm.weight", TensorType.F32, 64);
        return kind switch
        {
            "mistral" => gguf.Text("general.name", "mistral"),
            "mixtral" => gguf.Own("expert_count", 8).Own("expert_used_count", 2),
            "qwen2" => gguf.Tensor("blk.0.attn_q.bias", TensorType.F32, 64),
            "qwen2moe" => gguf.Tensor("blk.0.attn_q.bias", TensorType.F32, 64).Own("expert_count", 8).Own("expert_used_count", 2)
                .Own("expert_feed_forward_length", 32).Own("expert_shared_feed_forward_length", 32),
            "qwen3moe" =>
                gguf.Own("attention.key_length", 16).Own("expert_count", 8).Own("expert_used_count", 2)
                .Own("expert_feed_forward_length", 32),
            "llama" or "phi3" => gguf,
            _ => gguf.Own("attention.key_length", 16),
        };
    }
}
