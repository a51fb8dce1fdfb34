using System.Collections.Frozen;
using ModelPack.Architectures.Families;

namespace ModelPack.Architectures.Apr;

/// <summary>Which rows of a head rotate together, by architecture in GGUF's words: what <c>rope_type</c> has to say to be true.</summary>
internal static class RopeRows
{
    /// <summary>Rows 2i and 2i+1 rotate together.</summary>
    public const ulong AdjacentPairs = 0;

    /// <summary>Rows i and i + half rotate together.</summary>
    public const ulong SplitHalves = 2;

    // The converter to GGUF moves their rows from split halves to adjacent pairs (hf-companions.md §3.2, T1).
    private static readonly FrozenSet<string> Moved = new[]
    {
        "llama", "arctic", "baichuan", "deci", "deepseek", "granite", "internlm2", "minicpm",
            "xverse",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> SplitEverywhere = new[]
    {
        "bitnet", "codeshell", "dbrx", "exaone", "falcon", "gemma", "gemma2", "gptneox", "grok", "minicpm3",
            "nomic-bert", "olmo2", "openelm",
        "phi2", "phi3", "phimoe", "qwen", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "stablelm", "starcoder2",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> WithoutRotation = new[]
    {
        "gpt2", "refact", "starcoder", "t5", "t5encoder",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The architectures of which it is known; the names are those of <c>general.architecture</c>.</summary>
    public static IEnumerable<string> Known =>
        FamilyCatalog.All.Select(family => family.Architecture)
        .Union([.. Moved, .. SplitEverywhere, .. WithoutRotation]);

    public static bool IsKnown(string architecture) => Pairs(architecture) is not null;

    /// <summary>True if q and k have other rows in a GGUF than in a checkpoint.</summary>
    public static bool Differ(string? architecture) => architecture is not null && Pairs(architecture) is RopePairs.Moved;

    /// <summary>The true value of <c>rope_type</c>; null for models without rotation and for architectures of which it is not known: an
    /// absent field is better than a wrong one.</summary>
    public static ulong? Type(string architecture, RowOrder rows) => Pairs(architecture) switch
    {
        RopePairs.Moved => rows == RowOrder.Gguf ? AdjacentPairs : SplitHalves,
        RopePairs.Neighbours => AdjacentPairs,
        RopePairs.Halves => SplitHalves,
        _ => null,
    };

    private static RopePairs? Pairs(string architecture) => FamilyCatalog.Find(architecture)?.Rope
        ?? (Moved.Contains(architecture) ? RopePairs.Moved
            : SplitEverywhere.Contains(architecture) ? RopePairs.Halves
            : WithoutRotation.Contains(architecture) ? RopePairs.None : null);
}
