using System.Buffers.Binary;
using ModelPack.Codec.Tests.Architectures.Names;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Tensors.Payloads;

[TestClass]
public sealed class NumberCodesTests
{
    private const int Codes = 1 << 16;

    [TestMethod]
    [DataRow(TensorType.F16)]
    [DataRow(TensorType.BF16)]
    public void Every_code_comes_back_from_f32_bit_for_bit_NaN_payloads_included(TensorType type)
    {
        byte[] codes = new byte[2 * Codes];
        for (int code = 0; code < Codes; code++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(codes.AsSpan(2 * code), (ushort)code);
        }

        byte[] wide = new byte[4 * Codes];
        byte[] back = new byte[2 * Codes];
        NumberCodes.Widening(type)(codes, wide);
        NumberCodes.Narrowing(type)(wide, back);
        CollectionAssert.AreEqual(codes, back);
        for (int code = 0; code < Codes; code++)
        {
            uint expected = type == TensorType.BF16 ? (uint)code << 16 : NaiveRecipe.WideHalf((ushort)code);
            Assert.AreEqual(expected, BinaryPrimitives.ReadUInt32LittleEndian(wide.AsSpan(4 * code)), $"{code:x4}");
        }
    }

    [TestMethod]
    public void Every_half_is_widened_as_the_runtime_does_it()
    {
        for (int code = 0; code < Codes; code++)
        {
            Half half = BitConverter.UInt16BitsToHalf((ushort)code);
            if (!Half.IsNaN(half))
            {
                Assert.AreEqual(BitConverter.SingleToUInt32Bits((float)half), NumberCodes.WidenHalf((ushort)code), $"{code:x4}");
            }
        }
    }

    [TestMethod]
    public void Singles_are_rounded_to_the_nearest_half_as_the_runtime_does_it()
    {
        foreach (uint code in Singles())
        {
            float value = BitConverter.UInt32BitsToSingle(code);
            ushort narrow = NumberCodes.NarrowToHalf(code);
            if (float.IsNaN(value))
            {
                Assert.IsTrue(Half.IsNaN(BitConverter.UInt16BitsToHalf(narrow)), $"{code:x8}");
                Assert.AreEqual(code >> 31, (uint)narrow >> 15);
            }
            else
            {
                Assert.AreEqual(BitConverter.HalfToUInt16Bits((Half)value), narrow, $"{code:x8}");
            }
        }
    }

    [TestMethod]
    public void Singles_are_rounded_to_the_nearest_brain_float_by_its_distance()
    {
        foreach (uint code in Singles())
        {
            float value = BitConverter.UInt32BitsToSingle(code);
            ushort narrow = NumberCodes.NarrowToBrain(code);
            if (float.IsNaN(value))
            {
                Assert.IsTrue(float.IsNaN(BitConverter.UInt32BitsToSingle((uint)narrow << 16)), $"{code:x8}");
                Assert.AreEqual(code >> 31, (uint)narrow >> 15);
            }
            else
            {
                Assert.AreEqual(NearestBrain(code), narrow, $"{code:x8}");
            }
        }
    }

    [TestMethod]
    [DataRow(0x3F80_8000u, (ushort)0x3F80, DisplayName = "tie to the even one below")]
    [DataRow(0x3F81_8000u, (ushort)0x3F82, DisplayName = "tie to the even one above")]
    [DataRow(0x3F80_8001u, (ushort)0x3F81, DisplayName = "just above a tie")]
    [DataRow(0x7F7F_7FFFu, (ushort)0x7F7F, DisplayName = "rounds to the largest number")]
    [DataRow(0x7F7F_8000u, (ushort)0x7F80, DisplayName = "rounds to infinity")]
    [DataRow(0x0000_8000u, (ushort)0x0000, DisplayName = "subnormal tie to zero")]
    [DataRow(0x8000_8001u, (ushort)0x8001, DisplayName = "subnormal above a tie")]
    [DataRow(0x7F80_0001u, (ushort)0x7FC0, DisplayName = "NaN whose payload does not fit stays NaN")]
    public void Brain_float_of_a_known_single(uint code, ushort expected) => Assert.AreEqual(expected, NumberCodes.NarrowToBrain(code));

    [TestMethod]
    public void Addition_is_that_of_singles()
    {
        byte[] numbers = new byte[12];
        BinaryPrimitives.WriteSingleLittleEndian(numbers, 0.1f);
        BinaryPrimitives.WriteSingleLittleEndian(numbers.AsSpan(4), -1f);
        BinaryPrimitives.WriteSingleLittleEndian(numbers.AsSpan(8), 3e38f);
        byte[] shifted = new byte[12];
        NumberCodes.Shift(numbers, shifted, 1f);
        Assert.AreEqual(0x3F8C_CCCDu, BinaryPrimitives.ReadUInt32LittleEndian(shifted));
        Assert.AreEqual(0u, BinaryPrimitives.ReadUInt32LittleEndian(shifted.AsSpan(4)));
        Assert.AreEqual(3e38f, BinaryPrimitives.ReadSingleLittleEndian(shifted.AsSpan(8)));
    }

    // Every code of both narrow types and what lies around it and halfway to the next; and many at random.
    private static IEnumerable<uint> Singles()
    {
        uint[] near = [0, 1, uint.MaxValue, 0x0FFF, 0x1000, 0x1001, 0x7FFF, 0x8000, 0x8001];
        foreach (int code in Enumerable.Range(0, Codes))
        {
            foreach (uint wide in new[] { (uint)code << 16, NaiveRecipe.WideHalf((ushort)code) })
            {
                foreach (uint distance in near)
                {
                    yield return wide + distance;
                }
            }
        }

        Random random = new(42);
        for (int i = 0; i < 1_000_000; i++)
        {
            yield return (uint)random.NextInt64(1L << 32);
        }

        // Halves are subnormal from 2^-14 down, and vanish at 2^-25: ties there have other bits.
        for (int exponent = 100; exponent < 115; exponent++)
        {
            for (int i = 0; i < 4096; i++)
            {
                yield return ((uint)exponent << 23) | ((uint)i << 11);
                yield return ((uint)exponent << 23) | ((uint)i << 11) | 1;
            }
        }
    }

    // A double holds both candidates and their distances exactly; beyond the largest number stands the one that the format would go on
    // with.
    private static ushort NearestBrain(uint code)
    {
        uint magnitude = code & 0x7FFF_FFFF;
        uint low = magnitude >> 16;
        double value = Value(magnitude);
        double below = value - Value(low << 16);
        double above = Value((low + 1) << 16) - value;
        uint nearest = magnitude == 0x7F80_0000 || below < above || (below == above && low % 2 == 0) ? low : low + 1;
        return (ushort)(((code >> 31) << 15) | nearest);
    }

    private static double Value(uint magnitude) => magnitude >= 0x7F80_0000 ? Math.Pow(2, 128) : BitConverter.UInt32BitsToSingle(magnitude);
}
