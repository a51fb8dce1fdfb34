namespace ModelPack.Architectures.Names;

/// <summary>Why a tensor has no place in the other vocabulary: what the converter drops and what it adds (hf-companions.md §3.1, T16,
/// T17).</summary>
internal static class UnplacedNames
{
    private static readonly string[] Recomputed = [
        ".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias", "embeddings.position_ids"];

    private static readonly string[] Heads = ["pooler.", "cls.predictions.", "cls.seq_relationship."];

    private static readonly string[] Rope = ["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"];

    public static string InGguf(string name, string architecture) =>
        Recomputed.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        ? "is a buffer that programs compute themselves, and has no place in a GGUF"
        : Heads.Any(head => name.Contains(head, StringComparison.Ordinal))
        ? $"belongs to a training head that {architecture} leaves out of a GGUF"
        : name == "lm_head.weight" ? $"has no place in a GGUF: {architecture} takes the token embedding for it"
        : $"has no place in a GGUF of {architecture}";

    public static string InHuggingFace(string name, string architecture) => Rope.Contains(name, StringComparer.Ordinal)
        ? "follows from rope_scaling in config.json, and has no place among a folder's tensors"
        : $"has no place among the tensors of a folder of {architecture}";
}
