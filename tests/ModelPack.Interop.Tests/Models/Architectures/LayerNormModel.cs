using System.Globalization;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Llama with layer norms that have biases, and a rotation of the first part of a head.</summary>
internal abstract class LayerNormModel(TensorType type, string label, TinyTokenizer tokenizer)
    : LlamaModel($"{label}-{type}", type, tokenizer)
{
    protected virtual double RotatedPart => 1;

    protected override bool RotatesNeighbours => false;

    /// <summary>What config.json calls the ε of the norms.</summary>
    protected abstract string EpsilonField { get; }

    protected abstract string[] Absent { get; }

    private int RotatedLength => (int)(RotatedPart * HeadLength);

    public override IReadOnlyDictionary<string, string> Config()
    {
        Dictionary<string, string> fields = new(base.Config().Where(field => !Absent.Contains(field.Key))) { [EpsilonField] = "1e-05" };
        fields.Remove("rms_norm_eps");
        if (RotatedPart < 1)
        {
            fields["partial_rotary_factor"] = RotatedPart.ToString(CultureInfo.InvariantCulture);
        }

        return fields;
    }

    public override IEnumerable<MetadataEntry> NativeParameters() =>
        from entry in base.NativeParameters()
        select entry.Key.EndsWith("layer_norm_rms_epsilon", StringComparison.Ordinal)
        ? Entry($"{Architecture}.attention.layer_norm_epsilon", (float)Epsilon)
            : entry.Key.EndsWith("rope.dimension_count", StringComparison.Ordinal) ? Entry(entry.Key, RotatedLength)
            : entry;

    protected override void Define(WeightMaker make)
    {
        base.Define(make);
        foreach (ModelTensor norm in make.Tensors.Where(tensor => tensor.Name.Contains("norm.", StringComparison.Ordinal)).ToArray())
        {
            make.Bias(Path.ChangeExtension(norm.Name, "bias"), norm.Rows);
        }
    }

    protected override double[] Norm(string name, double[] x) => LayerNorm(name, x, Epsilon);

    protected override double[] Frequencies(int layer) => Arithmetic.RotaryFrequencies(Theta, RotatedLength);
}
