using System.Collections.Immutable;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>What was proved (DESIGN §1). Each level includes those before it.</summary>
public enum ProofLevel
{
    /// <summary>The file is structurally valid.</summary>
    L0,

    /// <summary>Every tensor is equal: name through the declared map, type, shape, payload bits.</summary>
    L1,

    /// <summary>All metadata is equal too: keys, types, order, raw bytes.</summary>
    L2,

    /// <summary>Converting the output back gives the source file byte for byte.</summary>
    L3,
}

/// <summary>The proof of a conversion, as it is stored beside the output. It holds no time and no path: the same input gives the same
/// bytes.</summary>
public sealed class Certificate
{
    internal Certificate()
    {
    }

    /// <summary>Name and version of the program.</summary>
    public string Tool { get; internal init; } = null!;

    /// <summary>The level that was proved.</summary>
    public ProofLevel Level { get; internal init; }

    /// <summary>What the output is good for; null in a certificate of a version that did not say it.</summary>
    public Meaning? Meaning { get; internal init; }

    /// <summary>Why it is no better word: what of the model was not found, and which requirements of the target's own programs are not met.
    /// None for <see cref="Meaning.Runs"/>.</summary>
    public ImmutableArray<string> MeaningReasons { get; internal init; } = [];

    /// <summary>The source.</summary>
    public CertifiedFile Source { get; internal init; } = null!;

    /// <summary>The output.</summary>
    public CertifiedFile Output { get; internal init; } = null!;

    /// <summary>What lies in the source's folder and is not carried: the level does not speak of it.</summary>
    public ImmutableArray<LeftOutFile> LeftOut { get; internal init; } = [];

    /// <summary>The options that matter to the result, by their names on the command line.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; internal init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The tensors, in the order of the source.</summary>
    public ImmutableArray<CertifiedTensor> Tensors { get; internal init; }

    /// <summary>What a reader should know: oddities that were kept, and why a higher level was not reached.</summary>
    public ImmutableArray<string> Notes { get; internal init; }

    /// <summary>The rank of each of the notes; the most important come first. Empty in a certificate of a version that did not rank
    /// them.</summary>
    internal ImmutableArray<NoteRank> NoteRanks { get; init; } = [];

    /// <summary>For people: what became of what, and what was proved.</summary>
    public override string ToString() => SafeText.Escape($"{Source.Name} → {Output.Name}: {Level} proved by {Tool}");
}

/// <summary>One of several files of a model in a certificate: a shard, an index, a companion.</summary>
internal sealed class CertifiedPart
{
    internal CertifiedPart(string name, long bytes, string xxh128)
    {
        Name = name;
        Bytes = bytes;
        Xxh128 = xxh128;
    }

    /// <summary>Bare file name; of a companion in a sub-folder, its path relative to the model's folder, with '/'.</summary>
    public string Name { get; }

    /// <summary>Length.</summary>
    public long Bytes { get; }

    /// <summary>XXH128 of this file, 32 hexadecimal digits.</summary>
    public string Xxh128 { get; }

    /// <summary>SHA-256 of this file if it was asked for.</summary>
    public string? Sha256 { get; internal init; }
}

/// <summary>What happened to a tensor.</summary>
public enum TensorAction
{
    /// <summary>The same bytes under a type of the target.</summary>
    Copy,

    /// <summary>The same bytes, carried as raw bytes with a typed description.</summary>
    Carry,

    /// <summary>The bytes of each number reversed, because the target is little-endian.</summary>
    Swap,

    /// <summary>The same bytes in another order, as the target's own programs want them: permuted rows, transposed matrices, stacked
    /// experts.</summary>
    Move,

    /// <summary>Decoded to a wider type, bit for bit as the reference decodes it; the source's bytes come back from the side file or by
    /// narrowing.</summary>
    Widen,

    /// <summary>Other values, as the target's own programs want them (norm + 1), or as a named loss; the source's bytes are kept.</summary>
    Change,

    /// <summary>The target's own programs have no place for it; its bytes are only kept.</summary>
    Keep,
}

/// <summary>Whether a tensor's values are finite.</summary>
internal enum FiniteStatus
{
    /// <summary>Looked at, all finite.</summary>
    Finite,

    /// <summary>Looked at, and NaN or infinity found.</summary>
    NonFinite,

    /// <summary>The type has no check; nothing is known.</summary>
    NotChecked,
}
