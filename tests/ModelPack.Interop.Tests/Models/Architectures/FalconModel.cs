using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// The newer decoder of Falcon: x += dense(attention(ln_attn(x))) + down(gelu(up(ln_mlp(x)))); the rows of query_key_value come in groups,
/// for each head of keys its queries, the key, the value.
/// </summary>
internal sealed class FalconModel(TensorType type) : TinyModel($"falcon-{type}", type, TinyByteLevel.Gpt2)
{
    private const double Epsilon = 1e-5;

    public override string Architecture => "falcon";

    public override (string Class, string ModelType) Names => ("FalconForCausalLM", "falcon");

    // transformers takes the exact GELU, llama.cpp the one with tanh.
    public override double Tolerance => Math.Max(base.Tolerance, 4 * Tolerances.GeluTable);

    public override int FeedForward => 4 * Hidden;

    private int GroupRows => (QueriesPerGroup + 2) * HeadLength;

    private int QueriesPerGroup => Heads / KeyValueHeads;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        ("transformer.word_embeddings.", "token_embd."), ("transformer.ln_f.", "output_norm."), ("transformer.h.", "blk."),
        ("lm_head.", "output."),
        (".ln_mlp.", ".attn_norm."), (".ln_attn.", ".attn_norm_2."), (".self_attention.query_key_value.", ".attn_qkv."),
        (".self_attention.dense.", ".attn_output."), (".mlp.dense_h_to_4h.", ".ffn_up."), (".mlp.dense_4h_to_h.", ".ffn_down."),
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>
    {
        ["activation"] = "\"gelu\"",
        ["alibi"] = "false",
        ["attention_dropout"] = "0.0",
        ["bias"] = "false",
        ["hidden_dropout"] = "0.0",
        ["hidden_size"] = $"{Hidden}",
        ["initializer_range"] = "0.02",
        ["layer_norm_epsilon"] = "1e-05",
        ["multi_query"] = "true",
        ["new_decoder_architecture"] = "true",
        ["num_attention_heads"] = $"{Heads}",
        ["num_hidden_layers"] = $"{Layers}",
        ["num_kv_heads"] = $"{KeyValueHeads}",
        ["parallel_attn"] = "true",
        ["tie_word_embeddings"] = "true",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        Entry("falcon.block_count", Layers),
        Entry("falcon.context_length", 2048),
        new("falcon.tensor_data_layout", GgufValue.FromString("jploski")),
        Entry("falcon.embedding_length", Hidden),
        Entry("falcon.feed_forward_length", FeedForward),
        Entry("falcon.attention.head_count", Heads),
        Entry("falcon.attention.head_count_kv", KeyValueHeads),
        Entry("falcon.attention.layer_norm_epsilon", (float)Epsilon),
    ];

    public override IEnumerable<ModelTensor> NativeTensors() =>
        from tensor in Tensors
        select (tensor.Name.Contains("query_key_value", StringComparison.Ordinal) ? Regroup(tensor) : tensor) with
        {
            Name = NativeName(tensor.Name),
        };

    protected override void Define(WeightMaker make)
    {
        make.Matrix("transformer.word_embeddings.weight", Tokenizer.VocabularySize, Hidden, 2);
        make.LayerNorm("transformer.ln_f", Hidden);
        for (int layer = 0; layer < Layers; layer++)
        {
            string at = $"transformer.h.{layer}";
            make.LayerNorm($"{at}.ln_attn", Hidden);
            make.LayerNorm($"{at}.ln_mlp", Hidden);
            make.Matrix($"{at}.self_attention.query_key_value.weight", KeyValueHeads * GroupRows, Hidden, 1.5);
            make.Matrix($"{at}.self_attention.dense.weight", Hidden, Hidden);
            make.Matrix($"{at}.mlp.dense_h_to_4h.weight", FeedForward, Hidden);
            make.Matrix($"{at}.mlp.dense_4h_to_h.weight", Hidden, FeedForward);
        }
    }

    protected override double[][] Embed(IReadOnlyList<int> tokens) =>
        [.. tokens.Select(token => Row("transformer.word_embeddings.weight", token))];

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"transformer.h.{layer}";
        double[] frequencies = Arithmetic.RotaryFrequencies(10000, HeadLength);
        double[][] qkv = Each(x, row => Linear($"{at}.self_attention.query_key_value", LayerNorm($"{at}.ln_attn", row, Epsilon)));
        double[][] queries = [
            .. qkv.Select((row, position) => Arithmetic.Rotate(Part(row, 0, QueriesPerGroup), HeadLength, position, frequencies))];
        double[][] keys = [
            .. qkv.Select((row, position) => Arithmetic.Rotate(Part(row, QueriesPerGroup, 1), HeadLength, position, frequencies))];
        double[][] heads = new Attention(Heads, KeyValueHeads, HeadLength).Run(
            queries, keys, Each(qkv, row => Part(row, QueriesPerGroup + 1, 1)));
        double[][] attended = Each(heads, row => Linear($"{at}.self_attention.dense", row));
        return Add(x, Add(attended, Each(x, row =>
            PlainFeedForward(
                $"{at}.mlp.dense_h_to_4h", $"{at}.mlp.dense_4h_to_h", Arithmetic.ExactGelu, LayerNorm($"{at}.ln_mlp", row, Epsilon)))));
    }

    protected override double[] Head(double[] x) =>
        Arithmetic.Linear(Weight("transformer.word_embeddings.weight"), null, LayerNorm("transformer.ln_f", x, Epsilon));

    /// <summary>The same heads of every group, one behind the other.</summary>
    private double[] Part(double[] qkv, int firstHead, int heads) =>
        [.. qkv.Chunk(GroupRows).SelectMany(group => group[(firstHead * HeadLength)..((firstHead + heads) * HeadLength)])];

    /// <summary>All queries, all keys, all values (hf-companions.md §3.2, T8).</summary>
    private ModelTensor Regroup(ModelTensor tensor) => tensor.TakeRows(tensor.Name,
        from part in ((int First, int Heads)[])[(0, QueriesPerGroup), (QueriesPerGroup, 1), (QueriesPerGroup + 1, 1)]
        from @group in Enumerable.Range(0, KeyValueHeads)
        from row in Enumerable.Range((@group * GroupRows) + (part.First * HeadLength), part.Heads * HeadLength)
        select row);
}
