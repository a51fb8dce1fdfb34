using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// What the encoders share: x = n₀(e) for the embeddings e, then in each layer x = n₁(x + attention(x)); x = n₂(x + feedForward(x)), where
/// a position sees all others; one vector for the text.
/// </summary>
internal abstract class EncoderModel(string label, TensorType type, Pooling pooling)
    : TinyModel($"{label}-{type}", type, TinyWordPiece.Uncased)
{
    protected const double Epsilon = 1e-12;

    /// <summary>Kinds of segments; a text alone is of the first one.</summary>
    protected const int TokenTypes = 2;

    public override bool IsEncoder => true;

    public override int KeyValueHeads => Heads;

    public override IEnumerable<(string Name, string Text)> FurtherFiles => pooling == Pooling.None ? [] :
    [
        ("modules.json",
            """[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]"""),
        ("1_Pooling/config.json", $$"""
            {
              "word_embedding_dimension": {{Hidden}},
              "pooling_mode_cls_token": {{(pooling == Pooling.First ? "true" : "false")}},
              "pooling_mode_mean_tokens": {{(pooling == Pooling.Mean ? "true" : "false")}},
              "pooling_mode_max_tokens": false,
              "pooling_mode_mean_sqrt_len_tokens": false
            }
            """),
    ];

    /// <summary>Where a layer stands.</summary>
    protected abstract string LayerPrefix { get; }

    /// <summary>The norms of the embeddings, behind the attention, and behind the feed-forward part.</summary>
    protected abstract (string Embeddings, string Attention, string FeedForward) Norms { get; }

    protected abstract long NativeContext { get; }

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        Entry($"{Architecture}.block_count", Layers),
        Entry($"{Architecture}.context_length", (int)NativeContext),
        Entry($"{Architecture}.embedding_length", Hidden),
        Entry($"{Architecture}.feed_forward_length", FeedForward),
        Entry($"{Architecture}.attention.head_count", Heads),
        Entry($"{Architecture}.attention.layer_norm_epsilon", (float)Epsilon),
        new($"{Architecture}.attention.causal", GgufValue.FromBool(false)),
        .. pooling == Pooling.None ? [] : (MetadataEntry[])[Entry($"{Architecture}.pooling_type", (int)pooling)],
        Entry("tokenizer.ggml.token_type_count", TokenTypes),
    ];

    public override IEnumerable<ModelTensor> NativeTensors() => Tensors.Select(tensor => tensor with { Name = NativeName(tensor.Name) });

    protected abstract void DefineLayer(WeightMaker make, string at);

    protected abstract double[][] Attend(string at, double[][] x);

    protected abstract double[] Transform(string at, double[] x);

    protected override void Define(WeightMaker make)
    {
        make.Matrix("embeddings.word_embeddings.weight", Tokenizer.VocabularySize, Hidden, 2);
        make.Matrix("embeddings.token_type_embeddings.weight", TokenTypes, Hidden, 2);
        make.LayerNorm(Norms.Embeddings, Hidden);
        for (int layer = 0; layer < Layers; layer++)
        {
            DefineLayer(make, $"{LayerPrefix}{layer}");
            make.LayerNorm($"{LayerPrefix}{layer}.{Norms.Attention}", Hidden);
            make.LayerNorm($"{LayerPrefix}{layer}.{Norms.FeedForward}", Hidden);
        }
    }

    protected override double[][] Embed(IReadOnlyList<int> tokens) =>
        [.. tokens.Select((token, position) => LayerNorm(Norms.Embeddings, Embedding(token, position), Epsilon))];

    protected virtual double[] Embedding(int token, int position) =>
        Arithmetic.Add(Row("embeddings.word_embeddings.weight", token), Row("embeddings.token_type_embeddings.weight", 0));

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"{LayerPrefix}{layer}";
        x = Each(Add(x, Attend(at, x)), row => LayerNorm($"{at}.{Norms.Attention}", row, Epsilon));
        return Each(x, row => LayerNorm($"{at}.{Norms.FeedForward}", Arithmetic.Add(row, Transform(at, row)), Epsilon));
    }

    protected Attention Bidirectional => new(Heads, Heads, HeadLength) { IsCausal = false };

    protected override double[] Pool(double[][] x) => pooling switch
    {
        Pooling.Mean => Arithmetic.Scale(x.Aggregate(Arithmetic.Add), 1.0 / x.Length),
        Pooling.First => x[0],
        _ => x[^1],
    };

    protected override double[] Head(double[] x) => x;
}

/// <summary>How one vector is made of those of all tokens, with the numbers of llama.cpp.</summary>
internal enum Pooling
{
    /// <summary>Not at all: that of the last token is compared.</summary>
    None = 0,

    /// <summary>Their mean.</summary>
    Mean = 1,

    /// <summary>That of the class token, which stands first.</summary>
    First = 2,
}
