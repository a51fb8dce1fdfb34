using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Tensors;

[TestClass]
public sealed class FiniteScannerTests
{
    [TestMethod]
    public void Padding_elements_of_rows_are_left_out()
    {
        // Two rows of 300 elements, two blocks each; the second block of both rows has a scale that is NaN.
        byte[] payload = new byte[4 * 144];
        payload[(1 * 144) + 1] = 0x7E;
        payload[(3 * 144) + 1] = 0x7E;
        FiniteTally tally = ScanWhole(TensorType.AprQ4KRows, [2, 300], payload);
        Assert.AreEqual((88L, 0L, 256L), (tally.NaN, tally.Infinity, tally.FirstNonFinite));

        FiniteTally second = default;
        FiniteScanner.For(TensorType.AprQ4KRows, [2, 300]).Scan(3 * 144, payload.AsSpan(3 * 144), ref second);
        Assert.AreEqual((44L, 556L), (second.NaN, second.FirstNonFinite));
    }

    [TestMethod]
    public void Padding_elements_of_a_flat_tensor_are_left_out()
    {
        byte[] payload = new byte[2 * 144];
        payload[144 + 1] = 0x7E;
        FiniteTally tally = ScanWhole(TensorType.AprQ4KFlat, [2, 2, 100], payload);
        Assert.AreEqual((144L, 256L), (tally.NaN, tally.FirstNonFinite));

        byte[] quarters = new byte[3 * 18];
        quarters[37] = 0x7E;
        tally = ScanWhole(TensorType.AprQ4, [5, 13], quarters);
        Assert.AreEqual((1L, 64L), (tally.NaN, tally.FirstNonFinite));
    }

    [TestMethod]
    [DataRow(0x7FC0_0000u, 3L, 0L, 0L)]
    [DataRow(0xFF80_0000u, 1L, 2L, 0L)]
    [DataRow(0x7F7F_FFFFu, 0L, 1L, 1L)]
    [DataRow(0x3F80_0000u, 0L, 0L, -1L)]
    public void The_one_scale_of_APR_Q8_decides_over_all_elements(uint scale, long nan, long infinity, long first)
    {
        byte[] payload = [.. BitConverter.GetBytes(scale), 1, 0x80, 0];
        FiniteTally tally = ScanWhole(TensorType.AprQ8, [3], payload);
        Assert.AreEqual((nan, infinity, first), (tally.NaN, tally.Infinity, tally.FirstNonFinite));
    }

    [TestMethod]
    public void Chunks_of_APR_Q8_may_come_before_the_chunk_with_the_scale()
    {
        byte[] payload = [.. BitConverter.GetBytes(0x7F7F_FFFFu), .. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        var scanner = FiniteScanner.For(TensorType.AprQ8, [1000]);
        FiniteTally tally = default;
        scanner.Scan(500, payload.AsSpan(500), ref tally);
        Assert.AreEqual(0, tally.NonFinite, "the scale is not known yet");

        FiniteTally head = default;
        scanner.Scan(0, payload.AsSpan(0, 500), ref head);
        tally.Merge(head);
        var values = new float[1000];
        TensorDecoder.Decode(TensorType.AprQ8, payload, values);
        Assert.AreEqual(values.Count(float.IsInfinity), tally.Infinity);
        Assert.AreEqual(2, tally.FirstNonFinite);
    }

    [TestMethod]
    public void A_complex_element_is_not_finite_when_one_part_is_not()
    {
        byte[] payload = new byte[8 * 70];
        BitConverter.TryWriteBytes(payload.AsSpan((8 * 66) + 4), float.NaN);
        BitConverter.TryWriteBytes(payload.AsSpan(8 * 65), float.NegativeInfinity);
        BitConverter.TryWriteBytes(payload.AsSpan(8 * 69), float.PositiveInfinity);
        BitConverter.TryWriteBytes(payload.AsSpan((8 * 69) + 4), float.NaN);
        FiniteTally tally = ScanWhole(TensorType.C64, [70], payload);
        Assert.AreEqual((2L, 1L, 65L), (tally.NaN, tally.Infinity, tally.FirstNonFinite));
    }

    [TestMethod]
    public void Empty_tensors_are_finite()
    {
        foreach (TensorTypeInfo info in TensorTypes.All)
        {
            Assert.IsTrue(ScanWhole(info.Type, [0, 256], []).IsFinite, info.Name);
            Assert.AreEqual(-1, ScanWhole(info.Type, [256, 0], []).FirstNonFinite, info.Name);
        }
    }

    [TestMethod]
    public void Chunks_outside_the_payload_or_across_blocks_are_refused()
    {
        FiniteTally tally = default;
        var scanner = FiniteScanner.For(TensorType.Q4_K, [2, 256]);
        Assert.AreEqual(144, scanner.Granularity);
        Assert.ThrowsExactly<ArgumentException>(() => scanner.Scan(0, new byte[100], ref tally));
        Assert.ThrowsExactly<ArgumentException>(() => scanner.Scan(72, new byte[144], ref tally));
        Assert.ThrowsExactly<ArgumentException>(() => scanner.Scan(-144, new byte[144], ref tally));
        Assert.ThrowsExactly<ArgumentException>(() => scanner.Scan(144, new byte[288], ref tally));
        Assert.ThrowsExactly<ArgumentException>(() => FiniteScanner.For(TensorType.Q4_K, [2, 255]));
        Assert.ThrowsExactly<ArgumentException>(() => FiniteScanner.For(TensorType.AprQ4KRows, [300]));
    }

    private static FiniteTally ScanWhole(TensorType type, long[] shape, byte[] payload)
    {
        FiniteTally tally = default;
        FiniteScanner.For(type, shape).Scan(0, payload, ref tally);
        return tally;
    }
}
