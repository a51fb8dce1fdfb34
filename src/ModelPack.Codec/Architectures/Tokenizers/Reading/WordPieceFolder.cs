using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>WordPiece of a folder (hf-companions.md §2.5).</summary>
internal static class WordPieceFolder
{
    private const string Continuation = "##";

    public static FolderTokenizer Read(TokenizerFolder folder, JsonField tokenizer, JsonField model)
    {
        if (model.FindText("continuing_subword_prefix") is { } prefix && prefix != Continuation)
        {
            throw model.NoRule($"has continuing_subword_prefix '{SafeText.Shorten(prefix)}', not '{Continuation}'");
        }

        if (tokenizer.Steps("pre_tokenizer", "pretokenizers") is not [{ } pre] || pre.Type() != "BertPreTokenizer")
        {
            throw tokenizer.NoRule($"has the pre_tokenizer {tokenizer.Find("pre_tokenizer")?.Show() ?? "null"}, not BertPreTokenizer");
        }

        Wrapping wrapping = Wrapping.Read(tokenizer);
        if (wrapping.First is null || wrapping.Last is null)
        {
            throw tokenizer.NoRule(
                "has no post_processor with a token before and one behind the text, which the runtime always adds for WordPiece");
        }

        TokenList tokens = new(tokenizer.File);
        foreach ((string text, JsonField id) in model.Require("vocab").Fields())
        {
            tokens.Add(id.Id(), text, TokenKind.Normal);
        }

        AddedTokens.Read(folder, tokenizer, tokens);
        Vocabulary vocabulary = tokens.Close(folder, withScores: false);
        int? unknown = model.FindText("unk_token") is { } text2 && vocabulary.Ids.TryGetValue(text2, out int unknownId) ? unknownId : null;
        return new FolderTokenizer(TokenizerKeys.WordPiece, "default", vocabulary, unknown, wrapping) { Last = NormalizerKeys(tokenizer) };
    }

    /// <summary>The converter's form: begins of words have a sign, the other parts have none.</summary>
    public static Vocabulary ToPhantomSpaces(string file, Vocabulary vocabulary)
    {
        TokenList tokens = new(file);
        for (int id = 0; id < vocabulary.Tokens.Length; id++)
        {
            string text = vocabulary.Tokens[id];
            string spelled = vocabulary.Kinds[id] == TokenKind.Control ? text
                : text.StartsWith(Continuation, StringComparison.Ordinal) ? text[Continuation.Length..]
                : Fragments.Space + text;
            tokens.Add(id, spelled, vocabulary.Kinds[id]);
        }

        return tokens.Close((long?)null, withScores: false) with { Kinds = vocabulary.Kinds };
    }

    private static ImmutableArray<MetadataEntry> NormalizerKeys(JsonField tokenizer)
    {
        if (tokenizer.Steps("normalizer", "normalizers") is not [{ } normalizer] || normalizer.Type() != "BertNormalizer"
            || !normalizer.FlagOr("clean_text", true) || !normalizer.FlagOr("handle_chinese_chars", true))
        {
            throw tokenizer.NoRule(
                $"has the normalizer {tokenizer.Find("normalizer")?.Show() ?? "null"}, not a BertNormalizer with clean_text and "
                    + $"handle_chinese_chars");
        }

        List<MetadataEntry> entries = [new(TokenizerKeys.Lowercase, GgufValue.FromBool(normalizer.FlagOr("lowercase", true)))];
        if (normalizer.Find("strip_accents") is { } strip)
        {
            entries.Add(new MetadataEntry(TokenizerKeys.StripAccents, GgufValue.FromBool(strip.Flag())));
        }

        return [.. entries];
    }
}
