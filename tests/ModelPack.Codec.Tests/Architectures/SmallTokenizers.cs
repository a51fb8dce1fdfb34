using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>Tokenizers of a few tokens.</summary>
internal static class SmallTokenizers
{
    public const int Normal = 1;
    public const int Unknown = 2;
    public const int Control = 3;
    public const int UserDefined = 4;
    public const int Unused = 5;
    public const int Byte = 6;

    /// <summary>Byte-level BPE: letters, two merges, a control token, a user-defined one, a filler.</summary>
    public static SmallGguf ByteLevel(string pre) =>
        new SmallGguf("none").Text("tokenizer.ggml.model", "gpt2").Text("tokenizer.ggml.pre", pre)
        .Tokens(("a", Normal), ("b", Normal), ("Ġ", Normal), ("ab", Normal), ("Ġab", Normal), ("<|end|>", Control), (" é", UserDefined),
            ("[PAD7]", Unused))
        .Set("tokenizer.ggml.merges", GgufValue.FromStrings(["a b", "Ġ ab"]))
        .Count("tokenizer.ggml.bos_token_id", 5).Count("tokenizer.ggml.eos_token_id", 5);

    /// <summary>SentencePiece-BPE: three special tokens, all bytes, pieces with scores.</summary>
    public static SmallGguf SentencePiece(params (string Text, int Kind, float Score)[] pieces)
    {
        (string Text, int Kind, float Score)[] all =
        [
            ("<unk>", Unknown, 0), ("<s>", Control, 0), ("</s>", Control, 0),
            .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", Byte, 0f)),
            .. pieces,
        ];
        return new SmallGguf("none").Text("tokenizer.ggml.model", "llama").Tokens([.. all.Select(piece => (piece.Text, piece.Kind))])
            .Set("tokenizer.ggml.scores", GgufValue.FromArray<float>([.. all.Select(piece => piece.Score)]));
    }

    /// <summary>WordPiece in the converter's form.</summary>
    public static SmallGguf WordPiece() => new SmallGguf("none").Text("tokenizer.ggml.model", "bert")
        .Tokens(("[PAD]", Control), ("[UNK]", Control), ("[CLS]", Control), ("[SEP]", Control), ("▁run", Normal), ("ning", Normal),
            ("▁é", Normal), ("", Normal), ("▁[PAD8]", Unused))
        .Count("tokenizer.ggml.unknown_token_id", 1).Count("tokenizer.ggml.bos_token_id", 2).Count("tokenizer.ggml.seperator_token_id", 3)
        .Count("tokenizer.ggml.padding_token_id", 0);

    public static SmallGguf Unigram() => new SmallGguf("none").Text("tokenizer.ggml.model", "t5")
        .Tokens(("<pad>", Control), ("</s>", Control), ("<unk>", Unknown), ("▁", Normal), ("▁the", Normal), ("<x>", UserDefined))
        .Set("tokenizer.ggml.scores", GgufValue.FromArray<float>([0, 0, 0, -2.0122928619384766f, -3.5f, 0]))
        .Count("tokenizer.ggml.unknown_token_id", 2).Count("tokenizer.ggml.eos_token_id", 1).Count("tokenizer.ggml.padding_token_id", 0)
        .Flag("tokenizer.ggml.add_space_prefix", true);

    public static SmallGguf Tokens(this SmallGguf gguf, params (string Text, int Kind)[] tokens) => gguf
        .Set("tokenizer.ggml.tokens", GgufValue.FromStrings([.. tokens.Select(token => token.Text)]))
        .Set("tokenizer.ggml.token_type", GgufValue.FromArray<int>([.. tokens.Select(token => token.Kind)]));
}
