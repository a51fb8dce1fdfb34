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
        "gemma-embedding" => GemmaRule.Embedding,
        "bert" => new RulePart(BertConfigs.Bert, BertFamily.Describe),
        "distilbert" => new RulePart(BertConfigs.Distilled, BertFamily.Distilled),
        "modern-bert" => ModernBertRule.Part,
        "nomic-bert-moe" => NomicExpertsRule.Part,
        "t5" => T5Rule.WithDecoder,
        "t5encoder" => T5Rule.EncoderAlone,
        "dense" => DenseModules.Part,
        _ => throw new InvalidOperationException($"there is no rule '{name}'"),
    };
}
