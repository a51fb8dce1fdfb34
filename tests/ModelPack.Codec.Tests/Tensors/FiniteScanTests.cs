using System.Text.Json;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Tensors;

[TestClass]
public sealed class FiniteScanTests
{
    [TestMethod]
    public void Counts_agree_with_the_decoded_golden_vectors()
    {
        int withFindings = 0;
        foreach (GoldenVector vector in GoldenVectors.All)
        {
            FiniteTally tally = Scan(vector.Type, vector.Blocks);
            Assert.AreEqual(vector.Decoded.Count(IsNaN), tally.NaN, vector.File);
            Assert.AreEqual(vector.Decoded.Count(IsInfinity), tally.Infinity, vector.File);
            Assert.AreEqual(Array.FindIndex(vector.Decoded, bits => IsNaN(bits) || IsInfinity(bits)), tally.FirstNonFinite, vector.File);
            withFindings += tally.NonFinite > 0 ? 1 : 0;
        }

        Assert.IsGreaterThan(40, withFindings);
    }

    [TestMethod]
    public void Verdicts_agree_with_the_reference_row_check()
    {
        int refused = 0;
        foreach (GoldenVector vector in GoldenVectors.All)
        {
            int rowBytes = vector.Blocks.Length / vector.RowValid.Length;
            int rowElements = vector.Decoded.Length / vector.RowValid.Length;
            for (int row = 0; row < vector.RowValid.Length; row++)
            {
                ReadOnlySpan<byte> blocks = vector.Blocks.AsSpan(row * rowBytes, rowBytes);
                bool isFinite = Scan(vector.Type, blocks).IsFinite;
                bool referenceAccepts = vector.RowValid[row] == '1';
                refused += referenceAccepts ? 0 : 1;

                // ggml-types.md §8: in these two types a row that passes the reference check can decode to infinity.
                bool overflows = vector.Type is TensorType.Q8_K or TensorType.MXFP4
                    && vector.Decoded.AsSpan(row * rowElements, rowElements).ToArray().Any(IsInfinity);
                Assert.AreEqual(referenceAccepts && !overflows, isFinite, $"{vector.File} row {row}");
            }
        }

        Assert.IsGreaterThan(100, refused);
    }

    [TestMethod]
    public void Verdicts_of_the_reference_on_plain_rows_are_met_or_documented()
    {
        int rows = 0;
        foreach (JsonElement row in GoldenVectors.Index.GetProperty("validity_rows").EnumerateArray())
        {
            TensorType type = GoldenVectors.Type(row.GetProperty("type_id"));
            byte[] payload = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            bool valid = row.GetProperty("valid").GetBoolean();
            rows++;
            if (payload.Length % TensorTypes.Get(type).BlockBytes != 0)
            {
                Assert.IsFalse(valid);
                Assert.ThrowsExactly<ArgumentException>(() => Scan(type, payload));
            }
            else if (type == TensorType.Q8_1)
            {
                Assert.IsFalse(valid, "the reference refuses every row of this type, the scan looks at the scale");
            }
            else if (type == TensorType.F64)
            {
                bool everyDoubleIsFinite = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(payload).ToArray()
                    .All(double.IsFinite);
                Assert.AreEqual(everyDoubleIsFinite, Scan(type, payload).IsFinite, "the reference narrows to float32 first");
                Assert.IsTrue(everyDoubleIsFinite || !valid);
            }
            else
            {
                Assert.AreEqual(valid, Scan(type, payload).IsFinite, $"{type} {row}");
            }
        }

        Assert.IsGreaterThan(20, rows);
    }

    [TestMethod]
    public void A_block_with_the_NaN_code_of_MXFP4_is_refused_even_when_it_decodes_finite()
    {
        byte[] payload = new byte[34];
        payload[17] = 0xFF;
        payload[18] = 0x19;
        FiniteTally tally = Scan(TensorType.MXFP4, payload);
        Assert.IsFalse(tally.IsFinite);
        Assert.AreEqual((0L, -1L, 1L, 1L), (tally.NonFinite, tally.FirstNonFinite, tally.BadBlocks, tally.FirstBadBlock));
    }

