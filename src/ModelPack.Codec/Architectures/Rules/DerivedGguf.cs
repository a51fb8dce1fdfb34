using System.Collections.Immutable;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>A tensor that no weight file of the folder holds (hf-companions.md §3.2 T17).</summary>
internal sealed record ExtraTensor(string Name, ImmutableArray<long> Shape, ReadOnlyMemory<byte> F32LittleEndian);

/// <summary>A head made of rows of a tensor of the folder. It takes the place of the whole head, whose other rows are of no use to what the
/// model is for.</summary>
/// <param name="Name">The name in GGUF.</param>
/// <param name="From">The tensor of the folder.</param>
/// <param name="Rows">Its rows, in the order of the head.</param>
internal sealed record HeadRows(string Name, string From, ImmutableArray<long> Rows);

/// <summary>A matrix whose rows are multiplied by numbers that no key holds.</summary>
/// <param name="Name">The name in GGUF.</param>
/// <param name="Runs">Numbers of rows one after the other, and what these are multiplied by, one factor after the other.</param>
internal sealed record ScaledTensor(string Name, ImmutableArray<(long Rows, ImmutableArray<float> Factors)> Runs);

/// <summary>Ids of special tokens in config.json and generation_config.json; the tokenizer's own files come first where these say something
/// too.</summary>
/// <param name="Begin">bos_token_id.</param>
/// <param name="End">Every eos_token_id; config.json's first one in front, since GGUF has room for one.</param>
/// <param name="Padding">pad_token_id.</param>
internal sealed record StatedTokenIds(long? Begin, ImmutableArray<long> End, long? Padding);

/// <summary>A token that an architecture has a role for.</summary>
/// <param name="Key">The key of the tokenizer.</param>
/// <param name="Text">Its text; null if its id says which.</param>
/// <param name="Id">Its id; null if its text says which.</param>
internal sealed record NamedToken(string Key, string? Text, uint? Id)
{
    /// <summary>Whether it gives way to what the folder says.</summary>
    public bool IsDefault { get; init; }
}

/// <summary>What the companions of a folder say in GGUF's words.</summary>
/// <param name="Architecture">The value of general.architecture; null if the model cannot be expressed, and then there are notes
/// alone.</param>
/// <param name="Entries">The keys, without general.file_type and without the tokenizer's.</param>
/// <param name="Extra">Tensors that belong into the GGUF beside those of the folder.</param>
/// <param name="TokenIds">Ids of special tokens.</param>
/// <param name="Ranked">What is lost, and why a model cannot be expressed.</param>
internal sealed record DerivedGguf(
    string? Architecture, ImmutableArray<MetadataEntry> Entries, ImmutableArray<ExtraTensor> Extra, StatedTokenIds TokenIds,
    ImmutableArray<RankedNote> Ranked)
{
    /// <summary>True if the model's own head is what it is for, and the architecture of its config.json has none: no output may claim
    /// that.</summary>
    public bool IsNoGenerator { get; init; }

    /// <summary>True if the model is of a family that nothing is known of.</summary>
    public bool IsUnlisted { get; init; }

    /// <summary>True if config.json says that weights are codes that the architecture has too.</summary>
    public bool HasCodes { get; init; }

    /// <summary>The head, if it is not a tensor of the folder but rows of one.</summary>
    public HeadRows? Head { get; init; }

    /// <summary>Matrices that are multiplied by numbers of config.json.</summary>
    public ImmutableArray<ScaledTensor> Scaled { get; init; } = [];

    /// <summary>Tokens that the architecture has a role for, whatever the tokenizer's files say.</summary>
    public ImmutableArray<NamedToken> NamedTokens { get; init; } = [];

    /// <summary>The texts of the notes.</summary>
    public ImmutableArray<string> Notes => [.. Ranked.Select(note => note.Text)];
}
