using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ModelPack.Tensors.Statistics;

/// <summary>How often each byte occurs.</summary>
internal static class ByteCounts
{
    public const int Count = 256;

    private const int Tables = 4;

    /// <param name="bytes">At most 2^31 - 1.</param>
    /// <param name="times">A place for each byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Of(ReadOnlySpan<byte> bytes, Span<int> times)
    {
        // Four tables taken in turn, so that equal bytes in a row do not wait for each other.
        Span<int> tables = stackalloc int[Tables * Count];
        tables.Clear();
        Span<int> first = tables[..Count];
        Span<int> second = tables.Slice(Count, Count);
        Span<int> third = tables.Slice(2 * Count, Count);
        Span<int> fourth = tables.Slice(3 * Count, Count);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            first[(byte)eight]++;
            second[(byte)(eight >> 8)]++;
            third[(byte)(eight >> 16)]++;
            fourth[(byte)(eight >> 24)]++;
            first[(byte)(eight >> 32)]++;
            second[(byte)(eight >> 40)]++;
            third[(byte)(eight >> 48)]++;
            fourth[(byte)(eight >> 56)]++;
        }

        foreach (byte value in bytes)
        {
            first[value]++;
        }

        for (int value = 0; value < Count; value++)
        {
            times[value] = first[value] + second[value] + third[value] + fourth[value];
        }
    }
}
