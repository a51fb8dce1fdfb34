namespace ModelPack.IO;

/// <summary>
/// Joins CRC-32 values of neighbouring byte runs into that of the whole, so that runs can be summed in any order and on any thread.
/// CRC-32/ISO-HDLC is linear over GF(2): crc(A‖B) = crc(A)·x^(8·|B|) mod P ⊕ crc(B), with bits in reflected order.
/// </summary>
internal static class Crc32Combiner
{
    private const uint Polynomial = 0xEDB88320;
    private const uint One = 0x80000000;

    private static readonly uint[] PowersOfTwo = ComputePowers();

    /// <summary>The CRC of A followed by B.</summary>
    /// <param name="first">CRC of A.</param>
    /// <param name="second">CRC of B.</param>
    /// <param name="secondLength">Length of B in bytes.</param>
    public static uint Combine(uint first, uint second, long secondLength) => Shift(first, secondLength) ^ second;

    /// <summary>What the CRC of a run adds to that of a longer run in which some bytes follow it: the CRC of the whole is the sum (⊕) over
    /// its runs.</summary>
    public static uint Shift(uint crc, long following) => following == 0 ? crc : Multiply(crc, ShiftFactor(following));

    /// <summary>The CRC of a run of zero bytes.</summary>
    public static uint Zeros(long length) => ~Multiply(uint.MaxValue, ShiftFactor(length));

    /// <summary>The factor x^(8·n) mod P by which a CRC moves on over n bytes.</summary>
    internal static uint ShiftFactor(long bytes)
    {
        uint factor = One;
        for (int bit = 3; bytes > 0; bit++, bytes >>= 1)
        {
            if ((bytes & 1) != 0)
            {
                factor = Multiply(factor, PowersOfTwo[bit & 31]);
            }
        }

        return factor;
    }

    // x^(2^n) mod P repeats with period 32 in n, since x^(2^32) = x in GF(2)[x]/P.
    private static uint[] ComputePowers()
    {
        uint[] powers = new uint[32];
        powers[0] = One >> 1;
        for (int n = 1; n < 32; n++)
        {
            powers[n] = Multiply(powers[n - 1], powers[n - 1]);
        }

        return powers;
    }

    private static uint Multiply(uint left, uint right)
    {
        uint product = 0;
        for (uint mask = One; mask != 0; mask >>= 1)
        {
            if ((left & mask) != 0)
            {
                product ^= right;
            }

            right = (right & 1) != 0 ? (right >> 1) ^ Polynomial : right >> 1;
        }

        return product;
    }
}