    [TestMethod]
    [DataRow(0x7BFF_FFFFu, 0L)]
    [DataRow(0x7C00_0000u, 1L)]
    [DataRow(0xFC00_0000u, 1L)]
    public void The_smallest_Q8_K_scale_that_can_overflow_is_noticed(uint scale, long infinities)
    {
        byte[] block = new byte[292];
        BitConverter.TryWriteBytes(block, scale);
        block[4 + 200] = 0x80;
        block[4 + 201] = 0x7F;
        FiniteTally tally = Scan(TensorType.Q8_K, block);
        Assert.AreEqual((infinities, infinities == 0 ? -1L : 200L), (tally.Infinity, tally.FirstNonFinite));
    }

    [TestMethod]
    public void Merging_keeps_the_counts_and_the_earliest_places()
    {
        byte[] payload = new byte[4 * 17];
        payload[0] = payload[17] = payload[51] = 0xFF;
        payload[52] = 0x07;
        FiniteTally whole = Scan(TensorType.MXFP4, payload);
        Assert.AreEqual((2L, 0L, 1L, 96L), (whole.BadBlocks, whole.FirstBadBlock, whole.Infinity, whole.FirstNonFinite));

        FiniteTally tail = default;
        FiniteScan.Scan(TensorType.MXFP4, payload.AsSpan(17), 32, ref tail);
        tail.Merge(Scan(TensorType.MXFP4, payload.AsSpan(0, 17)));
        Assert.AreEqual((2L, 0L, 1L, 96L), (tail.BadBlocks, tail.FirstBadBlock, tail.Infinity, tail.FirstNonFinite));
    }

    [TestMethod]
    public void Integers_are_finite_whatever_their_bits()
    {
        byte[] payload = [.. Enumerable.Repeat((byte)0xFF, 64)];
        TensorTypeInfo[] integers = [
            .. TensorTypes.All.Where(
                info => info.Name[0] is 'I' or 'U' or 'B' && info is { BlockElements: 1, BlockBytes: <= 8 }
                    && info.Type != TensorType.BF16)];
        Assert.HasCount(9, integers);
        foreach (TensorTypeInfo info in integers)
        {
            Assert.IsTrue(Scan(info.Type, payload).IsFinite, info.Name);
        }
    }

    [TestMethod]
    public void Payloads_that_cut_a_block_are_refused()
    {
        foreach (TensorTypeInfo info in TensorTypes.All.Where(
            info => FiniteScan.Supports(info.Type) && info is { Rule: PayloadRule.Blocks, BlockBytes: > 1 }))
        {
            Assert.ThrowsExactly<ArgumentException>(() => Scan(info.Type, new byte[info.BlockBytes + 1]), info.Name);
            Assert.ThrowsExactly<ArgumentException>(() => Scan(info.Type, new byte[info.BlockBytes - 1]), info.Name);
        }

        FiniteTally tally = default;
        Assert.ThrowsExactly<ArgumentException>(() => FiniteScan.Scan(TensorType.Q4_K, new byte[144], 32, ref tally));
        Assert.ThrowsExactly<ArgumentException>(() => FiniteScan.Scan(TensorType.F32, new byte[4], -1, ref tally));
        Assert.ThrowsExactly<ArgumentException>(() => FiniteScan.Scan(TensorType.AprQ4, new byte[18], 0, ref tally));
    }

    private static FiniteTally Scan(TensorType type, ReadOnlySpan<byte> payload)
    {
        FiniteTally tally = default;
        FiniteScan.Scan(type, payload, 0, ref tally);
        return tally;
    }

    private static bool IsNaN(uint bits) => (bits & 0x7FFF_FFFF) > 0x7F80_0000;

    private static bool IsInfinity(uint bits) => (bits & 0x7FFF_FFFF) == 0x7F80_0000;
}
