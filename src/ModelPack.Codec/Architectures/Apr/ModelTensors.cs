using System.Collections.Immutable;

namespace ModelPack.Architectures.Apr;

/// <summary>The tensors whose shapes say something about the metadata, under the names of both vocabularies (apr-v2.md §12.1).</summary>
internal sealed record ModelTensors(
    ImmutableArray<long>? Embedding, ImmutableArray<long>? Query, ImmutableArray<long>? Key, ImmutableArray<long>? Value)
{
    private static readonly string[] EmbeddingNames =
    [
        "model.embed_tokens.weight", "embed_tokens.weight", "token_embd.weight", "transformer.wte.weight", "wte.weight",
        "transformer.word_embeddings.weight",
        "embeddings.word_embeddings.weight", "bert.embeddings.word_embeddings.weight",
    ];

    /// <summary>
    /// The width of a head where no field states it, and the rows of q and v give another one than the hidden size over the heads: the
    /// importer from GGUF drops head_dim (apr-v2.md §11.4). Null where rows and heads do not agree on one.
    /// </summary>
    public long? HeadDimension(long heads, long keyHeads, long hidden)
    {
        if (heads <= 0 || Query is not { } query || Value is not { } value || query[0] == hidden || query[0] % heads != 0)
        {
            return null;
        }

        long dimension = query[0] / heads;
        return dimension is > 0 and <= uint.MaxValue && value[0] == keyHeads * (Int128)dimension ? dimension : null;
    }

    public static bool IsEmbedding(string name) => EmbeddingNames.Contains(name);

    /// <summary>Finds them; of the layers the first one counts.</summary>
    public static ModelTensors Of(IEnumerable<(string Name, ImmutableArray<long> Shape)> tensors)
    {
        Dictionary<string, ImmutableArray<long>> matrices = tensors.Where(tensor => tensor.Shape.Length == 2)
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Shape, StringComparer.Ordinal);
        return new(Find(EmbeddingNames), Find(InLayer("q")), Find(InLayer("k")), Find(InLayer("v")));

        ImmutableArray<long>? Find(IEnumerable<string> names)
        {
            foreach (string name in names)
            {
                if (matrices.TryGetValue(name, out ImmutableArray<long> shape))
                {
                    return shape;
                }
            }

            return null;
        }
    }

    private static string[] InLayer(string part) =>
        [$"model.layers.0.self_attn.{part}_proj.weight", $"layers.0.self_attn.{part}_proj.weight", $"blk.0.attn_{part}.weight"];
}
