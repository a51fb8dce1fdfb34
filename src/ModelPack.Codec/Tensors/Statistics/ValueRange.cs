using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Statistics;

/// <summary>Extremes of the finite values, and how many are zero or infinite.</summary>
/// <param name="Lowest">Key of the smallest value: float bits turned so that integer order is number order.</param>
/// <param name="Highest">Key of the largest value.</param>
/// <param name="Zeros">Plus and minus zeros.</param>
/// <param name="Infinities">Plus and minus infinities.</param>
internal readonly record struct ValueRange(int Lowest, int Highest, long Zeros, long Infinities)
{
    private const int Magnitude = 0x7FFF_FFFF;
    private const int Infinity = 0x7F80_0000;

    public static ValueRange Empty { get; } = new(int.MaxValue, int.MinValue, 0, 0);

    public float? Minimum => Lowest > Highest ? null : FromKey(Lowest);

    public float? Maximum => Lowest > Highest ? null : FromKey(Highest);

    public ValueRange Merge(in ValueRange other) => new(
        Math.Min(Lowest, other.Lowest), Math.Max(Highest, other.Highest), Zeros + other.Zeros, Infinities + other.Infinities);

    /// <summary>Reads values given as bits; at most 2^30, so that lanes cannot overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ValueRange Of(ReadOnlySpan<uint> values)
    {
        ReadOnlySpan<Vector<int>> vectors = MemoryMarshal.Cast<uint, Vector<int>>(values);
        var magnitudeMask = new Vector<int>(Magnitude);
        var infinity = new Vector<int>(Infinity);
        var lowest = new Vector<int>(int.MaxValue);
        var highest = new Vector<int>(int.MinValue);
        Vector<int> zeros = Vector<int>.Zero;
        Vector<int> infinities = Vector<int>.Zero;
        foreach (Vector<int> bits in vectors)
        {
            Vector<int> magnitude = bits & magnitudeMask;
            Vector<int> key = bits ^ (Vector.ShiftRightArithmetic(bits, 31) & magnitudeMask);
            Vector<int> isFinite = Vector.LessThan(magnitude, infinity);
            lowest = Vector.Min(lowest, Vector.ConditionalSelect(isFinite, key, lowest));
            highest = Vector.Max(highest, Vector.ConditionalSelect(isFinite, key, highest));
            zeros -= Vector.Equals(magnitude, Vector<int>.Zero);
            infinities -= Vector.Equals(magnitude, infinity);
        }

        return OfLanes(lowest, highest, zeros, infinities).Merge(OfScalar(values[(vectors.Length * Vector<int>.Count)..]));
    }

    /// <summary>The scalar twin.</summary>
    public static ValueRange OfScalar(ReadOnlySpan<uint> values)
    {
        ValueRange range = Empty;
        foreach (uint value in values)
        {
            int bits = (int)value;
            int magnitude = bits & Magnitude;
            int key = bits ^ ((bits >> 31) & Magnitude);
            range = magnitude switch
            {
                0 => range.Merge(new ValueRange(key, key, 1, 0)),
                < Infinity => range.Merge(new ValueRange(key, key, 0, 0)),
                Infinity => range with { Infinities = range.Infinities + 1 },
                _ => range,
            };
        }

        return range;
    }

    // Apart from the loop: indexing a vector by a variable would move it to memory there too.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ValueRange OfLanes(Vector<int> lowest, Vector<int> highest, Vector<int> zeros, Vector<int> infinities)
    {
        ValueRange range = Empty;
        for (int lane = 0; lane < Vector<int>.Count; lane++)
        {
            range = range.Merge(new ValueRange(lowest[lane], highest[lane], zeros[lane], infinities[lane]));
        }

        return range;
    }

    private static float FromKey(int key) => BitConverter.Int32BitsToSingle(key ^ ((key >> 31) & Magnitude));
}
