namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Learned positions, biases everywhere, output(gelu(intermediate(x))).</summary>
internal sealed class BertModel(string label, TensorType type, Pooling pooling) : EncoderModel(label, type, pooling)
{
    public BertModel(TensorType type)
        : this("bert", type, Pooling.First)
    {
    }

    public override string Architecture => "bert";

    public override (string Class, string ModelType) Names => ("BertModel", "bert");

    // transformers takes the exact GELU, llama.cpp the one with tanh.
    public override double Tolerance => Math.Max(base.Tolerance, 4 * Tolerances.GeluTable);

    public override string? Rotation => null;

    protected override string LayerPrefix => "encoder.layer.";

    protected override (string Embeddings, string Attention, string FeedForward) Norms =>
        ("embeddings.LayerNorm", "attention.output.LayerNorm", "output.LayerNorm");

    protected override long NativeContext => Context;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        ("embeddings.word_embeddings.", "token_embd."), ("embeddings.token_type_embeddings.", "token_types."),
        ("embeddings.position_embeddings.", "position_embd."),
        ("embeddings.LayerNorm.", "token_embd_norm."), ("encoder.layer.", "blk."), (".attention.self.query.", ".attn_q."),
        (".attention.self.key.", ".attn_k."),
        (".attention.self.value.", ".attn_v."), (".attention.output.dense.", ".attn_output."),
        (".attention.output.LayerNorm.", ".attn_output_norm."),
        (".intermediate.dense.", ".ffn_up."), (".output.dense.", ".ffn_down."), (".output.LayerNorm.", ".layer_output_norm."),
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>
    {
        ["attention_probs_dropout_prob"] = "0.1",
        ["classifier_dropout"] = "null",
        ["hidden_act"] = "\"gelu\"",
        ["hidden_dropout_prob"] = "0.1",
        ["hidden_size"] = $"{Hidden}",
        ["initializer_range"] = "0.02",
        ["intermediate_size"] = $"{FeedForward}",
        ["layer_norm_eps"] = "1e-12",
        ["max_position_embeddings"] = $"{Context}",
        ["num_attention_heads"] = $"{Heads}",
        ["num_hidden_layers"] = $"{Layers}",
        ["position_embedding_type"] = "\"absolute\"",
        ["type_vocab_size"] = $"{TokenTypes}",
    };

    protected override void Define(WeightMaker make)
    {
        base.Define(make);
        make.Matrix("embeddings.position_embeddings.weight", Context, Hidden, 2);
    }

    protected override void DefineLayer(WeightMaker make, string at)
    {
        foreach ((string name, int rows, int columns) in ((string, int, int)[])
            [
                ("attention.self.query", Hidden, Hidden), ("attention.self.key", Hidden, Hidden), ("attention.self.value", Hidden, Hidden),
                ("attention.output.dense", Hidden, Hidden), ("intermediate.dense", FeedForward, Hidden),
                ("output.dense", Hidden, FeedForward),
            ])
        {
            make.Matrix($"{at}.{name}.weight", rows, columns, 1.5);
            make.Bias($"{at}.{name}.bias", rows);
        }
    }

    protected override double[] Embedding(int token, int position) =>
        Arithmetic.Add(base.Embedding(token, position), Row("embeddings.position_embeddings.weight", position));

    protected override double[][] Attend(string at, double[][] x)
    {
        double[][] Projected(string name) => Each(x, row => Linear($"{at}.attention.self.{name}", row));
        return Each(
            Bidirectional.Run(Projected("query"), Projected("key"), Projected("value")),
            row => Linear($"{at}.attention.output.dense", row));
    }

    protected override double[] Transform(string at, double[] x) =>
        PlainFeedForward($"{at}.intermediate.dense", $"{at}.output.dense", Arithmetic.ExactGelu, x);
}
