namespace ModelPack.Interop.Tests.Models;

/// <summary>Makes the random weights of one model; the same label gives the same weights.</summary>
internal sealed class WeightMaker
{
    private const uint UpperHalf = 0xFFFF_0000;

    private readonly RandomBytes random;
    private readonly TensorType type;
    private readonly List<ModelTensor> tensors = [];

    public WeightMaker(string label, TensorType type)
    {
        this.type = type;
        random = new(label.Aggregate(14695981039346656037UL, (hash, letter) => (hash ^ letter) * 1099511628211UL));
    }

    public IReadOnlyList<ModelTensor> Tensors => tensors;

    /// <summary>A matrix that keeps the size of what it is multiplied with, times the gain.</summary>
    public void Matrix(string name, int rows, int columns, double gain = 1) => Add(name, [rows, columns], 0, gain / Math.Sqrt(columns));

    /// <summary>A matrix in the layout [in, out] of a Conv1D.</summary>
    public void Transposed(string name, int rows, int columns, double gain = 1) => Add(name, [columns, rows], 0, gain / Math.Sqrt(columns));

    public void Norm(string name, int length, double mean = 1) => Add(name, [length], mean, 0.2);

    public void Bias(string name, int length) => Add(name, [length], 0, 0.3);

    /// <summary>The weight and the bias of a layer norm.</summary>
    public void LayerNorm(string name, int length)
    {
        Norm($"{name}.weight", length);
        Bias($"{name}.bias", length);
    }

    private void Add(string name, long[] shape, double mean, double deviation)
    {
        float[] values = new float[shape.Aggregate(1L, (product, dimension) => product * dimension)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Round((float)(mean + (deviation * Gauss())));
        }

        tensors.Add(new(name, [.. shape], values));
    }

    private float Round(float value) =>
        type == TensorType.BF16 ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & UpperHalf) : value;

    // The sum of twelve uniform numbers has the variance 1.
    private double Gauss() => Enumerable.Range(0, 12).Sum(_ => (random.Next() >> 11) * Math.ScaleB(1, -53)) - 6;
}
