using System.Collections.Immutable;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Architectures.Tokenizers;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures;

/// <summary>The companion files that GGUF metadata give, and what it does not give.</summary>
/// <param name="Files">The files, the report on them among these.</param>
/// <param name="Ranked">What was lost, guessed or refused; each begins with the name of a file.</param>
internal sealed record DerivedFolder(ImmutableArray<Companion> Files, ImmutableArray<RankedNote> Ranked)
{
    /// <summary>Why the folder has no config.json: the note that says it; null if nothing does.</summary>
    public RankedNote? ConfigRefusal { get; init; }

    /// <summary>The texts of the notes.</summary>
    public ImmutableArray<string> Notes => [.. Ranked.Select(note => note.Text)];
}

/// <summary>Derives the companion files of a folder from GGUF metadata that hold no recorded ones (hf-companions.md §1, §2).</summary>
internal static class DerivedCompanions
{
    /// <summary>The same file always gives the same bytes. Odd metadata gives notes, never an exception.</summary>
    public static DerivedFolder Derive(GgufFile gguf)
    {
        ArgumentNullException.ThrowIfNull(gguf);
        return Derive(gguf.Metadata, gguf.Tensors, gguf.Source);
    }

    /// <summary>As for a file, from metadata and tensors that need not be kept in GGUF.</summary>
    /// <param name="metadata">GGUF keys with <see cref="GgufValue"/>s, each once.</param>
    /// <param name="tensors">The tensors under their GGUF names.</param>
    /// <param name="payloads">Where the offsets of the tensors point into; only tables of RoPE factors are read.</param>
    public static DerivedFolder Derive(IReadOnlyList<MetadataEntry> metadata, IReadOnlyList<TensorInfo> tensors, ByteSource payloads)
    {
        Derivation derivation = new(metadata, tensors, payloads);
        ModelConfig.Derive(derivation);
        GenerationConfig.Derive(derivation);
        TokenizerFiles.Derive(derivation);
        ChatTemplates.Derive(derivation);
        derivation.NoteUnread(CompanionNames.GenerationConfig, "general.sampling.");
        derivation.NoteUnread(CompanionNames.TokenizerConfig, "tokenizer.");
        CompanionReport.Add(derivation);
        return new DerivedFolder([.. derivation.Files], [.. derivation.Notes.Select(note => note.Ranked)])
        {
            ConfigRefusal = derivation.RefusalOf(CompanionNames.Config),
        };
    }
}
