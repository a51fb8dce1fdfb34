using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ModelPack.Interop.Tests.Models;

/// <summary>A tensor with its values in memory.</summary>
/// <param name="Name">The name.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
/// <param name="Values">Row by row.</param>
internal sealed record ModelTensor(string Name, ImmutableArray<long> Shape, float[] Values)
{
    public int Rows => (int)Shape[0];

    public int RowLength => Values.Length / Rows;

    /// <summary>The payload as F32, or as BF16 if every value is one.</summary>
    public byte[] Payload(TensorType type) => type switch
    {
        TensorType.F32 => MemoryMarshal.AsBytes<float>(Values).ToArray(),
        TensorType.BF16 => [.. Values.SelectMany(UpperHalf)],
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>A tensor whose rows are rows of this one.</summary>
    public ModelTensor TakeRows(string name, IEnumerable<int> rows)
    {
        float[] values = [.. rows.SelectMany(row => Values.AsSpan(row * RowLength, RowLength).ToArray())];
        return new(name, Shape.SetItem(0, values.Length / RowLength), values);
    }

    private static byte[] UpperHalf(float value)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        return bytes is [0, 0, _, _] ? bytes[2..] : throw new InvalidOperationException($"{value} is not a BF16 value");
    }
}
