using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Formats.Gguf;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Unigram of a folder (hf-companions.md §2.6).</summary>
internal static class UnigramFolder
{
    private const int UsualSentinels = 100;
    private const int MostSentinels = 1 << 10;

    public static FolderTokenizer Read(TokenizerFolder folder, JsonField tokenizer, JsonField model)
    {
        bool bytes = model.FlagOr("byte_fallback", false);
        if (bytes)
        {
            folder.Note(
                tokenizer.File,
                "model.byte_fallback is true, which the runtime does not do for Unigram: a character without a piece of its own becomes "
                    + "the unknown token instead of its bytes");
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

        if (unknown is null)
        {
            throw model.NoRule("has no unk_id, without which the runtime cannot cut a text");
        }

        if (unknown >= next)
        {
            throw Disagreement.At(model.File, $"{model.Path} has unk_id {unknown}, but {next} tokens");
        }

        if (bytes)
        {
            tokens.MarkBytes();
        }

        AddedTokens.Read(folder, tokenizer, tokens);
        bool splits = ReadPreTokenizer(tokenizer);
        (byte[]? charsmap, bool replacesSpaces) = ReadNormalizer(tokenizer, splits);
        bool removesSpaces = splits || replacesSpaces;
        Vocabulary vocabulary = tokens.Close(folder, withScores: true);
        return new FolderTokenizer(
            TokenizerKeys.Unigram, "default", vocabulary, unknown, Wrapping.Read(tokenizer))
            {
                After = Keys(true, removesSpaces, charsmap),
            };
    }

    /// <summary>From tokenizer.model alone.</summary>
    public static FolderTokenizer Read(TokenizerFolder folder, SentencePieceModel pieces)
    {
        if (folder.Class is { ShiftsPieces: true })
        {
            return Shifted(folder, pieces);
        }

        TokenList tokens = new(pieces.File);
        SentencePieceFolder.AddPieces(tokens, pieces);
        AddedTokens.Read(folder, null, tokens);
        AddSentinels(folder, tokens, pieces.Pieces.Count);
        Vocabulary vocabulary = tokens.Close(folder, withScores: true);
        byte[]? charsmap = pieces.Charsmap.Length > 0 ? pieces.Charsmap : null;
        Wrapping wrapping = folder.Class is not null && folder.TextOfRole("eos") is { } end && vocabulary.Ids.TryGetValue(end, out int id)
            ? new(null, new SpecialToken(id, end), [end], IsRoberta: false)
            : Wrapping.Untold;
        return new FolderTokenizer(TokenizerKeys.Unigram, "default", vocabulary, pieces.Roles.Unknown, wrapping)
        {
            Roles = pieces.Roles,
            After = Keys(pieces.AddsSpacePrefix, pieces.RemovesExtraSpaces, charsmap),
        };
    }

    // XLM-R's class: <s>, <pad>, </s>, <unk>, the pieces behind the three of these that the model has, <mask>.
    private static FolderTokenizer Shifted(TokenizerFolder folder, SentencePieceModel pieces)
    {
        const int Own = 3;
        SpecialToken begin = new(0, "<s>");
        SpecialToken end = new(2, "</s>");
        TokenList tokens = new(pieces.File);
        int next = 0;
        foreach (string text in (string[])[begin.Text, "<pad>", end.Text])
        {
            tokens.Add(next++, text, TokenKind.Control);
        }

        tokens.Add(next++, "<unk>", TokenKind.Unknown);
        foreach (SentencePiece piece in pieces.Pieces.Skip(Own))
        {
            tokens.Add(next++, piece.Text, piece.Kind, piece.Score);
        }

        tokens.Add(next, "<mask>", TokenKind.Control);
        tokens.Found(next);
        AddedTokens.Read(folder, null, tokens);
        byte[]? charsmap = pieces.Charsmap.Length > 0 ? pieces.Charsmap : null;
        return new FolderTokenizer(
            TokenizerKeys.Unigram, "default", tokens.Close(folder, withScores: true), Own,
            new Wrapping(begin, end, [end.Text, end.Text], IsRoberta: false))
        {
            After = Keys(pieces.AddsSpacePrefix, pieces.RemovesExtraSpaces, charsmap),
        };
    }

    // T5's class numbers the signs for gaps in a text behind the pieces, the first one last.
    private static void AddSentinels(TokenizerFolder folder, TokenList tokens, int pieces)
    {
        int count = folder.Class is not { HasPieces: true } ? 0
            : folder.Config?.Find("extra_ids") is { } stated ? stated.Id() : UsualSentinels;
        for (int number = 0; number < count && count <= MostSentinels; number++)
        {
            int id = pieces + count - 1 - number;
            string text = string.Create(CultureInfo.InvariantCulture, $"<extra_id_{number}>");
            if (id < (folder.Target.VocabularySize ?? int.MaxValue) && tokens.KindOf(id) is null && !tokens.Contains(text))
            {
                tokens.Add(id, text, TokenKind.Control);
                tokens.Found(id);
            }
        }
    }

    private static ImmutableArray<MetadataEntry> Keys(bool spacePrefix, bool removesSpaces, byte[]? charsmap)
    {
        MetadataEntry[] entries =
        [
            new(TokenizerKeys.AddSpacePrefix, GgufValue.FromBool(spacePrefix)),
            new(TokenizerKeys.RemoveExtraWhitespaces, GgufValue.FromBool(removesSpaces)),
        ];
        return charsmap is null ? [.. entries] : [.. entries, new(TokenizerKeys.PrecompiledCharsmap, GgufValue.FromArray<byte>(charsmap))];
    }

    private static (byte[]? Charsmap, bool ReplacesSpaces) ReadNormalizer(JsonField tokenizer, bool splits)
    {
        byte[]? charsmap = null;
        bool replaces = false;
        JsonField? strip = null;
        foreach (JsonField step in tokenizer.Steps("normalizer", "normalizers"))
        {
            switch (step.Type())
            {
                case "Precompiled" when charsmap is null && !replaces && strip is null && step.Find("precompiled_charsmap") is { } table:
                    charsmap = Decode(table);
                    break;
                case "Replace"
                    when !replaces && IsSpaces(step.Require("pattern").FindText("Regex")) && step.Require("content")
                    .Text() is " " or Fragments.Space:
                    replaces = true;
                    break;
                case "Replace"
                    when replaces && step.Require("pattern").FindText("Regex") == Unigram.LastSpace && step.Require("content")
                    .Text().Length == 0:
                    break;
                case "Strip" when strip is null:
                    strip = step;
                    break;
                default:
                    throw step.NoRule($"is {step.Show()}, which no key says for Unigram");
            }
        }

        // Where runs of spaces become one, the runtime takes those at both ends away as well.
        return strip is { } lone && !replaces && !splits
            ? throw lone.NoRule("strips the text but keeps its runs of spaces, which no key says for Unigram")
            : (charsmap, replaces);
    }

    private static bool IsSpaces(string? regex) => regex is not null && RegexSpelling.Normal(regex) is " {2,}" or "  +";

    private static byte[] Decode(JsonField field)
    {
        byte[] bytes = new byte[field.Text().Length];
        return Convert.TryFromBase64String(field.Text(), bytes, out int length)
            ? bytes[..length]
            : throw WrongType.At(field.File, $"{field.Path} is not base64");
    }

    /// <summary>True if the cut at white space also removes runs of it.</summary>
    private static bool ReadPreTokenizer(JsonField tokenizer)
    {
        JsonField[] steps = tokenizer.Steps("pre_tokenizer", "pretokenizers");
        bool splits = steps.Length > 1 && steps[0].Type() == "WhitespaceSplit";
        return steps.Length == (splits ? 2 : 1) && Metaspace.Read(steps[^1]) is { Scheme: "always", Splits: true }
            ? splits
            : throw tokenizer.NoRule(
                $"has the pre_tokenizer {tokenizer.Find("pre_tokenizer")?.Show() ?? "null"}, which no key says for Unigram");
    }
}
