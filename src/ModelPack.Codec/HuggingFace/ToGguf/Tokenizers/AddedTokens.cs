using ModelPack.Codec.HuggingFace.Tokenizers;
namespace ModelPack.Codec.HuggingFace.ToGguf.Tokenizers;

/// <summary>Reads the tokens that are found in the text before the model sees it (hf-companions.md §2.9.3).</summary>
internal static class AddedTokens
{
    private const float Score = -1000;

    private static readonly string[] SpecialTexts = ["<pad>", "<mask>", "<2mass>", "[@BOS@]"];

    public static void Read(JsonField tokenizer, TokenList tokens, List<string> notes, string? unknown = null)
    {
        if (tokenizer.Find("added_tokens") is not { } list)
        {
            return;
        }

        int stripping = 0;
        int normalized = 0;
        foreach (JsonField item in list.Items())
        {
            string text = item.Require("content").Text();
            int id = item.Require("id").Id();
            bool special = item.FlagOr("special", false);
            TokenKind kind = text == unknown ? TokenKind.Unknown : special || LooksSpecial(text) ? TokenKind.Control : TokenKind.UserDefined;
            stripping += item.FlagOr("lstrip", false) || item.FlagOr("rstrip", false) || item.FlagOr("single_word", false) ? 1 : 0;
            normalized += item.FlagOr("normalized", false) ? 1 : 0;

            // A SentencePiece model says the kind itself, and the runtime finds bytes and unknown tokens by theirs.
            TokenKind known = tokens.KindOf(id) ?? TokenKind.Normal;
            tokens.Mark(id, text, known == TokenKind.Normal ? kind : known, Score);
        }

        if (stripping > 0)
        {
            notes.Add($"{tokenizer.File}: added_tokens: lstrip, rstrip and single_word of {stripping} tokens have no key");
        }

        if (normalized > 0)
        {
            notes.Add($"{tokenizer.File}: added_tokens: normalized of {normalized} tokens has no key; they are found in the text as it is");
        }
    }

    private static bool LooksSpecial(string text) =>
        SpecialTexts.Contains(text) || Has(text, "<|", "|>") || Has(text, "<｜", "｜>") || Has(text, "<unused", ">");

    private static bool Has(string text, string begin, string end) =>
        text.Length >= begin.Length + end.Length && text.StartsWith(begin, StringComparison.Ordinal) && text.EndsWith(end, StringComparison.Ordinal);
}
