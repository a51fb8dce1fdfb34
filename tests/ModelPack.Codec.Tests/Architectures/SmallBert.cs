using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>A BERT of two layers.</summary>
internal static class SmallBert
{
    public static SmallGguf New() => new SmallGguf("bert")
        .Own("block_count", 2).Own("context_length", 512).Own("embedding_length", 64).Own("feed_forward_length", 160)
        .Own("attention.head_count", 4).Own("attention.layer_norm_epsilon", 1e-12f).Own("attention.causal", GgufValue.FromBool(false))
        .Text("tokenizer.ggml.model", "bert").Count("tokenizer.ggml.token_type_count", 2)
        .Tensor("token_embd.weight", TensorType.F32, 96, 64).Tensor("token_types.weight", TensorType.F32, 2, 64);
}
