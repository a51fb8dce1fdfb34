using System.Collections.Frozen;

namespace ModelPack.Validation.Facts;

/// <summary>An architecture whose shapes follow the llama pattern (hf-companions.md §1.3, §3.1).</summary>
/// <param name="Name">Its name in GGUF.</param>
internal sealed record ModelFamily(string Name)
{
    private static readonly FrozenDictionary<string, string> Spellings = new Dictionary<string, string>
    {
        ["llama"] = "llama",
        ["mistral"] = "llama",
        ["mixtral"] = "llama",
        ["qwen2"] = "qwen2",
        ["qwen25"] = "qwen2",
        ["qwen2moe"] = "qwen2moe",
        ["qwen3"] = "qwen3",
        ["qwen3moe"] = "qwen3moe",
        ["gemma"] = "gemma",
        ["gemma2"] = "gemma2",
        ["gemma3"] = "gemma3",
        ["gemma3text"] = "gemma3",
        ["phi3"] = "phi3",
        ["phi4"] = "phi3",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>True if gate and up projection are one matrix of twice the height.</summary>
    public bool HasFusedGate => Name == "phi3";

    /// <summary>True if experts are as high as the feed-forward layer when no length of their own is stated.</summary>
    public bool ExpertsFollowFeedForward => Name == "llama";

    /// <summary>The family of an architecture, in the spelling of GGUF, of APR or of config.json; null if its shapes are not
    /// known.</summary>
    public static ModelFamily? Of(string architecture)
    {
        string plain = string.Concat(architecture.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return Spellings.TryGetValue(plain, out string? name) ? new(name) : null;
    }
}
