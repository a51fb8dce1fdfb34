using System.Runtime.InteropServices;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Derives the keys of a GGUF from the tokenizer files of a Hugging Face folder (hf-companions.md §2.9).</summary>
internal static class TokenizerToGguf
{
    /// <summary>
    /// The same files always give the same keys. What a key cannot say is noted, never guessed; a tokenizer of a structure that no key
    /// stands for gets no keys but its chat templates, and a note that says which part it is.
    /// </summary>
    /// <exception cref="ModelFormatException">A file is damaged, or files contradict one another.</exception>
    public static DerivedTokenizer Derive(IReadOnlyList<Companion> companions, TokenizerTarget target)
    {
        ArgumentNullException.ThrowIfNull(companions);
        TokenizerFolder folder = new(companions, target);
        try
        {
            return Derive(folder);
        }
        catch (NoKeyException part)
        {
            string note =
                $"{part.Message}; no GGUF key says this, so that there will be no tokenizer in GGUF's words, and the tokenizer's files "
                    + $"travel as they are";
            return new DerivedTokenizer([.. TemplateEntries.Read(folder, withNotes: false), .. Text(folder)], [.. folder.Notes, note]);
        }
    }

    private static DerivedTokenizer Derive(TokenizerFolder folder)
    {
        FolderTokenizer tokenizer = folder.Read();
        SpecialIds special = SpecialIds.Find(folder, tokenizer);
        Vocabulary vocabulary = tokenizer.Model switch
        {
            TokenizerKeys.WordPiece => WordPieceFolder.ToPhantomSpaces(CompanionNames.Tokenizer, tokenizer.Vocabulary),
            TokenizerKeys.Unigram => tokenizer.Vocabulary,
            _ => AddedTokens.AsInText(tokenizer.Vocabulary),
        };
        if (tokenizer.Wrapping.Unsaid is { } unsaid)
        {
            folder.Note(CompanionNames.Tokenizer, unsaid);
        }

        RuntimeNames.Note(folder, vocabulary);
        List<MetadataEntry> entries =
        [
            new(TokenizerKeys.Model, GgufValue.FromString(tokenizer.Model)),
            .. tokenizer.PreTokenizer.Length > 0
                ? [new(TokenizerKeys.PreTokenizer, GgufValue.FromString(tokenizer.PreTokenizer))]
                : Array.Empty<MetadataEntry>(),
            new(TokenizerKeys.Tokens, GgufValue.FromStrings(vocabulary.Tokens)),
        ];
        if (vocabulary.Scores is { } scores)
        {
            entries.Add(new MetadataEntry(TokenizerKeys.Scores, GgufValue.FromArray<float>(scores)));
        }

        entries.Add(
            new MetadataEntry(TokenizerKeys.TokenTypes, GgufValue.FromArray<int>(MemoryMarshal.Cast<TokenKind, int>(vocabulary.Kinds))));
        entries.AddRange(tokenizer.After);
        if (tokenizer.Merges is { } merges)
        {
            entries.Add(new MetadataEntry(TokenizerKeys.Merges, GgufValue.FromStrings(merges)));
        }

        entries.AddRange(special.InOrder.Select(item => new MetadataEntry(item.Key, GgufValue.FromUInt32((uint)item.Id))));
        entries.AddRange(AddedAround.Entries(folder, tokenizer, special));
        entries.AddRange(TemplateEntries.Read(folder));
        entries.AddRange(tokenizer.Last);
        entries.AddRange(Text(folder));
        return new DerivedTokenizer([.. entries], [.. folder.Notes]);
    }

    private static IEnumerable<MetadataEntry> Text(TokenizerFolder folder) =>
        folder.Target.KeepsText && folder.Find(CompanionNames.Tokenizer) is { } text
        ? [new MetadataEntry(TokenizerKeys.HuggingFaceJson, GgufValue.FromStringBytes(text.Bytes.Span))]
        : [];
}
