using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// x += dense(attention(n₁(x))) + down(gelu(up(n₂(x)))), or the second of what the first gave; biases everywhere, a quarter of each head
/// rotated; the rows of query_key_value come head by head, its query, key and value.
/// </summary>
internal sealed class GptNeoxModel(TensorType type, string label = "gptneox", bool isParallel = true, double theta = 10000)
    : TinyModel($"{label}-{type}", type, TinyByteLevel.Gpt2)
{
    private const double Epsilon = 1e-5;
    private const int Rotated = 4;

    public override string Architecture => "gptneox";

    public override (string Class, string ModelType) Names => ("GPTNeoXForCausalLM", "gpt_neox");

    // transformers takes the exact GELU, llama.cpp the one with tanh.
    public override double Tolerance => Math.Max(base.Tolerance, 4 * Tolerances.GeluTable);

    public override int KeyValueHeads => Heads;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        ("gpt_neox.embed_in.", "token_embd."), ("gpt_neox.final_layer_norm.", "output_norm."), ("embed_out.", "output."),
        ("gpt_neox.layers.", "blk."),
        (".input_layernorm.", ".attn_norm."), (".post_attention_layernorm.", ".ffn_norm."), (".attention.query_key_value.", ".attn_qkv."),
        (".attention.dense.", ".attn_output."), (".mlp.dense_h_to_4h.", ".ffn_up."), (".mlp.dense_4h_to_h.", ".ffn_down."),
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>
    {
        ["attention_bias"] = "true",
        ["attention_dropout"] = "0.0",
        ["classifier_dropout"] = "0.1",
        ["hidden_act"] = "\"gelu\"",
        ["hidden_dropout"] = "0.0",
        ["hidden_size"] = $"{Hidden}",
        ["initializer_range"] = "0.02",
        ["intermediate_size"] = $"{FeedForward}",
        ["layer_norm_eps"] = "1e-05",
        ["max_position_embeddings"] = $"{Context}",
        ["num_attention_heads"] = $"{Heads}",
        ["num_hidden_layers"] = $"{Layers}",
        ["rope_scaling"] = "null",
        ["rotary_emb_base"] = $"{(int)theta}",
        ["rotary_pct"] = "0.25",
        ["tie_word_embeddings"] = "false",
        ["use_parallel_residual"] = isParallel ? "true" : "false",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        Entry("gptneox.context_length", Context),
        Entry("gptneox.embedding_length", Hidden),
        Entry("gptneox.block_count", Layers),
        Entry("gptneox.feed_forward_length", FeedForward),
        Entry("gptneox.rope.dimension_count", Rotated),
        Entry("gptneox.attention.head_count", Heads),
        new("gptneox.use_parallel_residual", GgufValue.FromBool(isParallel)),
        Entry("gptneox.attention.layer_norm_epsilon", (float)Epsilon),
        .. theta == 10000 ? [] : (MetadataEntry[])[Entry("gptneox.rope.freq_base", (float)theta)],
    ];

    public override IEnumerable<ModelTensor> NativeTensors() =>
        from tensor in Tensors
        select (tensor.Name.Contains("query_key_value", StringComparison.Ordinal) ? Regroup(tensor) : tensor) with
        {
            Name = NativeName(tensor.Name),
        };

    protected override void Define(WeightMaker make)
    {
        make.Matrix("gpt_neox.embed_in.weight", Tokenizer.VocabularySize, Hidden, Math.Sqrt(Hidden));
        make.LayerNorm("gpt_neox.final_layer_norm", Hidden);
        make.Matrix("embed_out.weight", Tokenizer.VocabularySize, Hidden, 2);
        for (int layer = 0; layer < Layers; layer++)
        {
            string at = $"gpt_neox.layers.{layer}";
            make.LayerNorm($"{at}.input_layernorm", Hidden);
            make.LayerNorm($"{at}.post_attention_layernorm", Hidden);
            foreach ((string name, int outputs, int inputs) in ((string, int, int)[])
                [("attention.query_key_value", 3 * Hidden, Hidden), ("attention.dense", Hidden, Hidden),
                    ("mlp.dense_h_to_4h", FeedForward, Hidden), ("mlp.dense_4h_to_h", Hidden, FeedForward)])
            {
                make.Matrix($"{at}.{name}.weight", outputs, inputs, 1.5);
                make.Bias($"{at}.{name}.bias", outputs);
            }
        }
    }

    protected override double[][] Embed(IReadOnlyList<int> tokens) => [.. tokens.Select(token => Row("gpt_neox.embed_in.weight", token))];

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"gpt_neox.layers.{layer}";
        double[] frequencies = Arithmetic.RotaryFrequencies(theta, Rotated);
        double[][] qkv = Each(x, row => Linear($"{at}.attention.query_key_value", LayerNorm($"{at}.input_layernorm", row, Epsilon)));
        double[][] queries = [.. qkv.Select((row, position) => Arithmetic.Rotate(Part(row, 0), HeadLength, position, frequencies))];
        double[][] keys = [.. qkv.Select((row, position) => Arithmetic.Rotate(Part(row, 1), HeadLength, position, frequencies))];
        double[][] heads = new Attention(Heads, Heads, HeadLength).Run(queries, keys, Each(qkv, row => Part(row, 2)));
        double[][] attended = Add(x, Each(heads, row => Linear($"{at}.attention.dense", row)));
        return Add(attended, Each(isParallel ? x : attended, row =>
            PlainFeedForward(
                $"{at}.mlp.dense_h_to_4h", $"{at}.mlp.dense_4h_to_h", Arithmetic.ExactGelu,
                LayerNorm($"{at}.post_attention_layernorm", row, Epsilon))));
    }

    protected override double[] Head(double[] x) =>
        Arithmetic.Linear(Weight("embed_out.weight"), null, LayerNorm("gpt_neox.final_layer_norm", x, Epsilon));

    /// <summary>The queries, keys or values of all heads.</summary>
    private double[] Part(double[] qkv, int part) =>
        [.. qkv.Chunk(3 * HeadLength).SelectMany(head => head[(part * HeadLength)..((part + 1) * HeadLength)])];

    /// <summary>All queries, all keys, all values (hf-companions.md §3.2, T7).</summary>
    private ModelTensor Regroup(ModelTensor tensor) => tensor.TakeRows(tensor.Name,
        from part in Enumerable.Range(0, 3)
        from head in Enumerable.Range(0, Heads)
        from row in Enumerable.Range(((head * 3) + part) * HeadLength, HeadLength)
        select row);
}
