using System.Collections.Immutable;

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
public sealed record Certificate
{
    /// <summary>Name and version of the program.</summary>
    public required string Tool { get; init; }

    /// <summary>The level that was proved.</summary>
    public required ProofLevel Level { get; init; }

    /// <summary>What the output is good for; null in a certificate of a version that did not say it.</summary>
    public Meaning? Meaning { get; init; }

    /// <summary>Why it is no better word: what of the model was not found, and which requirements of the target's own programs are not met.
    /// None for <see cref="Meaning.Runs"/>.</summary>
    public ImmutableArray<string> MeaningReasons { get; init; } = [];

    /// <summary>The source.</summary>
    public required CertifiedFile Source { get; init; }

    /// <summary>The output.</summary>
    public required CertifiedFile Output { get; init; }

    /// <summary>What lies in the source's folder and is not carried: the level does not speak of it.</summary>
    public ImmutableArray<LeftOutFile> LeftOut { get; init; } = [];

    /// <summary>The options that matter to the result, by their names on the command line.</summary>
    public required ImmutableSortedDictionary<string, string> Options { get; init; }

    /// <summary>The tensors, in the order of the source.</summary>
    public required ImmutableArray<CertifiedTensor> Tensors { get; init; }

    /// <summary>What a reader should know: oddities that were kept, and why a higher level was not reached.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>The rank of each of the notes; the most important come first. Empty in a certificate of a version that did not rank
    /// them.</summary>
    public ImmutableArray<NoteRank> NoteRanks { get; init; } = [];
}

/// <summary>A model in a certificate: a file, or a folder with several.</summary>
/// <param name="Name">Bare file name.</param>
/// <param name="Format">Container format.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Xxh128">XXH128 of the whole file, 32 hexadecimal digits.</param>
/// <param name="Sha256">SHA-256 of the whole file if it was asked for.</param>
public sealed record CertifiedFile(string Name, ModelFormat Format, long Bytes, string Xxh128, string? Sha256)
{
    /// <summary>The files that it consists of, in the order in which the hash runs through them; empty if it is a single one.</summary>
    public ImmutableArray<CertifiedPart> Parts { get; init; } = [];
}

/// <summary>One of several files of a model in a certificate: a shard, an index, a companion.</summary>
/// <param name="Name">Bare file name; of a companion in a sub-folder, its path relative to the model's folder, with '/'.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Xxh128">XXH128 of this file, 32 hexadecimal digits.</param>
public sealed record CertifiedPart(string Name, long Bytes, string Xxh128)
{
    /// <summary>SHA-256 of this file if it was asked for.</summary>
    public string? Sha256 { get; init; }
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
public enum FiniteStatus
{
    /// <summary>Looked at, all finite.</summary>
    Finite,

    /// <summary>Looked at, and NaN or infinity found.</summary>
    NonFinite,

    /// <summary>The type has no check; nothing is known.</summary>
    NotChecked,
}

/// <summary>A tensor in a certificate.</summary>
/// <param name="Name">Name in the output.</param>
/// <param name="SourceName">Name in the source.</param>
/// <param name="Type">Type in the source.</param>
/// <param name="Shape">Shape in the source, outermost first.</param>
/// <param name="Action">What was done.</param>
/// <param name="Xxh128">XXH128 of the source's payload bytes.</param>
/// <param name="Finite">Whether the values are finite.</param>
/// <param name="NonFiniteCount">Number of NaN and infinite values.</param>
public sealed record CertifiedTensor(
    string Name, string SourceName, string Type, ImmutableArray<long> Shape, TensorAction Action, string Xxh128, FiniteStatus Finite,
    long NonFiniteCount)
{
    /// <summary>What rounding cost, if the output holds rounded values.</summary>
    public TensorLoss? Loss { get; init; }
}

/// <summary>What rounding a tensor cost: measured over every value of the output, against the values that were rounded.</summary>
/// <param name="Type">The narrower type.</param>
/// <param name="Absolute">The largest distance; infinite if a value was beyond the range of the type.</param>
/// <param name="AbsoluteElement">The element of the output with that distance.</param>
/// <param name="Relative">The largest distance divided by the magnitude of the value.</param>
/// <param name="RelativeElement">The element of the output with that quotient.</param>
public sealed record TensorLoss(string Type, double Absolute, long AbsoluteElement, double Relative, long RelativeElement);
