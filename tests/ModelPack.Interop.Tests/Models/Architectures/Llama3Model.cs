namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// Llama with the scaled rotation of version 3.1 (hf-companions.md §1.4): with the wavelength w = 2π/f, original context o, factors low and
/// high, f' = f where w &lt; o/high; f/factor where w &gt; o/low; else (1 − s)·f/factor + s·f with s = (o/w − low)/(high − low).
/// </summary>
internal sealed class Llama3Model(TensorType type) : LlamaModel($"llama3-{type}", type, TinyByteLevel.Llama)
{
    private const double Factor = 8;
    private const double Low = 1;
    private const double High = 4;
    private const double OriginalContext = 64;

    // With the head's 8 frequencies, wavelengths of 6 to 19,869 positions: all three branches occur.
    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["rope_scaling"] = """
            {
                "factor": 8.0,
                "high_freq_factor": 4.0,
                "low_freq_factor": 1.0,
                "original_max_position_embeddings": 64,
                "rope_type": "llama3"
              }
            """,
    };

    public override IEnumerable<ModelTensor> NativeTensors() =>
    [
        new("rope_freqs.weight", [HeadLength / 2],
            [.. base.Frequencies(0).Zip(Frequencies(0), (plain, scaled) => (float)(plain / scaled))]),
        .. base.NativeTensors(),
    ];

    protected override double[] Frequencies(int layer) => [.. base.Frequencies(layer).Select(Scaled)];

    private static double Scaled(double frequency)
    {
        double wavelength = 2 * Math.PI / frequency;
        double s = Math.Clamp(((OriginalContext / wavelength) - Low) / (High - Low), 0, 1);
        return ((1 - s) * frequency / Factor) + (s * frequency);
    }
}
