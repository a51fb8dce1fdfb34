namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Each head of q and k goes through an RMS norm before it is rotated; a head is longer than its share of the hidden
/// size.</summary>
internal class Qwen3Model(TensorType type, string label) : Qwen2Model(type, label)
{
    public Qwen3Model(TensorType type)
        : this(type, "qwen3")
    {
    }

    public override string Architecture => "qwen3";

    public override (string Class, string ModelType) Names => ("Qwen3ForCausalLM", "qwen3");

    public override int HeadLength => 32;

    protected override bool HasOutput => true;

    protected override bool HasProjectionBias => false;

    protected override (string Theirs, string Native)[] NamePieces =>
        [.. base.NamePieces, (".self_attn.q_norm.", ".attn_q_norm."), (".self_attn.k_norm.", ".attn_k_norm.")];

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config()) { ["attention_bias"] = "false", ["head_dim"] = $"{HeadLength}" };

    protected override void DefineAttention(WeightMaker make, string at)
    {
        base.DefineAttention(make, at);
        make.Norm($"{at}.self_attn.q_norm.weight", HeadLength, NormMean);
        make.Norm($"{at}.self_attn.k_norm.weight", HeadLength, NormMean);
    }

    protected override double[] Query(string at, double[] x) => NormHeads($"{at}.self_attn.q_norm", base.Query(at, x));

    protected override double[] Key(string at, double[] x) => NormHeads($"{at}.self_attn.k_norm", base.Key(at, x));

    private double[] NormHeads(string name, double[] heads) => [.. heads.Chunk(HeadLength).SelectMany(head => Norm(name, head))];
}
