namespace ModelPack.IO;

/// <summary>Arithmetic on numbers from files, that reports overflow instead of wrapping.</summary>
internal static class CheckedMath
{
    /// <summary>Multiplies two non-negative numbers; false if the product does not fit in 63 bits.</summary>
    public static bool TryMultiply(long left, long right, out long product)
    {
        Int128 wide = (Int128)left * right;
        product = (long)wide;
        return wide <= long.MaxValue && wide >= 0;
    }

    /// <summary>Adds two non-negative numbers; false if the sum does not fit in 63 bits.</summary>
    public static bool TryAdd(long left, long right, out long sum)
    {
        sum = unchecked(left + right);
        return left >= 0 && right >= 0 && sum >= 0;
    }

    /// <summary>Rounds up to a multiple of a power of two; false if the result does not fit in 63 bits.</summary>
    public static bool TryAlignUp(long value, long alignment, out long aligned)
    {
        bool fits = TryAdd(value, alignment - 1, out long raised);
        aligned = raised & -alignment;
        return fits;
    }

    /// <summary>Rounds up a value that is known to be far from the limit.</summary>
    public static long AlignUp(long value, long alignment) => checked(value + (alignment - 1)) & -alignment;
}
