using System.Collections.Frozen;
using System.Globalization;

namespace ModelPack.Validation.Facts;

/// <summary>Understands tensor names in GGUF's words and in Hugging Face's, which APR shares (hf-companions.md §3.1).</summary>
internal static class TensorRoles
{
    private const string Weight = ".weight";
    private const string Bias = ".bias";
    private const string Expert = "#";

    private static readonly string[] LayerPrefixes = [
        "blk.", "model.layers.", "model.language_model.layers.", "language_model.model.layers."];

    private static readonly FrozenDictionary<string, TensorRole> Outside = new Dictionary<string, TensorRole>
    {
        ["token_embd"] = TensorRole.TokenEmbedding,
        ["model.embed_tokens"] = TensorRole.TokenEmbedding,
        ["model.language_model.embed_tokens"] = TensorRole.TokenEmbedding,
        ["language_model.model.embed_tokens"] = TensorRole.TokenEmbedding,
        ["output"] = TensorRole.Output,
        ["lm_head"] = TensorRole.Output,
        ["language_model.lm_head"] = TensorRole.Output,
        ["output_norm"] = TensorRole.HiddenNorm,
        ["model.norm"] = TensorRole.HiddenNorm,
        ["model.language_model.norm"] = TensorRole.HiddenNorm,
        ["language_model.model.norm"] = TensorRole.HiddenNorm,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TensorRole> LayerRoles = new Dictionary<string, TensorRole>
    {
        ["attn_norm"] = TensorRole.AttentionNorm,
        ["input_layernorm"] = TensorRole.AttentionNorm,
        ["ffn_norm"] = TensorRole.HiddenNorm,
        ["post_attention_norm"] = TensorRole.HiddenNorm,
        ["post_ffw_norm"] = TensorRole.HiddenNorm,
        ["post_attention_layernorm"] = TensorRole.HiddenNorm,
        ["pre_feedforward_layernorm"] = TensorRole.HiddenNorm,
        ["post_feedforward_layernorm"] = TensorRole.HiddenNorm,
        ["attn_q"] = TensorRole.Query,
        ["self_attn.q_proj"] = TensorRole.Query,
        ["attn_k"] = TensorRole.Key,
        ["self_attn.k_proj"] = TensorRole.Key,
        ["attn_v"] = TensorRole.Value,
        ["self_attn.v_proj"] = TensorRole.Value,
        ["attn_qkv"] = TensorRole.QueryKeyValue,
        ["self_attn.qkv_proj"] = TensorRole.QueryKeyValue,
        ["attn_output"] = TensorRole.AttentionOutput,
        ["self_attn.o_proj"] = TensorRole.AttentionOutput,
        ["attn_q_norm"] = TensorRole.HeadNorm,
        ["attn_k_norm"] = TensorRole.HeadNorm,
        ["self_attn.q_norm"] = TensorRole.HeadNorm,
        ["self_attn.k_norm"] = TensorRole.HeadNorm,
        ["ffn_gate"] = TensorRole.Gate,
        ["mlp.gate_proj"] = TensorRole.Gate,
        ["ffn_up"] = TensorRole.Up,
        ["mlp.up_proj"] = TensorRole.Up,
        ["mlp.gate_up_proj"] = TensorRole.GateUp,
        ["ffn_down"] = TensorRole.Down,
        ["mlp.down_proj"] = TensorRole.Down,
        ["ffn_gate_inp"] = TensorRole.Router,
        ["mlp.gate"] = TensorRole.Router,
        ["block_sparse_moe.gate"] = TensorRole.Router,
        ["ffn_gate_exps"] = TensorRole.ExpertGates,
        ["ffn_up_exps"] = TensorRole.ExpertUps,
        ["ffn_down_exps"] = TensorRole.ExpertDowns,
        [$"ffn_gate.{Expert}"] = TensorRole.ExpertGate,
        [$"ffn_up.{Expert}"] = TensorRole.ExpertUp,
        [$"ffn_down.{Expert}"] = TensorRole.ExpertDown,
        [$"mlp.experts.{Expert}.gate_proj"] = TensorRole.ExpertGate,
        [$"mlp.experts.{Expert}.up_proj"] = TensorRole.ExpertUp,
        [$"mlp.experts.{Expert}.down_proj"] = TensorRole.ExpertDown,
        ["mlp.experts.gate_up_proj"] = TensorRole.ExpertGateUps,
        ["mlp.experts.down_proj"] = TensorRole.JoinedExpertDowns,
        [$"block_sparse_moe.experts.{Expert}.w1"] = TensorRole.ExpertGate,
        [$"block_sparse_moe.experts.{Expert}.w3"] = TensorRole.ExpertUp,
        [$"block_sparse_moe.experts.{Expert}.w2"] = TensorRole.ExpertDown,
        ["ffn_gate_shexp"] = TensorRole.SharedGate,
        ["ffn_up_shexp"] = TensorRole.SharedUp,
        ["ffn_down_shexp"] = TensorRole.SharedDown,
        ["mlp.shared_expert.gate_proj"] = TensorRole.SharedGate,
        ["mlp.shared_expert.up_proj"] = TensorRole.SharedUp,
        ["mlp.shared_expert.down_proj"] = TensorRole.SharedDown,
        ["ffn_gate_inp_shexp"] = TensorRole.SharedRouter,
        ["mlp.shared_expert_gate"] = TensorRole.SharedRouter,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The layer that a name is in, whether its role is known or not.</summary>
    public static int? Layer(string name) => Split(name) is { } split ? split.Layer : null;

    /// <summary>The role of a tensor; null if the name is not of the llama pattern.</summary>
    public static RoledTensor? Of(string name)
    {
        bool isBias = name.EndsWith(Bias, StringComparison.Ordinal);

        // Experts that transformers 5 joins are parameters themselves, and have no ending.
        bool hasEnding = isBias || name.EndsWith(Weight, StringComparison.Ordinal);
        if (!hasEnding && !name.EndsWith("_proj", StringComparison.Ordinal))
        {
            return null;
        }

        string stem = hasEnding ? name[..name.LastIndexOf('.')] : name;
        if (Split(stem) is not { } split)
        {
            return Outside.TryGetValue(stem, out TensorRole outside) ? new(outside, null, isBias) : null;
        }

        string[] parts = [
            .. split.InLayer.Split('.')
                .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? Expert : part)];
        return LayerRoles.TryGetValue(string.Join('.', parts), out TensorRole inside) ? new(inside, split.Layer, isBias) : null;
    }

    private static (int Layer, string InLayer)? Split(string name)
    {
        foreach (string prefix in LayerPrefixes)
        {
            int dot = name.StartsWith(prefix, StringComparison.Ordinal) ? name.IndexOf('.', prefix.Length) : -1;
            if (dot > 0
                && int.TryParse(
                    name.AsSpan(prefix.Length, dot - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int layer))
            {
                return (layer, name[(dot + 1)..]);
            }
        }

        return null;
    }
}
