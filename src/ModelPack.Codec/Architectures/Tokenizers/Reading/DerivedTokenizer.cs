using System.Collections.Immutable;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The keys of a GGUF for a folder's tokenizer.</summary>
/// <param name="Entries">The keys in the order in which converters write them.</param>
/// <param name="Ranked">What the keys do not say; each begins with the name of a file.</param>
internal sealed record DerivedTokenizer(ImmutableArray<MetadataEntry> Entries, ImmutableArray<RankedNote> Ranked)
{
    /// <summary>The texts of the notes.</summary>
    public ImmutableArray<string> Notes => [.. Ranked.Select(note => note.Text)];
}

/// <summary>What is known of the model that a tokenizer belongs to.</summary>
/// <param name="VocabularySize">Rows of the embedding, if known: up to there, fillers stand for ids without a token.</param>
/// <param name="KeepsText">True to store the text of tokenizer.json as well.</param>
internal readonly record struct TokenizerTarget(long? VocabularySize, bool KeepsText = false);

/// <summary>A folder's tokenizer, read and checked.</summary>
/// <param name="Model">The value of <c>tokenizer.ggml.model</c>.</param>
/// <param name="PreTokenizer">The value of <c>tokenizer.ggml.pre</c>; empty where the kind of tokenizer says it.</param>
/// <param name="Vocabulary">The tokens as the folder spells them.</param>
/// <param name="UnknownId">The unknown token, if the model itself names it.</param>
/// <param name="Wrapping">The tokens around a text.</param>
internal sealed record FolderTokenizer(string Model, string PreTokenizer, Vocabulary Vocabulary, int? UnknownId, Wrapping Wrapping)
{
    public string[]? Merges { get; init; }

    /// <summary>The ids that a SentencePiece model names itself.</summary>
    public PieceRoles? Roles { get; init; }

    /// <summary>Keys between the tokens and the special ones.</summary>
    public ImmutableArray<MetadataEntry> After { get; init; } = [];

    /// <summary>Keys at the end.</summary>
    public ImmutableArray<MetadataEntry> Last { get; init; } = [];
}
