using ModelPack.Architectures.Families;
using ModelPack.Diagnostics;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Byte-level BPE of a folder (hf-companions.md §2.2, §2.4).</summary>
internal static class ByteLevelFolder
{
    private const int ByteCount = 256;
    private const char FirstOther = '\u0100';

    public static FolderTokenizer Read(TokenizerFolder folder, JsonField tokenizer, JsonField model)
    {
        Wrapping wrapping = Wrapping.Read(tokenizer);
        string pre = PreTokenizerId(folder, tokenizer, model, wrapping);
        TokenList tokens = new(tokenizer.File);
        BpeParts.ReadVocabulary(folder, model, tokens);
        List<(string Left, string Right)> merges = BpeParts.ReadMerges(model, tokens);
        int missing = Alphabet().Where((letter, value) => IsInUtf8(value) && !tokens.Contains(letter)).Count();
        if (missing > 0)
        {
            folder.Note(
                tokenizer.File,
                $"model.vocab: {missing} of the {Enumerable.Range(0, ByteCount).Count(IsInUtf8)} bytes of UTF-8 have no token, so that "
                    + $"some texts have no tokens of their own");
        }

        AddedTokens.Read(folder, tokenizer, tokens);
        return new FolderTokenizer(TokenizerKeys.ByteLevelBpe, pre, tokens.Close(folder, withScores: false), null, wrapping)
        {
            Merges = [.. merges.Select((merge, place) => Join(tokenizer.File, merge, place, tokens))],
        };
    }

    private static string PreTokenizerId(TokenizerFolder folder, JsonField tokenizer, JsonField model, Wrapping wrapping)
    {
        bool nfc = IsNfc(tokenizer);
        bool ignoreMerges = model.FlagOr("ignore_merges", false);
        bool? cleanUp = folder.Config?.Find("clean_up_tokenization_spaces")?.Flag();
        PublishedNormalizer normalizer = nfc ? PublishedNormalizer.Nfc : PublishedNormalizer.None;
        PublishedFlags flags = new(ignoreMerges, wrapping.IsRoberta, normalizer, cleanUp, folder.ModelTypes);
        if (PreTokenizers.Identify(PreTokenizerReader.Read(tokenizer), flags) is not { } id)
        {
            throw tokenizer.Require("pre_tokenizer")
                .NoRule($"is of a structure that no tokenizer.ggml.pre stands for{(wrapping.IsRoberta ? " with RobertaProcessing" : "")}");
        }

        if (nfc)
        {
            folder.Note(
                tokenizer.File, "normalizer: NFC has no key; text that is not in this form gives other tokens", NoteRank.ChangesResults);
        }
        else if (PreTokenizers.NormalizerOf(id) == PublishedNormalizer.Nfc)
        {
            folder.Note(
                tokenizer.File,
                $"normalizer: published tokenizers of {TokenizerKeys.PreTokenizer} '{id}' have NFC, this one has none; a tokenizer.json "
                    + $"that is made from the GGUF alone will have it");
        }

        if (PreTokenizers.Find(id)?.Has(PreTokenizerTraits.IgnoreMerges) is { } implied && implied != ignoreMerges)
        {
            folder.Note(
                tokenizer.File,
                $"model.ignore_merges is {(ignoreMerges ? "true" : "false")}, which {TokenizerKeys.PreTokenizer} '{id}' does not say: a "
                    + $"word that is a token itself can get other tokens", NoteRank.ChangesResults);
        }

        return id;
    }

    /// <summary>The bytes that no text in UTF-8 holds need no token (tokenizers.md §3.11).</summary>
    private static bool IsInUtf8(int value) => value is not (0xC0 or 0xC1 or >= 0xF5);

    private static bool IsNfc(JsonField tokenizer)
    {
        JsonField[] steps = tokenizer.Steps("normalizer", "normalizers");
        foreach (JsonField step in steps)
        {
            if (step.Type() != "NFC")
            {
                throw step.NoRule($"is {step.Show()}, which no key says for byte-level BPE");
            }
        }

        return steps.Length > 0;
    }

    /// <summary>In the key a space divides the parts, so one inside a part is spelled as the byte alphabet does (hf-companions.md
    /// §2.1).</summary>
    private static string Join(string file, (string Left, string Right) merge, int place, TokenList tokens)
    {
        const char SpaceLetter = '\u0120';
        string left = merge.Left.Replace(' ', SpaceLetter);
        string right = merge.Right.Replace(' ', SpaceLetter);
        return tokens.Contains(left) && tokens.Contains(right) && tokens.Contains(left + right)
            ? $"{left} {right}"
            : throw Merge.At(
                file, $"model.merges[{place}] has a space inside a part, and '{SafeText.Shorten(left + right)}' or a part of it is not in "
                    + $"model.vocab");
    }

    /// <summary>The letters of the bytes (hf-companions.md §2.2).</summary>
    internal static IEnumerable<string> Alphabet()
    {
        int others = 0;
        for (int value = 0; value < ByteCount; value++)
        {
            bool standsForItself = value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
            yield return ((char)(standsForItself ? value : FirstOther + others++)).ToString();
        }
    }
}
