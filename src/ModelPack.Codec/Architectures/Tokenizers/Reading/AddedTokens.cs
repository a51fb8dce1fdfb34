using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Reads the tokens that are found in the text before the model sees it (hf-companions.md §2.9.3).</summary>
internal static class AddedTokens
{
    private const float Score = -1000;

    /// <summary>In the library's order.</summary>
    private static readonly string[] Named = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"];

    /// <summary>
    /// Adds the tokens of tokenizer.json's <c>added_tokens</c> to those of the model, which stand in the list already, and behind them
    /// those that tokenizer_config.json names alone: transformers adds them as it loads.
    /// </summary>
    public static void Read(TokenizerFolder folder, JsonField? tokenizer, TokenList tokens, string? unknown = null)
    {
        LibraryIds library = new(tokens);
        int stripping = 0;
        int normalized = 0;
        foreach (JsonField item in tokenizer?.Find("added_tokens")?.Items() ?? [])
        {
            Take(item.Require("id").Id(), item);
        }

        foreach ((string key, JsonField item) in folder.Config?.Find("added_tokens_decoder")?.Fields() ?? [])
        {
            // Where the two files disagree the library follows tokenizer.json, which it reads first.
            string text = item.Require("content").Text();
            if (int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && !tokens.IsFound(id)
                && (tokens.TryGetId(text, out int known) ? known == id : tokens.KindOf(id) is null))
            {
                Take(id, item);
            }
        }

        if (tokenizer is not null)
        {
            AddNamed(folder, tokens, library);
        }

        string file = tokenizer?.File ?? CompanionNames.TokenizerConfig;
        if (library.Other is { } other)
        {
            folder.Note(file, $"added_tokens: {other}");
        }

        if (stripping > 0)
        {
            folder.Note(file, $"added_tokens: lstrip, rstrip and single_word of {Plural.Of(stripping, "token")} have no key");
        }

        if (normalized > 0)
        {
            folder.Note(file, $"added_tokens: normalized of {Plural.Of(normalized, "token")} has no key; the text is searched as it is");
        }

        void Take(int id, JsonField item)
        {
            string text = item.Require("content").Text();
            bool special = item.FlagOr("special", false);
            TokenKind kind = text == unknown
                ? TokenKind.Unknown
                : special || AddedToken.LooksSpecial(text) ? TokenKind.Control : TokenKind.UserDefined;
            stripping += item.FlagOr("lstrip", false) || item.FlagOr("rstrip", false) || item.FlagOr("single_word", false) ? 1 : 0;
            normalized += item.FlagOr("normalized", false) ? 1 : 0;
            library.Take(text, id);

            // A SentencePiece model says the kind itself, and the runtime finds bytes and unknown tokens by theirs.
            TokenKind known = tokens.KindOf(id) ?? TokenKind.Normal;
            tokens.Mark(id, text, known is TokenKind.Normal or TokenKind.UserDefined or TokenKind.Control ? kind : known, Score);
            tokens.Found(id);
        }
    }

    // transformers adds special tokens behind all others that its settings name and no list has, as it loads. Where the embedding has no
    // row for one, no text can hold it.
    private static void AddNamed(TokenizerFolder folder, TokenList tokens, LibraryIds library)
    {
        foreach (string role in Named)
        {
            string name = $"{role}_token";
            if ((SpecialIds.TextOf(folder.Config, name) ?? SpecialIds.TextOf(folder.SpecialMap, name)) is { Length: > 0 } text
                && !tokens.Contains(text) && library.Next is var id && id < folder.Target.VocabularySize && tokens.KindOf(id) is null)
            {
                library.Take(text, id);
                tokens.Mark(id, text, TokenKind.Control, Score);
                tokens.Found(id);
            }
        }
    }

    /// <summary>The runtime looks for user-defined tokens in the text as it is, where a space has not become U+2581 yet (tokenizers.md
    /// §3.5).</summary>
    public static Vocabulary AsInText(Vocabulary vocabulary)
    {
        string[] tokens = [
            .. vocabulary.Tokens.Select(
                (text, id) => vocabulary.Kinds[id] == TokenKind.UserDefined && text.Contains(Fragments.Space, StringComparison.Ordinal)
            && text.Replace(Fragments.Space, " ", StringComparison.Ordinal) is { } spelled && !vocabulary.Ids.ContainsKey(spelled)
            ? spelled
            : text)];
        return vocabulary with { Tokens = tokens };
    }
}
