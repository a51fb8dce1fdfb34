using System.Runtime.InteropServices;

namespace ModelPack.Verification.Comparison;

/// <summary>When two NaN count as the same value.</summary>
internal enum NaNEquality
{
    /// <summary>If they have the same bits.</summary>
    Bits,

    /// <summary>Always: which NaN a decoder gives depends on the machine (ggml-types.md §7).</summary>
    Any,
}

/// <summary>Counts values that differ, and keeps the first and the largest difference.</summary>
internal sealed class ValueTally(NaNEquality nan)
{
    public long Elements { get; private set; }

    public ValueDifference? First { get; private set; }

    public ValueDifference? Largest { get; private set; }

    public void Add(long firstElement, ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ReadOnlySpan<uint> own = MemoryMarshal.Cast<float, uint>(left);
        ReadOnlySpan<uint> other = MemoryMarshal.Cast<float, uint>(right);
        double largest = Largest?.Distance ?? -1;
        for (int i = own.CommonPrefixLength(other); i < own.Length; i++)
        {
            if (own[i] == other[i] || (nan == NaNEquality.Any && float.IsNaN(left[i]) && float.IsNaN(right[i])))
            {
                continue;
            }

            Elements++;
            First ??= new(firstElement + i, left[i], right[i]);
            double distance = Math.Abs((double)left[i] - right[i]);
            if (distance > largest)
            {
                largest = distance;
                Largest = new(firstElement + i, left[i], right[i]);
            }
        }
    }
}
