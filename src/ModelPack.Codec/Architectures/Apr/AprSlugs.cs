using System.Collections.Frozen;
using ModelPack.Architectures.Families;
using ModelPack.Formats.Apr;

namespace ModelPack.Architectures.Apr;

/// <summary>Which GGUF architecture an APR file means (apr-v2.md §12.2).</summary>
internal static class AprSlugs
{
    private static readonly FrozenDictionary<string, string> Architectures = RopeRows.Known.ToDictionary(name => name, name => name)
        .Concat(new Dictionary<string, string>
        {
            ["llama2"] = "llama",
            ["llama3"] = "llama",
            ["mistral"] = "llama",
            ["mixtral"] = "llama",
            ["smollm"] = "llama",
            ["smollm2"] = "llama",
            ["qwen2.5"] = "qwen2",
            ["qwen2_moe"] = "qwen2moe",
            ["qwen3_moe"] = "qwen3moe",
            ["phi4"] = "phi3",
            ["granite3"] = "granite",
            ["stablelm_epoch"] = "stablelm",
            ["gpt_neox"] = "gptneox",
            ["gpt-neox"] = "gptneox",
            ["pythia"] = "gptneox",
            ["bigcode"] = "starcoder",
            ["gpt_bigcode"] = "starcoder",
            ["falcon7b"] = "falcon",
            ["falcon40b"] = "falcon",
            ["falcon11b"] = "falcon",
            ["refinedweb"] = "falcon",
        })
        .Concat(FamilyCatalog.Slugs.Where(slug => !RopeRows.Known.Contains(slug.Key))).ToFrozenDictionary(StringComparer.Ordinal);

    // Slugs under which aprender puts models of other architectures too: the family decides names, not the graph.
    private static readonly FrozenDictionary<string, string> Families = new Dictionary<string, string>
    {
        ["granite"] = "llama",
        ["nemotron"] = "llama",
        ["olmo"] = "llama",
        ["olmo2"] = "llama",
        ["stablelm"] = "llama",
        ["starcoder"] = "gpt2",
        ["starcoder2"] = "gpt2",
        ["gemma2"] = "gemma",
        ["gemma3"] = "gemma",
        ["deepseek2"] = "deepseek",
        ["phi2"] = "phi",
        ["phi3"] = "phi",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The architecture in GGUF's words; null with a note if it is not known or not said.</summary>
    public static string? Find(AprFile file, List<Note> notes)
    {
        string? slug = file.FindMetadata("architecture")?.AsText() ?? file.FindMetadata("model_type")?.AsText();
        bool isFromGguf = file.FindMetadata("original_format")?.AsText() == "gguf";
        if (isFromGguf && slug is { Length: > 0 } and not "unknown")
        {
            // The importer keeps what general.architecture said, and names no other (apr-v2.md §7.2).
            return slug;
        }

        string? type = file.FindMetadata("hf_model_type")?.AsText();
        string? bySlug = Translate(slug);
        string? byType = Translate(type);
        if (byType is not null && bySlug is not null && byType != bySlug && Families.GetValueOrDefault(byType) != bySlug)
        {
            notes.Contradict($"'architecture' is '{slug}', but 'hf_model_type' is '{type}'");
        }

        string? found = byType ?? bySlug;
        if (found is null)
        {
            notes.Miss(slug is null
                ? "the source names no architecture"
                : $"'{slug}' is not known to be one architecture of GGUF, so the hyperparameters cannot be named");
        }

        return found;
    }

    /// <summary>The architecture that a slug or a <c>model_type</c> names. <c>phi</c> alone is two, <c>falcon3</c> and <c>opt</c> are
    /// none.</summary>
    public static string? Translate(string? slug) => slug?.ToLowerInvariant() switch
    {
        null => null,

        // The first generation has no slug of its own in APR: there the word means the second (apr-v2.md §12.2).
        "qwen" => "qwen2",
        { } lower => Architectures.GetValueOrDefault(lower),
    };
}
