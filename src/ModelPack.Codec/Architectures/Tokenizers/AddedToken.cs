using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>A token that is found in the text before the model sees it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Whether decoding can leave it out.</param>
/// <param name="Strips">The white space beside it that it takes away.</param>
internal readonly record struct AddedToken(int Id, string Content, bool Special, StrippedSide Strips)
{
    private static readonly string[] SpecialTexts = ["<pad>", "<mask>", "<2mass>", "[@BOS@]"];

    /// <summary>Special tokens of Gemma 4 that programs show, so that parsers of chats find them (formats/architectures, gemma4).</summary>
    private static readonly string[] Shown =
        ["<|channel>", "<channel|>", "<|tool_call>", "<tool_call|>", "<|tool_response>", "<tool_response|>", "<|\"|>"];

    /// <summary>Whether tokens of a kind are found in the text first (hf-companions.md §2.2, §2.3).</summary>
    public static bool IsAdded(TokenKind kind) => kind is TokenKind.Unknown or TokenKind.Control or TokenKind.UserDefined;

    /// <summary>The added tokens by id. The library passes over one without text, so that it stands in the vocabulary alone.</summary>
    public static IEnumerable<AddedToken> All(TokenizerSource source)
    {
        Vocabulary vocabulary = source.Vocabulary;
        for (int id = 0; id < vocabulary.Tokens.Length; id++)
        {
            if (IsAdded(vocabulary.Kinds[id]) && vocabulary.Tokens[id].Length > 0)
            {
                string text = vocabulary.Tokens[id];
                yield return new AddedToken(
                    id, text, vocabulary.Kinds[id] != TokenKind.UserDefined || (source.Model == TokenizerKeys.GemmaBpe && IsShown(text)),
                    source.Stripping.Of(text));
            }
        }
    }

    /// <summary>Texts whose tokens the converter marks as control tokens, be they special or not (tokenizers.md §2).</summary>
    public static bool LooksSpecial(string text) =>
        SpecialTexts.Contains(text) || Has(text, "<|", "|>") || Has(text, "<｜", "｜>") || Has(text, "<unused", ">");

    /// <summary>Whether a special token of Gemma 4 is one that programs show: a user-defined one in a GGUF.</summary>
    public static bool IsShown(string text) => Shown.Contains(text);

    /// <summary>As in tokenizer.json.</summary>
    public void Write(JsonText text)
    {
        text.StartObject();
        text.Name("id");
        text.Number(Id);
        Fragments.Field(text, "content", Content);
        Fragments.Field(text, "single_word", false);
        Fragments.Field(text, "lstrip", Strips == StrippedSide.Left);
        Fragments.Field(text, "rstrip", Strips == StrippedSide.Right);
        Fragments.Field(text, "normalized", false);
        Fragments.Field(text, "special", Special);
        text.EndObject();
    }

    /// <summary>As in tokenizer_config.json, where the id is the name and fields are sorted.</summary>
    public JsonFields ToFields()
    {
        JsonFields fields = new();
        fields.Set("content", Content);
        fields.Set("lstrip", Strips == StrippedSide.Left);
        fields.Set("normalized", false);
        fields.Set("rstrip", Strips == StrippedSide.Right);
        fields.Set("single_word", false);
        fields.Set("special", Special);
        return fields;
    }

    private static bool Has(string text, string begin, string end) =>
        text.Length >= begin.Length + end.Length && text.StartsWith(begin, StringComparison.Ordinal)
        && text.EndsWith(end, StringComparison.Ordinal);
}
