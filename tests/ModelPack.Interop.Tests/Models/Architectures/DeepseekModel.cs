using System.Globalization;
using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// DeepSeek V2 with latent attention: keys and values are made of one short vector c = n(kv_a x) by kv_b c, queries of q_b n(q_a x). The
/// last part of a query is rotated, and a rotated part that kv_a gives as well stands at the end of the keys of all heads. The first layer
/// is dense, the others have experts whose weights are scaled, with shared ones beside them.
/// </summary>
internal class DeepseekModel(TensorType type, string label = "deepseek2") : LlamaModel($"{label}-{type}", type, TinyByteLevel.Llama)
{
    private const int QueryLength = 40;
    private const int Rank = 32;
    private const int Plain = 16;
    private const int ValueLength = 20;
    private const int ExpertLength = 48;
    private const int SharedCount = 2;
    private const double WeightScale = 1.5;
    private const string Separator = ".mlp.experts.";

    private static readonly string[] Absent = ["head_dim", "mlp_bias", "pretraining_tp"];

    public override string Architecture => "deepseek2";

    public override (string Class, string ModelType) Names => ("DeepseekV2ForCausalLM", "deepseek_v2");

    public override int Layers => 3;

    public override int KeyValueHeads => Heads;

    public override int HeadLength => Plain + Rotary;

    public override string? Rotation => "0";

    protected static int Rotary => 8;

    protected static int Used => 2;

    protected virtual int Count => 4;

    /// <summary>How many layers have no experts.</summary>
    protected virtual int Dense => 1;

    /// <summary>Length of the short vector that queries are made of; null if they are made of x.</summary>
    protected virtual int? QueryRank => QueryLength;

    protected virtual bool SumsToOne => false;

