using System.Numerics;

namespace ModelPack.Tensors.Scanning;

/// <summary>
/// How a plain float format marks values that are not finite: those whose masked bits equal the pattern. Only bitwise tests, so the
/// constants may be given in either byte order.
/// </summary>
/// <param name="Mask">Bits to look at.</param>
/// <param name="Pattern">Their state in NaN and infinity.</param>
/// <param name="Magnitude">All bits but the sign.</param>
/// <param name="Infinity">Magnitude of infinity; zero if the format has none.</param>
internal readonly record struct PlainFormat<T>(T Mask, T Pattern, T Magnitude, T Infinity)
    where T : unmanaged, IBinaryInteger<T>
{
    public bool IsNonFinite(T bits) => (bits & Mask) == Pattern;

    public bool IsInfinity(T bits) => (bits & Magnitude) == Infinity;
}

/// <summary>The plain float formats, for numbers as they lie in a little-endian payload.</summary>
internal static class PlainFormats
{
    public static readonly PlainFormat<uint> F32 = Little(0x7F80_0000u, 0x7FFF_FFFFu);
    public static readonly PlainFormat<ushort> F16 = Little((ushort)0x7C00, (ushort)0x7FFF);
    public static readonly PlainFormat<ushort> BF16 = Little((ushort)0x7F80, (ushort)0x7FFF);
    public static readonly PlainFormat<ulong> F64 = Little(0x7FF0_0000_0000_0000ul, 0x7FFF_FFFF_FFFF_FFFFul);

    // safetensors.md §3
    public static readonly PlainFormat<byte> F8E5M2 = new(0x7C, 0x7C, 0x7F, 0x7C);
    public static readonly PlainFormat<byte> F8E4M3 = new(0x7F, 0x7F, 0x7F, 0);
    public static readonly PlainFormat<byte> F8E8M0 = new(0xFF, 0xFF, 0xFF, 0);
    public static readonly PlainFormat<byte> F8Fnuz = new(0xFF, 0x80, 0xFF, 0);

    private static PlainFormat<T> Little<T>(T exponent, T magnitude)
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<byte> bytes = stackalloc byte[exponent.GetByteCount()];
        exponent.WriteLittleEndian(bytes);
        T exponentInMemory = System.Runtime.InteropServices.MemoryMarshal.Read<T>(bytes);
        magnitude.WriteLittleEndian(bytes);
        T magnitudeInMemory = System.Runtime.InteropServices.MemoryMarshal.Read<T>(bytes);
        return new(exponentInMemory, exponentInMemory, magnitudeInMemory, exponentInMemory);
    }
}
