using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>The parts of a tokenizer.json in the order in which it holds them (hf-companions.md §2.2).</summary>
internal sealed record TokenizerPlan
{
    public Action<JsonText> Normalizer { get; init; } = text => text.Null();

    public Action<JsonText> PreTokenizer { get; init; } = text => text.Null();

    public Action<JsonText> PostProcessor { get; init; } = text => text.Null();

    public required Action<JsonText> Decoder { get; init; }

    public required Action<JsonText> Model { get; init; }

    public byte[] ToBytes(TokenizerSource source)
    {
        JsonText text = new(JsonCharacters.Unicode);
        text.StartObject();
        Fragments.Field(text, "version", "1.0");
        Fragments.NullField(text, "truncation");
        Fragments.NullField(text, "padding");
        text.Name("added_tokens");
        text.StartArray();
        foreach (AddedToken token in AddedToken.All(source))
        {
            token.Write(text);
        }

        text.EndArray();
        Write(text, "normalizer", Normalizer);
        Write(text, "pre_tokenizer", PreTokenizer);
        Write(text, "post_processor", PostProcessor);
        Write(text, "decoder", Decoder);
        Write(text, "model", Model);
        text.EndObject();
        return text.ToArray();
    }

    /// <summary>The begin of a BPE model, up to its vocabulary.</summary>
    public static void WriteBpeHead(JsonText text, string? unknown, bool fuseUnknown, bool byteFallback, bool ignoreMerges)
    {
        Fragments.Type(text, "BPE");
        Fragments.NullField(text, "dropout");
        if (unknown is null)
        {
            Fragments.NullField(text, "unk_token");
        }
        else
        {
            Fragments.Field(text, "unk_token", unknown);
        }

        Fragments.NullField(text, "continuing_subword_prefix");
        Fragments.NullField(text, "end_of_word_suffix");
        Fragments.Field(text, "fuse_unk", fuseUnknown);
        Fragments.Field(text, "byte_fallback", byteFallback);
        Fragments.Field(text, "ignore_merges", ignoreMerges);
    }

    private static void Write(JsonText text, string name, Action<JsonText> part)
    {
        text.Name(name);
        part(text);
    }
}
