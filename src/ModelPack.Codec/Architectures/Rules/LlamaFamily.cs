using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>One GGUF architecture for three model classes (hf-companions.md §1.3, llama).</summary>
internal static class LlamaFamily
{
    private const string Mistral = "mistral";
    private const string PreTokenizerKey = "tokenizer.ggml.pre";
    private const string TokensKey = "tokenizer.ggml.tokens";

    private static readonly string[] Labels = ["general.name", "general.basename", "general.organization"];

    public static void Describe(ConfigWriter config)
    {
        bool experts = config.OptionalCount("expert_count") > 0;
        string? sign = experts ? config.Key("expert_count") : FindMistral(config.Derivation.Keys);
        string modelClass = experts ? "MixtralForCausalLM" : sign is not null ? "MistralForCausalLM" : "LlamaForCausalLM";
        config.Class(modelClass, experts ? "mixtral" : sign is not null ? Mistral : "llama");
        config.Note(
            sign is null
                ? $"architectures: {modelClass} is a guess, no key says otherwise"
                : $"architectures: {modelClass} is a guess from {sign}");
        config.Decoder();
        config.RopeBase();
        config.RopeScalingField(config.HeadFromRotary());
        config.TiedByTensor();
        config.Fields.Set("hidden_act", "silu");
        if (modelClass == "LlamaForCausalLM")
        {
            config.AttentionBiasByTensor();
            config.Fields.Set("mlp_bias", config.Derivation.HasTensor("blk.0.ffn_up.bias"));
            config.Lose("pretraining_tp");
            return;
        }

        config.RefuseTensor("blk.0.attn_q.bias", modelClass);
        config.RefuseTensor("blk.0.ffn_up.bias", modelClass);
        config.CountOrLose("attention.sliding_window", "sliding_window");
        if (experts)
        {
            config.RequireCount("expert_count", "num_local_experts");
            config.RequireCount("expert_used_count", "num_experts_per_tok");
            config.Lose("router_aux_loss_coef", "output_router_logits");
        }
    }

    public static void Granite(ConfigWriter config)
    {
        config.Class("GraniteForCausalLM", "granite");
        config.Decoder();
        config.RopeBase();
        config.RopeScalingField(config.HeadWithoutField());
        config.TiedByTensor();
        config.AttentionBiasByTensor();
        config.Fields.Set("mlp_bias", config.Derivation.HasTensor("blk.0.ffn_up.bias"));
        config.Fields.Set("hidden_act", "silu");
        foreach ((string key, string field) in (ReadOnlySpan<(string, string)>)
        [
            ("attention.scale", "attention_multiplier"), ("embedding_scale", "embedding_multiplier"),
            ("residual_scale", "residual_multiplier"), ("logit_scale", "logits_scaling"),
        ])
        {
            config.FloatOrLose(key, field);
        }
    }

    /// <summary>The third generation differs by its sliding windows alone.</summary>
    public static void Olmo2(ConfigWriter config)
    {
        bool sliding = config.OptionalCount("attention.sliding_window") is not null;
        config.Class(sliding ? "Olmo3ForCausalLM" : "Olmo2ForCausalLM", sliding ? "olmo3" : "olmo2");
        config.Decoder();
        config.RopeBase();
        config.RopeScalingField(config.HeadWithoutField());
        config.TiedByTensor();
        config.AttentionBiasByTensor();
        config.Lose("hidden_act");
        if (sliding)
        {
            config.CountOrLose("attention.sliding_window", "sliding_window");
            GemmaFamily.LayerTypes(config, fullLayer: null);
            if (config.OptionalFloat("rope.freq_base_swa") is { } local && config.OptionalFloat("rope.freq_base") is { } whole
                && !local.Value.Equals(whole.Value))
            {
                config.Refuse(
                    $"{config.Key("rope.freq_base_swa")} is {local.Text}, but the class has the base {whole.Text} for all layers");
            }
        }
    }

    private static string? FindMistral(MetadataKeys keys) =>
        Array.Find(Labels, key => keys.Text(key).Value?.Contains(Mistral, StringComparison.OrdinalIgnoreCase) == true)
        ?? (keys.Text(PreTokenizerKey).Value == "tekken" ? PreTokenizerKey : HasToolTokens(keys) ? TokensKey : null);

    // Mistral's tokenizers have tokens of their own for instructions and tools; Llama's spell them in pieces.
    private static bool HasToolTokens(MetadataKeys keys)
    {
        ReadOnlySpan<byte> call = "[TOOL_CALLS]"u8;
        if (keys.Find(TokensKey) is not { ElementType: GgufValueType.String } tokens)
        {
            return false;
        }

        foreach (ReadOnlyMemory<byte> token in tokens.EnumerateStrings())
        {
            if (token.Span.SequenceEqual(call))
            {
                return true;
            }
        }

        return false;
    }
}
