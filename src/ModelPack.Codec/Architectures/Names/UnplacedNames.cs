using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Names;

/// <summary>Why a tensor has no place in the other vocabulary: what the converter drops and what it adds (hf-companions.md §3.1, T16,
/// T17).</summary>
internal static class UnplacedNames
{
    private const string Output = "lm_head.weight";

    private static readonly string[] Recomputed = [
        ".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias", "embeddings.position_ids"];

    private static readonly string[] Heads = [
        "pooler.", "cls.predictions.", "cls.seq_relationship.", "lm_head.dense.", "lm_head.layer_norm.", "lm_head.decoder.", "lm_head.bias",
        "vocab_transform.", "vocab_layer_norm.", "vocab_projector.", "head.dense.", "head.norm.", "decoder.bias", "decoder.weight"];

    /// <summary>Scales of a cache of keys and values, layers that predict further tokens, and the bias behind experts, of which the rule of
    /// its family speaks.</summary>
    private static readonly string[] Beside = [".k_scale", ".v_scale", ".q_scale", ".experts.bias"];

    private const string Predicting = "mtp.";

    private static readonly string[] Rope = ["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"];

    /// <summary>Modules beside a language model that make embeddings of pictures and sound.</summary>
    private static readonly string[] TowerModules = [
        "vision_tower", "vision_model", "vision_embed_tokens", "visual", "audio_tower", "audio_model", "multi_modal_projector",
        "multimodal_projector", "mm_projector", "embed_vision", "embed_audio", "patch_merger"];

    private static string? Tower(string name) =>
        name.Split('.').Take(2).FirstOrDefault(part => TowerModules.Contains(part, StringComparer.Ordinal));

    /// <summary>What to call tensors that all belong to such modules; null if some do not.</summary>
    public static string? Towers(string[] names)
    {
        string?[] modules = [.. names.Select(Tower).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return modules.Contains(null) ? null : $"{string.Join(", ", modules)}: each of {Plural.Of(names.Length, "tensor")}";
    }

    /// <summary>Whether it is not known what a tensor of a folder is for, so that a model without it may be another one.</summary>
    public static bool IsPart(string name) =>
        Tower(name) is null && name != Output && !name.StartsWith(Predicting, StringComparison.Ordinal)
        && !Recomputed.Concat(Beside).Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        && !Heads.Any(head => name.Contains(head, StringComparison.Ordinal));

    public static string InGguf(string name, string architecture) => Tower(name) is not null
        ? $"has no place in a GGUF of {architecture}, which holds the language model alone"
        : OfLanguage(name, architecture);

    private static string OfLanguage(string name, string architecture) =>
        Recomputed.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        ? "is a buffer that programs compute themselves, and has no place in a GGUF"
        : Heads.Any(head => name.Contains(head, StringComparison.Ordinal))
        ? $"belongs to a training head that {architecture} leaves out of a GGUF"
        : name == Output ? $"has no place in a GGUF: {architecture} takes the token embedding for it"
        : $"has no place in a GGUF of {architecture}";

    public static string InHuggingFace(string name, string architecture) => Rope.Contains(name, StringComparer.Ordinal)
        ? "follows from rope_scaling in config.json, and has no place among a folder's tensors"
        : $"has no place among the tensors of a folder of {architecture}";
}
