using ModelPack.Architectures.Rules;
using ModelPack.Architectures.Names;

namespace ModelPack.Architectures.Families;

/// <summary>The rules of each architecture (hf-companions.md §1.3). Constants are those that its table states, no others.</summary>
internal static class ArchitectureRules
{
    public static Action<ConfigWriter>? Find(string architecture) => architecture switch
    {
        "llama" => LlamaFamily.Describe,
        "qwen2" => Qwen2,
        "qwen2moe" => Qwen2Moe,
        "qwen3" => Qwen3,
        "qwen3moe" => Qwen3Moe,
        "gemma" => GemmaFamily.Gemma,
        "gemma2" => GemmaFamily.Gemma2,
        "phi3" => Phi3,
        "phi2" => OtherFamilies.Phi2,
        "stablelm" => OtherFamilies.StableLm,
        "starcoder2" => OtherFamilies.Starcoder2,
        "gpt2" => OtherFamilies.Gpt2,
        "gptneox" => GptFamily.Neox,
        "starcoder" => GptFamily.Starcoder,
        "falcon" => OtherFamilies.Falcon,
        "olmo2" => LlamaFamily.Olmo2,
        "granite" => LlamaFamily.Granite,
        "nomic-bert" => NomicBert.Describe,
        _ => FamilyCatalog.Find(architecture) is { } family ? family.Write : null,
    };

    private static void Qwen2(ConfigWriter config)
    {
        config.Class("Qwen2ForCausalLM", "qwen2");
        Qwen2Attention(config, "Qwen2ForCausalLM");
    }

    private static void Qwen2Moe(ConfigWriter config)
    {
        config.Class("Qwen2MoeForCausalLM", "qwen2_moe");
        Qwen2Attention(config, "Qwen2MoeForCausalLM");
        Experts(config);
        config.RequireCount("expert_shared_feed_forward_length", "shared_expert_intermediate_size");
        config.LosePublished("decoder_sparse_step", "1");
        config.LosePublished("norm_topk_prob", "false");
        config.Lose("mlp_only_layers");
    }

    private static void Qwen2Attention(ConfigWriter config, string modelClass)
    {
        config.Decoder();
        config.RopeBase();
        config.RopeScalingField(config.HeadWithoutField());
        config.TiedByTensor();
        if (!config.Derivation.HasTensor("blk.0.attn_q.bias"))
        {
            config.Refuse($"{modelClass} always has the tensor blk.0.attn_q.bias, which is missing");
        }

        config.Lose("sliding_window", "max_window_layers", "hidden_act");
        config.LosePublished("use_sliding_window", "false");
    }

    private static void Qwen3(ConfigWriter config)
    {
        // A reranker as llama.cpp has it: two rows of the output, for yes and no. Of the classes, the one for sequences computes that.
        config.Class(config.Derivation.HasTensor(ClassifierNames.Head) ? "Qwen3ForSequenceClassification" : "Qwen3ForCausalLM", "qwen3");
        Qwen3Attention(config);
    }

    private static void Qwen3Moe(ConfigWriter config)
    {
        config.Class("Qwen3MoeForCausalLM", "qwen3_moe");
        Qwen3Attention(config);
        Experts(config);

        // There is no key: the runtime always does, the class by default does not.
        config.Fields.Set("norm_topk_prob", true);
        config.Lose("decoder_sparse_step");
    }

    private static void Qwen3Attention(ConfigWriter config)
    {
        config.Decoder();
        config.RopeBase();
        config.RopeScalingField(config.HeadFromKeyLength());
        config.TiedByTensor();
        config.AttentionBiasByTensor();
        config.Lose("hidden_act");
    }

    private static void Experts(ConfigWriter config)
    {
        config.RequireCount("expert_count", "num_experts");
        config.RequireCount("expert_used_count", "num_experts_per_tok");
        config.RequireCount("expert_feed_forward_length", "moe_intermediate_size");
    }

    private static void Phi3(ConfigWriter config)
    {
        config.Class("Phi3ForCausalLM", "phi3");
        config.Decoder();
        config.RopeBase();
        config.CountOrLose("rope.scaling.original_context_length", "original_max_position_embeddings");
        config.RopeScalingField(config.HeadWithPartialRotary(wholeIsDefault: true));
        config.TiedByTensor();
        if (config.OptionalCount("attention.sliding_window") == 0)
        {
            config.Fields.SetNull("sliding_window");
        }
        else
        {
            config.CountOrLose("attention.sliding_window", "sliding_window");
        }

        config.Lose("hidden_act", "embd_pdrop", "resid_pdrop");
    }
}
