using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Scanning;

/// <summary>Finite scan of plain float types. Values are compared as integers and never pass through a float register.</summary>
internal static class PlainScan
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scan<T>(ReadOnlySpan<byte> payload, in PlainFormat<T> format, long firstElement, ref FiniteTally tally)
        where T : unmanaged, IBinaryInteger<T>
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(payload);
        ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
        var mask = new Vector<T>(format.Mask);
        var pattern = new Vector<T>(format.Pattern);

        int v = 0;
        for (; v <= vectors.Length - 4; v += 4)
        {
            Vector<T> seen = Vector.Equals(vectors[v] & mask, pattern)
                | Vector.Equals(vectors[v + 1] & mask, pattern)
                | Vector.Equals(vectors[v + 2] & mask, pattern)
                | Vector.Equals(vectors[v + 3] & mask, pattern);
            if (seen != Vector<T>.Zero)
            {
                int start = v * Vector<T>.Count;
                Count(values.Slice(start, 4 * Vector<T>.Count), format, firstElement + start, ref tally);
            }
        }

        int tail = v * Vector<T>.Count;
        Count(values[tail..], format, firstElement + tail, ref tally);
    }

    /// <summary>The scalar twin.</summary>
    public static void ScanScalar<T>(ReadOnlySpan<byte> payload, in PlainFormat<T> format, long firstElement, ref FiniteTally tally)
        where T : unmanaged, IBinaryInteger<T> =>
        Count(MemoryMarshal.Cast<byte, T>(payload), format, firstElement, ref tally);

    /// <summary>Scans pairs of F32. An element is NaN if one of its parts is, else infinite if one of its parts is.</summary>
    public static void ScanComplex(ReadOnlySpan<byte> payload, long firstElement, ref FiniteTally tally)
    {
        FiniteTally partsTally = default;
        PlainFormat<uint> format = PlainFormats.F32;
        Scan(payload, format, 0, ref partsTally);
        if (partsTally.IsFinite)
        {
            return;
        }

        ReadOnlySpan<uint> parts = MemoryMarshal.Cast<byte, uint>(payload);
        for (int i = 0; i < parts.Length; i += 2)
        {
            uint real = parts[i];
            uint imaginary = parts[i + 1];
            bool realIsFinite = !format.IsNonFinite(real);
            bool imaginaryIsFinite = !format.IsNonFinite(imaginary);
            if (!realIsFinite || !imaginaryIsFinite)
            {
                bool isNaN = (!realIsFinite && !format.IsInfinity(real)) || (!imaginaryIsFinite && !format.IsInfinity(imaginary));
                tally.AddElement(firstElement + (i / 2), isNaN);
            }
        }
    }

    private static void Count<T>(ReadOnlySpan<T> values, in PlainFormat<T> format, long firstElement, ref FiniteTally tally)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (format.IsNonFinite(values[i]))
            {
                tally.AddElement(firstElement + i, !format.IsInfinity(values[i]));
            }
        }
    }
}