    protected override bool RotatesNeighbours => false;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        (".self_attn.q_a_proj.", ".attn_q_a."), (".self_attn.q_a_layernorm.", ".attn_q_a_norm."), (".self_attn.q_b_proj.", ".attn_q_b."),
        (".self_attn.kv_a_proj_with_mqa.", ".attn_kv_a_mqa."), (".self_attn.kv_a_layernorm.", ".attn_kv_a_norm."),
        (Separator + ".gate_proj.", ".ffn_gate_exps."), (Separator + ".up_proj.", ".ffn_up_exps."),
        (Separator + ".down_proj.", ".ffn_down_exps."),
        (".mlp.shared_experts.gate_proj.", ".ffn_gate_shexp."), (".mlp.shared_experts.up_proj.", ".ffn_up_shexp."),
        (".mlp.shared_experts.down_proj.", ".ffn_down_shexp."), (".mlp.gate.e_score_correction_bias", ".exp_probs_b.bias"),
        (".mlp.gate.", ".ffn_gate_inp."), .. base.NamePieces,
    ];

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config().Where(field => !Absent.Contains(field.Key)))
    {
        ["aux_loss_alpha"] = "0.001",
        ["ep_size"] = "1",
        ["first_k_dense_replace"] = $"{Dense}",
        ["kv_lora_rank"] = $"{Rank}",
        ["moe_intermediate_size"] = $"{ExpertLength}",
        ["moe_layer_freq"] = "1",
        ["n_group"] = "1",
        ["n_routed_experts"] = $"{Count}",
        ["n_shared_experts"] = $"{SharedCount}",
        ["norm_topk_prob"] = SumsToOne ? "true" : "false",
        ["num_experts_per_tok"] = $"{Used}",
        ["q_lora_rank"] = QueryRank is { } rank ? $"{rank}" : "null",
        ["qk_nope_head_dim"] = $"{Plain}",
        ["qk_rope_head_dim"] = $"{Rotary}",
        ["routed_scaling_factor"] = "1.5",
        ["scoring_func"] = "\"softmax\"",
        ["seq_aux"] = "true",
        ["topk_group"] = "1",
        ["topk_method"] = "\"greedy\"",
        ["v_head_dim"] = $"{ValueLength}",
    };

    // The form in which queries are taken to the short vectors: one head of keys, which are c and the rotated part (hf-companions.md §1.3).
    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        Entry("deepseek2.block_count", Layers),
        Entry("deepseek2.context_length", Context),
        Entry("deepseek2.embedding_length", Hidden),
        Entry("deepseek2.feed_forward_length", FeedForward),
        Entry("deepseek2.attention.head_count", Heads),
        Entry("deepseek2.attention.head_count_kv", 1),
        Entry("deepseek2.rope.freq_base", (float)Theta),
        Entry("deepseek2.attention.layer_norm_rms_epsilon", (float)Epsilon),
        Entry("deepseek2.expert_count", Count),
        Entry("deepseek2.expert_used_count", Used),
        Entry("deepseek2.leading_dense_block_count", Dense),
        Entry("deepseek2.vocab_size", Tokenizer.VocabularySize),
        .. QueryRank is { } rank ? [Entry("deepseek2.attention.q_lora_rank", rank)] : Array.Empty<MetadataEntry>(),
        Entry("deepseek2.attention.kv_lora_rank", Rank),
        Entry("deepseek2.attention.key_length", Rank + Rotary),
        Entry("deepseek2.attention.value_length", Rank),
        Entry("deepseek2.attention.key_length_mla", HeadLength),
        Entry("deepseek2.attention.value_length_mla", ValueLength),
        Entry("deepseek2.expert_feed_forward_length", ExpertLength),
        Entry("deepseek2.expert_shared_count", SharedCount),
        Entry("deepseek2.expert_weights_scale", (float)WeightScale),
        new("deepseek2.expert_weights_norm", GgufValue.FromBool(SumsToOne)),
        Entry("deepseek2.rope.dimension_count", Rotary),
        .. Routing(),
    ];

    public override IEnumerable<ModelTensor> NativeTensors() =>
        Experts.Stack(base.NativeTensors(), Separator).SelectMany(Split).Select(tensor => tensor with { Name = NativeName(tensor.Name) });

    /// <summary>How the experts are chosen.</summary>
    protected virtual IEnumerable<MetadataEntry> Routing() =>
        [Entry("deepseek2.expert_group_count", 1), Entry("deepseek2.expert_group_used_count", 1), Entry("deepseek2.expert_gating_func", 1)];

    protected override void DefineAttention(WeightMaker make, string at)
    {
        make.Norm($"{at}.input_layernorm.weight", Hidden);
        if (QueryRank is { } rank)
        {
            make.Matrix($"{at}.self_attn.q_a_proj.weight", rank, Hidden);
            make.Norm($"{at}.self_attn.q_a_layernorm.weight", rank);
            make.Matrix($"{at}.self_attn.q_b_proj.weight", Heads * HeadLength, rank, 1.5);
        }
        else
        {
            make.Matrix($"{at}.self_attn.q_proj.weight", Heads * HeadLength, Hidden, 1.5);
        }

        make.Matrix($"{at}.self_attn.kv_a_proj_with_mqa.weight", Rank + Rotary, Hidden, 1.5);
        make.Norm($"{at}.self_attn.kv_a_layernorm.weight", Rank);
        make.Matrix($"{at}.self_attn.kv_b_proj.weight", Heads * (Plain + ValueLength), Rank, 1.5);
        make.Matrix($"{at}.self_attn.o_proj.weight", Hidden, Heads * ValueLength);
    }

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        if (int.Parse(at.AsSpan(at.LastIndexOf('.') + 1), CultureInfo.InvariantCulture) < Dense)
        {
            base.DefineFeedForward(make, at);
            return;
        }

        make.Norm($"{at}.post_attention_layernorm.weight", Hidden);
        // Scores far apart: rounding to BF16 must not decide which expert is chosen.
        make.Matrix($"{at}.mlp.gate.weight", Count, Hidden, 4);
        DefineGated(make, $"{at}.mlp.shared_experts", SharedCount * ExpertLength);
        for (int expert = 0; expert < Count; expert++)
        {
            DefineGated(make, $"{at}{Separator}{expert}", ExpertLength);
        }
    }

    protected override double[][] Attend(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}.self_attn";
        double[][] queries = [.. x.Select((row, position) =>
            (QueryRank is null
                ? Linear($"{at}.q_proj", row)
                : Linear($"{at}.q_b_proj", Norm($"{at}.q_a_layernorm", Linear($"{at}.q_a_proj", row))))
                .Chunk(HeadLength).SelectMany(head => (double[])[.. head[..Plain], .. Rotate(layer, head[Plain..], position)]).ToArray())];
        double[][] latent = Each(x, row => Linear($"{at}.kv_a_proj_with_mqa", row));
        double[][][] heads = [
            .. latent.Select(
                row => Linear($"{at}.kv_b_proj", Norm($"{at}.kv_a_layernorm", row[..Rank])).Chunk(Plain + ValueLength).ToArray())];
        double[][] keys = [
            .. heads.Select(
                (row, position) => row.SelectMany(
                    head => (double[])[.. head[..Plain], .. Rotate(layer, latent[position][Rank..], position)]).ToArray())];
        double[][] values = [.. heads.Select(row => row.SelectMany(head => head[Plain..]).ToArray())];
        return Each(AttentionOf(layer).Run(queries, keys, values), row => Linear($"{at}.o_proj", row));
    }

    protected override double[] Transform(string at, double[] x) => Find($"{at}.mlp.gate.weight") is null
        ? base.Transform(at, x)
        : Arithmetic.Add(Gated($"{at}.mlp.shared_experts", x), Arithmetic.Scale(Routed(at, x), WeightScale));

    protected double[] Mix(string at, double[] p, int[] chosen, double[] x) =>
        Experts.Mix(p, chosen, SumsToOne, expert => Gated($"{at}{Separator}{expert}", x));

    protected virtual double[] Routed(string at, double[] x)
    {
        double[] p = Arithmetic.Softmax(Linear($"{at}.mlp.gate", x));
        return Mix(at, p, Experts.Largest(p, Used), x);
    }

    protected override double[] Frequencies(int layer) => Arithmetic.RotaryFrequencies(Theta, Rotary);

    private double[] Rotate(int layer, double[] x, int position) => Arithmetic.RotateNeighbours(x, position, Frequencies(layer));

    /// <summary>Of each head of kv_b the rows for its key, transposed, and the rows for its value (hf-companions.md §3.2, T13).</summary>
    private ModelTensor[] Split(ModelTensor tensor)
    {
        const string Fused = ".self_attn.kv_b_proj.";
        if (!tensor.Name.Contains(Fused, StringComparison.Ordinal))
        {
            return [tensor];
        }

        IEnumerable<float> keys = from head in Enumerable.Range(0, Heads)
                                  from column in Enumerable.Range(0, Rank)
                                  from row in Enumerable.Range(head * (Plain + ValueLength), Plain)
                                  select tensor.Values[(row * Rank) + column];
        IEnumerable<int> values = Enumerable.Range(0, Heads)
            .SelectMany(head => Enumerable.Range((head * (Plain + ValueLength)) + Plain, ValueLength));
        return
        [
            new(tensor.Name.Replace(Fused, ".attn_k_b.", StringComparison.Ordinal), [Heads, Rank, Plain], [.. keys]),
            tensor.TakeRows(
                tensor.Name.Replace(Fused, ".attn_v_b.", StringComparison.Ordinal), values) with { Shape = [Heads, ValueLength, Rank] },
        ];
    }
}
