using System.Collections.Frozen;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>What tokenizer.json says beside the steps of its pre-tokenizer, and an id of <c>tokenizer.ggml.pre</c> may imply.</summary>
/// <param name="IgnoreMerges"><c>model.ignore_merges</c>.</param>
/// <param name="Roberta">True for RobertaProcessing.</param>
/// <param name="Normalizer">The normalizer.</param>
/// <param name="CleanUp"><c>clean_up_tokenization_spaces</c>, if a file says it.</param>
/// <param name="ModelTypes">Each <c>model_type</c> of config.json.</param>
internal sealed record PublishedFlags(bool IgnoreMerges, bool Roberta, PublishedNormalizer Normalizer, bool? CleanUp, string[] ModelTypes);

/// <summary>Which ids llama.cpp's converter gives to the published models of a kind, where several ids stand for the same rules.</summary>
internal static class PublishedPreTokenizers
{
    private static readonly FrozenDictionary<string, string[]> ModelTypes = new Dictionary<string, string[]>
    {
        ["phi-2"] = ["phi"],
        ["mpt"] = ["mpt", "gpt_neox"],
        ["jais"] = ["jais"],
        ["modern-bert"] = ["modernbert"],
        ["exaone4"] = ["exaone4"],
        ["exaone"] = ["exaone"],
        ["glm4"] = ["glm", "glm4", "glm4v", "glm4v_text", "glm4_moe", "glm4_moe_lite", "glm4v_moe", "glm_moe_dsa"],
        ["chatglm-bpe"] = ["chatglm"],
        ["falcon-h1"] = ["falcon_h1"],
        ["pixtral"] = ["pixtral", "nemotron_h"],
        ["lfm2"] = ["lfm2", "lfm2_moe"],
        ["llama4"] = ["llama4", "llama4_text"],
        ["minimax-m2"] = ["minimax_m2"],
        ["hunyuan-dense"] = ["hunyuan_v1_dense"],
        ["hunyuan"] = ["hunyuan_v1_moe"],
        ["solar-open"] = ["solar_open"],
        ["refact"] = ["granite", "granitemoe", "granitemoeshared", "gpt_refact"],
        ["command-r"] = ["cohere", "cohere2"],
        ["stablelm2"] = ["stablelm"],
        ["bailingmoe"] = ["bailing_moe"],
        ["bailingmoe2"] = ["bailing_moe_v2"],
        ["llada-moe"] = ["llada_moe"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Synonyms = new[] { "llama3", "llama-v3", "jina-es", "jina-de" }.ToFrozenSet(
        StringComparer.Ordinal);

    public static bool IsOf(string id, string modelType) => ModelTypes.TryGetValue(id, out string[]? types) && types.Contains(modelType);

    /// <summary>True for an id that only repeats another one.</summary>
    public static bool IsSynonym(string id) => Synonyms.Contains(id);
}
