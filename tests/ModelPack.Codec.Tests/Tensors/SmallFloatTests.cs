using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Tensors;

/// <summary>The float types of safetensors.md §3 that ggml does not have.</summary>
[TestClass]
public sealed class SmallFloatTests
{
    private static readonly byte[] AllCodes = [.. Enumerable.Range(0, 256).Select(code => (byte)code)];

    [TestMethod]
    public void E5M2_is_the_upper_byte_of_a_half()
    {
        float[] values = Decode(TensorType.F8E5M2, AllCodes);
        for (int code = 0; code < 256; code++)
        {
            Assert.AreEqual((float)BitConverter.UInt16BitsToHalf((ushort)(code << 8)), values[code], $"{code:x2}");
        }
    }

    [TestMethod]
    public void E4M3_is_twice_the_halved_scale_of_the_reference_apart_from_sign_and_NaN()
    {
        float[] halves = [
            .. GoldenVectors.Bits(File.ReadAllBytes(RepositoryData.Path("vectors", "scalar", "ue4m3_half.f32")))
                .Select(BitConverter.UInt32BitsToSingle)];
        float[] values = Decode(TensorType.F8E4M3, AllCodes);
        for (int code = 0; code < 0x7F; code++)
        {
            Assert.AreEqual(2 * halves[code], values[code], $"{code:x2}");
            Assert.AreEqual(
                BitConverter.SingleToUInt32Bits(-values[code]), BitConverter.SingleToUInt32Bits(values[code + 0x80]), $"{code:x2}");
        }

        Assert.IsTrue(float.IsNaN(values[0x7F]) && float.IsNaN(values[0xFF]));
    }

    [TestMethod]
    public void E8M0_is_twice_the_halved_scale_of_the_reference_apart_from_NaN()
    {
        uint[] halves = GoldenVectors.Bits(File.ReadAllBytes(RepositoryData.Path("vectors", "scalar", "e8m0_half.f32")));
        float[] values = Decode(TensorType.F8E8M0, AllCodes);
        for (int code = 0; code < 255; code++)
        {
            Assert.AreEqual(2 * BitConverter.UInt32BitsToSingle(halves[code]), values[code], $"{code:x2}");
        }

        Assert.IsTrue(float.IsNaN(values[255]));
    }

    [TestMethod]
    [DataRow(TensorType.F8E4M3Fnuz, 240f, 1f / 1024)]
    [DataRow(TensorType.F8E5M2Fnuz, 57344f, 1f / 131072)]
    public void Fnuz_formats_have_one_NaN_and_no_negative_zero(TensorType type, float largest, float smallest)
    {
        float[] values = Decode(type, AllCodes);
        Assert.AreEqual((0f, smallest, largest), (values[0], values[1], values[0x7F]));
        Assert.HasCount(1, values.Where(float.IsNaN).ToArray());
        Assert.IsTrue(float.IsNaN(values[0x80]));
        Assert.IsFalse(values.Any(float.IsInfinity));
        for (int code = 1; code < 0x80; code++)
        {
            Assert.IsGreaterThan(values[code - 1], values[code]);
            Assert.AreEqual(-values[code], values[code + 0x80]);
        }
    }

    [TestMethod]
    [DataRow(TensorType.F6E2M3, 7.5f, 0.125f)]
    [DataRow(TensorType.F6E3M2, 28f, 0.0625f)]
    public void Six_bit_floats_lie_four_in_three_bytes(TensorType type, float largest, float smallest)
    {
        // Codes 0x1F, 0x3F, 0x01, 0x20 from the lowest bits on.
        int bits = 0x1F | (0x3F << 6) | (0x01 << 12) | (0x20 << 18);
        float[] values = Decode(type, [(byte)bits, (byte)(bits >> 8), (byte)(bits >> 16)]);
        CollectionAssert.AreEqual(new[] { largest, -largest, smallest, -0f }, values);
        Assert.IsTrue(float.IsNegative(values[3]));
    }

    [TestMethod]
    public void Four_bit_floats_lie_low_half_first()
    {
        float[] values = Decode(TensorType.F4, [0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE]);
        float[] expected = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];
        CollectionAssert.AreEqual(expected, values);
        Assert.IsTrue(float.IsNegative(values[8]));
    }

    [TestMethod]
    public void Finite_scan_of_every_code_agrees_with_the_decoder()
    {
        TensorType[] types = [TensorType.F8E5M2, TensorType.F8E4M3, TensorType.F8E8M0, TensorType.F8E4M3Fnuz, TensorType.F8E5M2Fnuz];
        foreach (TensorType type in types)
        {
            float[] values = Decode(type, AllCodes);
            FiniteTally tally = default;
            FiniteScan.Scan(type, AllCodes, 1000, ref tally);
            Assert.AreEqual(values.Count(float.IsNaN), tally.NaN, $"{type}");
            Assert.AreEqual(values.Count(float.IsInfinity), tally.Infinity, $"{type}");
            Assert.AreEqual(1000 + Array.FindIndex(values, value => !float.IsFinite(value)), tally.FirstNonFinite, $"{type}");
            Assert.IsGreaterThan(0, tally.NaN);
        }
    }

    private static float[] Decode(TensorType type, byte[] payload)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        int bits = info.Rule == PayloadRule.PackedBits ? info.BlockBytes : 8 * info.BlockBytes;
        var values = new float[payload.Length * 8 / bits];
        TensorDecoder.Decode(type, payload, values);
        return values;
    }
}
