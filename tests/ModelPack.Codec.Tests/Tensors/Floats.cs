using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ModelPack.Codec.Tests.Tensors;

/// <summary>Comparison of float arrays by bits, where any NaN equals any NaN (ggml-types.md §7).</summary>
internal static class Floats
{
    public static void AssertSame(ReadOnlySpan<uint> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what);
        for (int i = 0; i < expected.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(actual[i]);
            if (Canonical(bits) != Canonical(expected[i]))
            {
                Assert.Fail($"{what}: element {i} is {bits:x8}, expected {expected[i]:x8}");
            }
        }
    }

    public static string CanonicalSha256(ReadOnlySpan<float> values)
    {
        uint[] bits = MemoryMarshal.Cast<float, uint>(values).ToArray();
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = Canonical(bits[i]);
        }

        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<uint>(bits)));
    }

    private static uint Canonical(uint bits) => (bits & 0x7FFF_FFFF) > 0x7F80_0000 ? 0x7FC0_0000 : bits;
}
