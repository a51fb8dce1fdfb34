using System.Runtime.InteropServices;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace.Tokenizers;

namespace ModelPack.Codec.HuggingFace.ToGguf.Tokenizers;

/// <summary>Derives the keys of a GGUF from the tokenizer files of a Hugging Face folder (hf-companions.md §2.9).</summary>
internal static class TokenizerToGguf
{
    /// <summary>The same files always give the same keys. What a key cannot say is refused or noted, never guessed.</summary>
    /// <exception cref="ModelFormatException">A file is damaged, files contradict one another, or no key says what they say.</exception>
    public static DerivedTokenizer Derive(IReadOnlyList<Companion> companions, TokenizerTarget target)
    {
        ArgumentNullException.ThrowIfNull(companions);
        TokenizerFolder folder = new(companions, target);
        FolderTokenizer tokenizer = folder.Read();
        SpecialIds special = SpecialIds.Find(folder, tokenizer);
        Vocabulary vocabulary = tokenizer.Model == TokenizerKeys.WordPiece
            ? WordPieceFolder.ToPhantomSpaces(CompanionNames.Tokenizer, tokenizer.Vocabulary)
            : tokenizer.Vocabulary;
        List<MetadataEntry> entries =
        [
            new(TokenizerKeys.Model, GgufValue.FromString(tokenizer.Model)),
            new(TokenizerKeys.PreTokenizer, GgufValue.FromString(tokenizer.PreTokenizer)),
            new(TokenizerKeys.Tokens, GgufValue.FromStrings(vocabulary.Tokens)),
        ];
        if (vocabulary.Scores is { } scores)
        {
            entries.Add(new MetadataEntry(TokenizerKeys.Scores, GgufValue.FromFloat32Array(scores)));
        }

        entries.Add(new MetadataEntry(TokenizerKeys.TokenTypes, GgufValue.FromInt32Array(MemoryMarshal.Cast<TokenKind, int>(vocabulary.Kinds))));
        entries.AddRange(tokenizer.After);
        if (tokenizer.Merges is { } merges)
        {
            entries.Add(new MetadataEntry(TokenizerKeys.Merges, GgufValue.FromStrings(merges)));
        }

        entries.AddRange(special.InOrder.Select(item => new MetadataEntry(item.Key, GgufValue.FromUInt32((uint)item.Id))));
        entries.AddRange(AddedAround.Entries(folder, tokenizer, special));
        entries.AddRange(TemplateEntries.Read(folder));
        entries.AddRange(tokenizer.Last);
        if (target.KeepsText && folder.Find(CompanionNames.Tokenizer) is { } text)
        {
            entries.Add(new MetadataEntry(TokenizerKeys.HuggingFaceJson, GgufValue.FromStringBytes(text.Bytes.Span)));
        }

        return new DerivedTokenizer([.. entries], [.. folder.Notes]);
    }
}
