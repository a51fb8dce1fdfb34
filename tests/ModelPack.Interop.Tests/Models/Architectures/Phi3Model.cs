namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>q, k and v are rows of one matrix, gate and up of another.</summary>
internal class Phi3Model(TensorType type, string label = "phi3") : LlamaModel($"{label}-{type}", type, TinyByteLevel.Gpt2)
{
    private static readonly string[] Absent = ["head_dim", "mlp_bias", "pretraining_tp"];

    public override string Architecture => "phi3";

    public override (string Class, string ModelType) Names => ("Phi3ForCausalLM", "phi3");

    protected virtual int OriginalContext => Context;

    protected override bool RotatesNeighbours => false;

    protected override (string Theirs, string Native)[] NamePieces =>
        [(".self_attn.qkv_proj.", ".attn_qkv."), (".mlp.gate_up_proj.", ".ffn_up."), .. base.NamePieces];

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config().Where(field => !Absent.Contains(field.Key)))
    {
        ["embd_pdrop"] = "0.0",
        ["original_max_position_embeddings"] = $"{OriginalContext}",
        ["partial_rotary_factor"] = "1.0",
        ["resid_pdrop"] = "0.0",
        ["sliding_window"] = "null",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
        [.. base.NativeParameters(), Entry("phi3.rope.scaling.original_context_length", OriginalContext),
            Entry("phi3.attention.sliding_window", 0)];

    protected override void DefineAttention(WeightMaker make, string at)
    {
        make.Norm($"{at}.input_layernorm.weight", Hidden);
        make.Matrix($"{at}.self_attn.qkv_proj.weight", (Heads + (2 * KeyValueHeads)) * HeadLength, Hidden, 1.5);
        make.Matrix($"{at}.self_attn.o_proj.weight", Hidden, Heads * HeadLength);
    }

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        make.Norm($"{at}.post_attention_layernorm.weight", Hidden);
        make.Matrix($"{at}.mlp.gate_up_proj.weight", 2 * FeedForward, Hidden);
        make.Matrix($"{at}.mlp.down_proj.weight", Hidden, FeedForward, 2);
    }

    protected override double[] Query(string at, double[] x) => Part(at, x, 0, Heads);

    protected override double[] Key(string at, double[] x) => Part(at, x, Heads, KeyValueHeads);

    protected override double[] Value(string at, double[] x) => Part(at, x, Heads + KeyValueHeads, KeyValueHeads);

    protected override double[] Transform(string at, double[] x)
    {
        double[] both = Linear($"{at}.mlp.gate_up_proj", x);
        return Linear($"{at}.mlp.down_proj", Arithmetic.Multiply([.. both[..FeedForward].Select(Arithmetic.Silu)], both[FeedForward..]));
    }

    private double[] Part(string at, double[] x, int firstHead, int heads) =>
        Linear($"{at}.self_attn.qkv_proj", x)[(firstHead * HeadLength)..((firstHead + heads) * HeadLength)];
}
