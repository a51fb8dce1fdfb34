using System.Collections.Immutable;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace.Tokenizers;
using static ModelPack.Codec.HuggingFace.ToGguf.Tokenizers.FolderTokenizerErrors;

namespace ModelPack.Codec.HuggingFace.ToGguf.Tokenizers;

/// <summary>Unigram of a folder (hf-companions.md §2.6).</summary>
internal static class UnigramFolder
{
    public static FolderTokenizer Read(TokenizerFolder folder, JsonField tokenizer, JsonField model)
    {
        if (model.FlagOr("byte_fallback", false))
        {
            throw model.NoRule("has byte_fallback true, which the runtime does not do for Unigram");
        }

        TokenList tokens = new(tokenizer.File);
        int next = 0;
        int? unknown = model.Find("unk_id")?.Id();
        foreach (JsonField item in model.Require("vocab").Items())
        {
            if (item.Items().ToArray() is not [{ } text, { } score])
            {
                throw WrongType.At(item.File, $"{item.Path} is {item.Show()}, not a token and its score");
            }

            tokens.Add(next, text.Text(), next == unknown ? TokenKind.Unknown : TokenKind.Normal, score.Single());
            next++;
        }

        if (unknown is null || unknown >= next)
        {
            throw model.NoRule(unknown is null ? "has no unk_id" : $"has unk_id {unknown}, but {next} tokens");
        }

        AddedTokens.Read(tokenizer, tokens, folder.Notes);
        (byte[]? charsmap, bool replacesSpaces) = ReadNormalizer(tokenizer);
        bool removesSpaces = ReadPreTokenizer(tokenizer) || replacesSpaces;
        Vocabulary vocabulary = tokens.Close(folder.Target.VocabularySize, withScores: true);
        return new FolderTokenizer(TokenizerKeys.Unigram, "default", vocabulary, unknown, Wrapping.Read(tokenizer)) { After = Keys(true, removesSpaces, charsmap) };
    }

    /// <summary>From tokenizer.model alone.</summary>
    public static FolderTokenizer Read(TokenizerFolder folder, SentencePieceModel pieces)
    {
        TokenList tokens = new(pieces.File);
        SentencePieceFolder.AddPieces(tokens, pieces);
        Vocabulary vocabulary = tokens.Close(folder.Target.VocabularySize, withScores: true);
        byte[]? charsmap = pieces.Charsmap.Length > 0 ? pieces.Charsmap : null;
        return new FolderTokenizer(TokenizerKeys.Unigram, "default", vocabulary, pieces.Roles.Unknown, Wrapping.Untold)
        {
            Roles = pieces.Roles,
            After = Keys(pieces.AddsSpacePrefix, pieces.RemovesExtraSpaces, charsmap),
        };
    }

    private static ImmutableArray<MetadataEntry> Keys(bool spacePrefix, bool removesSpaces, byte[]? charsmap)
    {
        MetadataEntry[] entries =
        [
            new(TokenizerKeys.AddSpacePrefix, GgufValue.FromBool(spacePrefix)),
            new(TokenizerKeys.RemoveExtraWhitespaces, GgufValue.FromBool(removesSpaces)),
        ];
        return charsmap is null ? [.. entries] : [.. entries, new(TokenizerKeys.PrecompiledCharsmap, GgufValue.FromUInt8Array(charsmap))];
    }

    private static (byte[]? Charsmap, bool ReplacesSpaces) ReadNormalizer(JsonField tokenizer)
    {
        JsonField[] steps = tokenizer.Find("normalizer") is not { } normalizer ? []
            : normalizer.Type() == "Sequence" ? [.. normalizer.Require("normalizers").Items()]
            : [normalizer];
        byte[]? charsmap = null;
        bool replaces = false;
        foreach (JsonField step in steps)
        {
            if (step.Type() == "Precompiled" && charsmap is null && !replaces)
            {
                charsmap = Decode(step.Require("precompiled_charsmap"));
            }
            else if (step.Type() == "Replace" && !replaces && step.Require("pattern").Find("Regex")?.Text() == " {2,}" && step.Require("content").Text() is " " or Fragments.Space)
            {
                replaces = true;
            }
            else
            {
                throw step.NoRule($"is {step.Show()}, which no key says for Unigram");
            }
        }

        return (charsmap, replaces);
    }

    private static byte[] Decode(JsonField field)
    {
        byte[] bytes = new byte[field.Text().Length];
        return Convert.TryFromBase64String(field.Text(), bytes, out int length) ? bytes[..length] : throw WrongType.At(field.File, $"{field.Path} is not base64");
    }

    /// <summary>True if the cut at white space also removes runs of it.</summary>
    private static bool ReadPreTokenizer(JsonField tokenizer)
    {
        JsonField root = tokenizer.Require("pre_tokenizer");
        JsonField[] steps = root.Type() == "Sequence" ? [.. root.Require("pretokenizers").Items()] : [root];
        bool splits = steps.Length > 1 && steps[0].Type() == "WhitespaceSplit";
        if (steps.Length != (splits ? 2 : 1) || steps[^1].Type() != "Metaspace" || steps[^1].Require("replacement").Text() != Fragments.Space
            || (steps[^1].FindText("prepend_scheme") ?? (steps[^1].FlagOr("add_prefix_space", false) ? "always" : "never")) != "always" || !steps[^1].FlagOr("split", true))
        {
            throw root.NoRule($"is {root.Show()}, which no key says for Unigram");
        }

        return splits;
    }
}
