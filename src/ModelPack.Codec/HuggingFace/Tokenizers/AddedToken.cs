using ModelPack.Codec.HuggingFace.Json;

namespace ModelPack.Codec.HuggingFace.Tokenizers;

/// <summary>A token that is found in the text before the model sees it.</summary>
internal readonly record struct AddedToken(int Id, string Content, bool Special)
{
    /// <summary>The tokens of types 2, 3 and 4, by id (hf-companions.md §2.2, §2.3).</summary>
    public static IEnumerable<AddedToken> All(Vocabulary vocabulary)
    {
        for (int id = 0; id < vocabulary.Tokens.Length; id++)
        {
            if (vocabulary.Kinds[id] is TokenKind.Unknown or TokenKind.Control or TokenKind.UserDefined)
            {
                yield return new AddedToken(id, vocabulary.Tokens[id], vocabulary.Kinds[id] != TokenKind.UserDefined);
            }
        }
    }

    /// <summary>As in tokenizer.json. The four flags are lost (§2.2).</summary>
    public void Write(JsonText text)
    {
        text.StartObject();
        text.Name("id");
        text.Number(Id);
        text.Name("content");
        text.String(Content);
        foreach (string flag in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip", "normalized"])
        {
            text.Name(flag);
            text.Bool(false);
        }

        text.Name("special");
        text.Bool(Special);
        text.EndObject();
    }

    /// <summary>As in tokenizer_config.json, where the id is the name and fields are sorted.</summary>
    public JsonFields ToFields()
    {
        JsonFields fields = new();
        fields.Set("content", Content);
        fields.Set("lstrip", false);
        fields.Set("normalized", false);
        fields.Set("rstrip", false);
        fields.Set("single_word", false);
        fields.Set("special", Special);
        return fields;
    }
}
