using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelPack.Tensors.Statistics;

/// <summary>Exact sums of whole numbers of 16 to 64 bits, and how many of them have how many binary digits.</summary>
internal struct IntegerSums
{
    /// <summary>Most binary digits of a magnitude.</summary>
    public const int LongestNumber = 64;

    private const int Tables = 4;
    private const int Lengths = LongestNumber + 1;

    private TableOfLengths lengths;
    private ulong squaresLow;
    private ulong squaresMiddle;
    private ulong squaresHigh;

    public int Count { get; private set; }

    public Int128 Lowest { get; private set; }

    public Int128 Highest { get; private set; }

    public Int128 Sum { get; private set; }

    /// <summary>Sum of the squares; of at most 2^31 numbers it has at most 159 bits.</summary>
    public readonly BigInteger Squares => ((((BigInteger)squaresHigh << 64) + squaresMiddle) << 64) + squaresLow;

    /// <summary>How many magnitudes have a number of binary digits; 0 has none.</summary>
    public readonly int OfLength(int digits) => lengths[digits];

    /// <summary>Adds up numbers in the machine's own order of bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static IntegerSums Of<T>(ReadOnlySpan<T> numbers)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        // Tables taken in turn, so that equal lengths in a row do not wait for each other.
        Span<int> tables = stackalloc int[Tables * Lengths];
        tables.Clear();
        T lowest = T.MaxValue;
        T highest = T.MinValue;
        ulong sumLow = 0;
        long sumHigh = 0;
        ulong squaresLow = 0;
        ulong squaresMiddle = 0;
        ulong squaresHigh = 0;
        int table = 0;
        foreach (T number in numbers)
        {
            lowest = T.Min(lowest, number);
            highest = T.Max(highest, number);
            long sign = T.IsNegative(number) ? -1 : 0;
            ulong bits = ulong.CreateTruncating(number);
            ulong magnitude = (bits ^ (ulong)sign) - (ulong)sign;
            tables[table + LongestNumber - BitOperations.LeadingZeroCount(magnitude)]++;
            table = table == (Tables - 1) * Lengths ? 0 : table + Lengths;
            sumLow += bits;
            sumHigh += sign + (sumLow < bits ? 1 : 0);
            if (Unsafe.SizeOf<T>() == sizeof(short))
            {
                // At most 2^31 squares of 32 bits.
                squaresLow += magnitude * magnitude;
                continue;
            }

            ulong high = Math.BigMul(magnitude, magnitude, out ulong low);
            squaresLow += low;
            high += squaresLow < low ? 1ul : 0;
            squaresMiddle += high;
            squaresHigh += squaresMiddle < high ? 1ul : 0;
        }

        IntegerSums sums = new()
        {
            Count = numbers.Length,
            Lowest = Int128.CreateTruncating(lowest),
            Highest = Int128.CreateTruncating(highest),
            Sum = new((ulong)sumHigh, sumLow),
            squaresLow = squaresLow,
            squaresMiddle = squaresMiddle,
            squaresHigh = squaresHigh,
        };
        for (int i = 0; i < tables.Length; i++)
        {
            sums.lengths[i % Lengths] += tables[i];
        }

        return sums;
    }

    [InlineArray(Lengths)]
    private struct TableOfLengths
    {
        private int first;
    }
}
