using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Rules of families that no table can say, by the name that their files call them by.</summary>
internal static class FamilyRules
{
    public static ConfigPart Find(string name) => name switch
    {
        "bloom_sizes" => BloomSizes.Rule,
        "ernie_experts" => ErnieExperts.Rule,
        "cohere2_biases" => Cohere2Biases.Rule,
        "exaone4_windows" => Exaone4Windows.Rule,
        "hunyuan_rotation" => HunYuanRotation.Rule,
        "ministral3_rotation" => Ministral3Rotation.Rule,
        "llama4_attention" => Llama4Attention.Rule,
        "mpt_attention" => MptAttention.Rule,
        "smollm3_rotation" => FourthLayers.Rule,
        "gemma3" => GemmaRule.For(largest: 62),
        "gemma3_pictures" => TowerRules.Gemma3,
        "gemma4_pictures" => TowerRules.Gemma4,
        "qwen_pictures" => TowerRules.Qwen,
        "gemma3n" => new RulePart(Gemma3nLayers.Read, Gemma3nLayers.Write),
        "gemma4" => new RulePart(Gemma4Layers.Read, Gemma4Layers.Write),
        "gemma-embedding" => GemmaRule.Embedding,
        "bert" => new RulePart(BertConfigs.Bert, BertFamily.Describe),
        "distilbert" => new RulePart(BertConfigs.Distilled, BertFamily.Distilled),
        "modern-bert" => ModernBertRule.Part,
        "nomic-bert-moe" => NomicExpertsRule.Part,
        "t5" => T5Rule.WithDecoder,
        "t5encoder" => T5Rule.EncoderAlone,
        "dense" => DenseModules.Part,
        "latent" => new RulePart(LatentAttention.Read, LatentAttention.Write),
        "predicting_layers_left_out" => PredictingLayers.LeftOut,
        "latent_without_rank" => new RulePart(LatentAttention.NoteQueries, _ => { }),
        "latent_with_rank" => new RulePart(LatentAttention.RequireQueries, LatentAttention.RequireQueries),
        "deepseek_v2" => new RulePart(DeepseekRouting.Second, DeepseekRouting.Second),
        "deepseek_v3" => new RulePart(DeepseekRouting.Third, DeepseekRouting.Third),
        "glm_routing" => new RulePart(DeepseekRouting.Glm, DeepseekRouting.Third),
        "indexer_layers" => new RulePart(IndexerLayers.Read, IndexerLayers.Write),
        "lfm2_layers" => new RulePart(Lfm2Layers.Read, Lfm2Layers.Write),
        "lfm2_feed_forward" => new RulePart(Lfm2Layers.ReadFeedForward, Lfm2Layers.WriteFeedForward),
        "lfm2_expert_bias" => new RulePart(Lfm2Layers.ReadBias, Lfm2Layers.WriteBias),
        "granite_layers" => new RulePart(GraniteLayers.Read, GraniteLayers.Write),
        "nemotron_layers" => new RulePart(NemotronLayers.Read, NemotronLayers.Write),
        "jamba_layers" => new RulePart(JambaLayers.Read, JambaLayers.Write),
        "kimi_layers" => new RulePart(KimiLinearLayers.Read, KimiLinearLayers.Write),
        "mamba_sizes" => MambaSizes.Mamba,
        "jamba_sizes" => MambaSizes.Jamba,
        "falcon_mamba" => new RulePart(FalconMamba.Read, FalconMamba.Write),
        "falcon_h1" => new RulePart(FalconH1Multipliers.Read, FalconH1Multipliers.Write),
        "linear_layers" => new RulePart(LinearLayers.Read, LinearLayers.Write),
        "sparse_everywhere" => new RulePart(
            draft =>
            {
                if (draft.Config.Counts("mlp_only_layers") is { Length: > 0 } dense)
                {
                    draft.Obstruct($"mlp_only_layers names {dense.Length} layers");
                }
            }, _ => { }),
        "mxfp4" => new RulePart(_ => { }, BlockExperts.Write),
        "transposed_experts" => new RulePart(TransposedExperts.Read, _ => { }),
        "deepstack" => new RulePart(VisionLayers.Read, VisionLayers.Write),
        _ => throw new InvalidOperationException($"there is no rule '{name}'"),
    };

    /// <summary>What tells a model class in a GGUF, beside what a table can say.</summary>
    public static Func<Derivation, string, bool> Sign(string name) => name switch
    {
        "glm" => DeepseekRouting.IsGlm,
        "falcon_mamba" => FalconMamba.Is,
        "sigmoid" => DeepseekRouting.IsSigmoid,
        _ => throw new InvalidOperationException($"there is no sign '{name}'"),
    };

    /// <summary>What a GGUF calls a model by its config.json, for classes that become several architectures.</summary>
    public static Func<ConfigObject, string> Architecture(string name) => name switch
    {
        "granite" => GraniteLayers.Architecture,
        _ => throw new InvalidOperationException($"there is no rule of architectures '{name}'"),
    };
}
