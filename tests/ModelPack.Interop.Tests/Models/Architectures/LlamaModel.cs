using System.Globalization;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// x += o(attention(rotate(q(n₁(x))), rotate(k(n₁(x))), v(n₁(x)))); x += down(silu(gate(n₂(x))) · up(n₂(x))); n are RMS norms. The base of
/// all that differ from it in little.
/// </summary>
internal class LlamaModel(string label, TensorType type, TinyTokenizer tokenizer) : TinyModel(label, type, tokenizer)
{
    protected const double Epsilon = 1e-5;

    public LlamaModel(TensorType type)
        : this($"llama-{type}", type, TinyByteLevel.Llama)
    {
    }

    public override string Architecture => "llama";

    public override (string Class, string ModelType) Names => ("LlamaForCausalLM", "llama");

    protected virtual double Theta => 10000;

    protected virtual bool HasOutput => true;

    protected virtual bool HasProjectionBias => false;

    protected virtual string OutputProjection => "o_proj";

    protected virtual double NormMean => 1;

    /// <summary>llama.cpp rotates neighbours instead of halves in this architecture: the rows of q and k are reordered.</summary>
    protected virtual bool RotatesNeighbours => true;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        ("model.layers.", "blk."), ("model.embed_tokens.", "token_embd."), ("model.norm.", "output_norm."), ("lm_head.", "output."),
        (".input_layernorm.", ".attn_norm."), (".post_attention_layernorm.", ".ffn_norm."),
        (".self_attn.q_proj.", ".attn_q."), (".self_attn.k_proj.", ".attn_k."), (".self_attn.v_proj.", ".attn_v."),
        (".self_attn.o_proj.", ".attn_output."),
        (".mlp.gate_proj.", ".ffn_gate."), (".mlp.up_proj.", ".ffn_up."), (".mlp.down_proj.", ".ffn_down."),
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>
    {
        ["attention_bias"] = "false",
        ["attention_dropout"] = "0.0",
        ["head_dim"] = $"{HeadLength}",
        ["hidden_act"] = "\"silu\"",
        ["hidden_size"] = $"{Hidden}",
        ["initializer_range"] = "0.02",
        ["intermediate_size"] = $"{FeedForward}",
        ["max_position_embeddings"] = $"{Context}",
        ["mlp_bias"] = "false",
        ["num_attention_heads"] = $"{Heads}",
        ["num_hidden_layers"] = $"{Layers}",
        ["num_key_value_heads"] = $"{KeyValueHeads}",
        ["pretraining_tp"] = "1",
        ["rms_norm_eps"] = "1e-05",
        ["rope_scaling"] = "null",
        ["rope_theta"] = Theta.ToString("F1", CultureInfo.InvariantCulture),
        ["tie_word_embeddings"] = HasOutput ? "false" : "true",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        Entry($"{Architecture}.block_count", Layers),
        Entry($"{Architecture}.context_length", Context),
        Entry($"{Architecture}.embedding_length", Hidden),
        Entry($"{Architecture}.feed_forward_length", FeedForward),
        Entry($"{Architecture}.attention.head_count", Heads),
        Entry($"{Architecture}.attention.head_count_kv", KeyValueHeads),
        .. HeadLengths().Select(key => Entry(key, HeadLength)),
        Entry($"{Architecture}.attention.layer_norm_rms_epsilon", (float)Epsilon),
        Entry($"{Architecture}.rope.dimension_count", HeadLength),
        Entry($"{Architecture}.rope.freq_base", (float)Theta),
        Entry($"{Architecture}.vocab_size", Tokenizer.VocabularySize),
    ];

    public override IEnumerable<ModelTensor> NativeTensors() =>
        Tensors.Select(tensor => Reorder(tensor) with { Name = NativeName(tensor.Name) });

    protected override void Define(WeightMaker make)
    {
        make.Matrix("model.embed_tokens.weight", Tokenizer.VocabularySize, Hidden, HasOutput ? Math.Sqrt(Hidden) : 2);
        make.Norm("model.norm.weight", Hidden, NormMean);
        if (HasOutput)
        {
            make.Matrix("lm_head.weight", Tokenizer.VocabularySize, Hidden, 2);
        }

        for (int layer = 0; layer < Layers; layer++)
        {
            DefineAttention(make, $"model.layers.{layer}");
            DefineFeedForward(make, $"model.layers.{layer}");
        }
    }

    protected virtual void DefineAttention(WeightMaker make, string at)
    {
        make.Norm($"{at}.input_layernorm.weight", Hidden, NormMean);
        foreach ((string name, int heads, double gain) in ((string, int, double)[])[
            ("q", Heads, 1.5), ("k", KeyValueHeads, 1.5), ("v", KeyValueHeads, 1)])
        {
            make.Matrix($"{at}.self_attn.{name}_proj.weight", heads * HeadLength, Hidden, gain);
            if (HasProjectionBias)
            {
                make.Bias($"{at}.self_attn.{name}_proj.bias", heads * HeadLength);
            }
        }

        make.Matrix($"{at}.self_attn.o_proj.weight", Hidden, Heads * HeadLength);
    }

    protected virtual void DefineFeedForward(WeightMaker make, string at)
    {
        make.Norm($"{at}.post_attention_layernorm.weight", Hidden, NormMean);
        DefineGated(make, $"{at}.mlp", FeedForward);
    }

    protected void DefineGated(WeightMaker make, string at, int length)
    {
        make.Matrix($"{at}.gate_proj.weight", length, Hidden);
        make.Matrix($"{at}.up_proj.weight", length, Hidden);
        make.Matrix($"{at}.down_proj.weight", Hidden, length, 2);
    }

    protected override double[][] Embed(IReadOnlyList<int> tokens) => [.. tokens.Select(token => Row("model.embed_tokens.weight", token))];

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}";
        x = Add(x, Attend(layer, Each(x, row => Norm($"{at}.input_layernorm", row))));
        return Add(x, Each(x, row => Transform(at, Norm($"{at}.post_attention_layernorm", row))));
    }

    protected override double[] Head(double[] x) =>
        Arithmetic.Linear(Weight(HasOutput ? "lm_head.weight" : "model.embed_tokens.weight"), null, Norm("model.norm", x));

    protected virtual double[] Norm(string name, double[] x) => Arithmetic.RmsNorm(x, Row(name + ".weight"), Epsilon);

    protected virtual Attention AttentionOf(int layer) => new(Heads, KeyValueHeads, HeadLength);

    protected virtual double[] Frequencies(int layer) => Arithmetic.RotaryFrequencies(Theta, HeadLength);

    protected virtual double[] Query(string at, double[] x) => Linear($"{at}.self_attn.q_proj", x);

    protected virtual double[] Key(string at, double[] x) => Linear($"{at}.self_attn.k_proj", x);

    protected virtual double[] Value(string at, double[] x) => Linear($"{at}.self_attn.v_proj", x);

    protected virtual double[][] Attend(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}";
        double[] frequencies = Frequencies(layer);
        double[][] queries = [.. x.Select((row, position) => Arithmetic.Rotate(Query(at, row), HeadLength, position, frequencies))];
        double[][] keys = [.. x.Select((row, position) => Arithmetic.Rotate(Key(at, row), HeadLength, position, frequencies))];
        double[][] heads = AttentionOf(layer).Run(queries, keys, Each(x, row => Value(at, row)));
        return Each(heads, row => Linear($"{at}.self_attn.{OutputProjection}", row));
    }

    /// <summary>The feed-forward part.</summary>
    protected virtual double[] Transform(string at, double[] x) => Gated($"{at}.mlp", x);

    protected double[] Gated(string at, double[] x) =>
        GatedFeedForward($"{at}.gate_proj", $"{at}.up_proj", $"{at}.down_proj", Arithmetic.Silu, x);

    // They are written if config.json states the length of a head (hf-companions.md §1.1).
    private string[] HeadLengths() =>
        Config().ContainsKey("head_dim") ? [$"{Architecture}.attention.key_length", $"{Architecture}.attention.value_length"] : [];

    /// <summary>GGUF row 2j + s of a head is row j + s · d/2 of that head (hf-companions.md §3.2, T1).</summary>
    private ModelTensor Reorder(ModelTensor tensor)
    {
        bool rotates = tensor.Name.Contains(".q_proj.", StringComparison.Ordinal)
            || tensor.Name.Contains(".k_proj.", StringComparison.Ordinal);
        return RotatesNeighbours && rotates
            ? tensor.TakeRows(tensor.Name, Enumerable.Range(0, tensor.Rows).Select(row =>
                {
                    (int head, int within) = Math.DivRem(row, HeadLength);
                    return (head * HeadLength) + ((within % 2) * HeadLength / 2) + (within / 2);
                }))
            : tensor;
    }
}
