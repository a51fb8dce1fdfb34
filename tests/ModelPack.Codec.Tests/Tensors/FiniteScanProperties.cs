using CsCheck;
using ModelPack.Tensors;
using ModelPack.Tensors.Scanning;

namespace ModelPack.Codec.Tests.Tensors;

/// <summary>The vectorised and the scale-only scans against their scalar and fully decoding twins, over random and adversarial
/// payloads.</summary>
[TestClass]
public sealed class FiniteScanProperties
{
    // Bytes from which scales that are NaN, infinite or just below are likely to arise.
    private static readonly Gen<byte> Adversarial = Gen.OneOf<byte>(0, 1, 0x40, 0x7B, 0x7C, 0x7E, 0x7F, 0x80, 0xC0, 0xFC, 0xFD, 0xFE, 0xFF);

    private static readonly Gen<byte> Sparse = Gen.Frequency((60, Gen.Const((byte)0x11)), (1, Adversarial));

    [TestMethod]
    public void Plain_scans_agree_with_their_scalar_twins() =>
        Gen.Select(Gen.OneOf(Gen.Byte, Adversarial, Sparse).Array[0, 1200], Gen.Int[0, 8], Gen.Long[0, long.MaxValue / 2])
        .Sample((bytes, skip, first) =>
        {
            AssertTwins(bytes, skip, PlainFormats.F32, 4, first);
            AssertTwins(bytes, skip, PlainFormats.F16, 2, first);
            AssertTwins(bytes, skip, PlainFormats.BF16, 2, first);
            AssertTwins(bytes, skip, PlainFormats.F64, 8, first);
            AssertTwins(bytes, skip, PlainFormats.F8E5M2, 1, first);
            AssertTwins(bytes, skip, PlainFormats.F8E4M3, 1, first);
            AssertTwins(bytes, skip, PlainFormats.F8E8M0, 1, first);
            AssertTwins(bytes, skip, PlainFormats.F8Fnuz, 1, first);
        });

    [TestMethod]
    public void Every_position_of_a_single_NaN_is_found()
    {
        for (int length = 1; length < 300; length += 7)
        {
            for (int at = 0; at < length; at++)
            {
                var payload = new byte[2 * length];
                payload[(2 * at) + 1] = 0x7E;
                FiniteTally tally = default;
                FiniteScan.Scan(TensorType.F16, payload, 5, ref tally);
                Assert.AreEqual((1L, 5L + at), (tally.NaN, tally.FirstNonFinite));
            }
        }
    }

    [TestMethod]
    public void Looking_at_the_scales_alone_misses_no_element()
    {
        TensorTypeInfo[] types = [.. TensorTypes.All.Where(info => info.BlockElements > 1 && FiniteScan.Supports(info.Type))];
        Assert.IsGreaterThan(25, types.Length);
        Gen.Select(Gen.OneOf(types), Gen.Int[1, 40], Gen.OneOf(Gen.Byte, Adversarial, Sparse).Array[40 * 292])
            .Sample((info, blocks, bytes) =>
        {
            ReadOnlySpan<byte> payload = bytes.AsSpan(0, blocks * info.BlockBytes);
            var values = new float[blocks * info.BlockElements];
            TensorDecoder.Decode(info.Type, payload, values);

            FiniteTally tally = default;
            FiniteScan.Scan(info.Type, payload, 0, ref tally);
            return tally.NaN == values.Count(float.IsNaN)
                && tally.Infinity == values.Count(float.IsInfinity)
                && tally.FirstNonFinite == Array.FindIndex(values, value => !float.IsFinite(value));
        });
    }

    [TestMethod]
    public void Scales_are_found_alike_alone_and_in_groups()
    {
        TensorTypeInfo[] types = [.. TensorTypes.All.Where(info => info.BlockElements > 1)];
        Gen.Select(Gen.OneOf(types), Gen.Int[1, 40], Gen.OneOf(Gen.Byte, Adversarial, Sparse).Array[40 * 292])
            .Sample((info, blocks, bytes) =>
        {
            List<int> alone = [.. Enumerable.Range(0, blocks)
                .Where(block => SuspectBlocks.Next(info.Type, bytes.AsSpan(block * info.BlockBytes, info.BlockBytes), 0) == 0)];
            List<int> grouped = [];
            ReadOnlySpan<byte> payload = bytes.AsSpan(0, blocks * info.BlockBytes);
            for (int at = SuspectBlocks.Next(info.Type, payload, 0); at >= 0; at = SuspectBlocks.Next(info.Type, payload, at + 1))
            {
                grouped.Add(at);
            }

            return alone.SequenceEqual(grouped);
        });
    }

    [TestMethod]
    public void Chunks_give_the_same_tally_in_any_order()
    {
        TensorTypeInfo[] types = [.. TensorTypes.All];
        Gen.Select(Gen.OneOf(types), Gen.Int[1, 5], Gen.Int[1, 3], Gen.OneOf(Gen.Byte, Adversarial, Sparse).Array[64 * 292], Gen.Int)
            .Sample((info, rows, columns, bytes, seed) =>
        {
            long[] shape = Shape(info, rows, columns);
            Assert.IsTrue(info.TryGetPayloadBytes(shape, out long length));
            var scanner = FiniteScanner.For(info.Type, shape);
            FiniteTally whole = default;
            scanner.Scan(0, bytes.AsSpan(0, (int)length), ref whole);

            var random = new Random(seed);
            List<FiniteTally> tallies = [];
            for (int at = 0; at < length;)
            {
                int size = (int)Math.Min(scanner.Granularity * (1L + random.Next(200)), length - at);
                FiniteTally chunk = default;
                scanner.Scan(at, bytes.AsSpan(at, size), ref chunk);
                tallies.Add(chunk);
                at += size;
            }

            FiniteTally merged = MergeInRandomOrder(tallies, random);
            return Read(merged) == Read(whole);
        });
    }

    private static long[] Shape(TensorTypeInfo info, int rows, int columns) => info.Rule switch
    {
        PayloadRule.PaddedRows or PayloadRule.FlatBlocks => [rows, (info.BlockElements * columns) - rows],
        PayloadRule.PackedBits => [rows, 400L * columns],
        PayloadRule.ScaledBytes => [rows, 77L * columns],
        _ => [rows, (long)info.BlockElements * columns * (info.BlockElements == 1 ? 53 : 1)],
    };

    private static FiniteTally MergeInRandomOrder(List<FiniteTally> tallies, Random random)
    {
        while (tallies.Count > 1)
        {
            int left = random.Next(tallies.Count);
            FiniteTally merged = tallies[left];
            tallies.RemoveAt(left);
            int right = random.Next(tallies.Count);
            merged.Merge(tallies[right]);
            tallies[right] = merged;
        }

        return tallies.Count == 0 ? default : tallies[0];
    }

    private static (long, long, long, long, long) Read(FiniteTally tally) =>
        (tally.NaN, tally.Infinity, tally.FirstNonFinite, tally.BadBlocks, tally.FirstBadBlock);

    private static void AssertTwins<T>(byte[] bytes, int skip, PlainFormat<T> format, int width, long first)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        ReadOnlySpan<byte> payload = bytes.AsSpan(Math.Min(skip, bytes.Length));
        payload = payload[..(payload.Length / width * width)];
        FiniteTally vector = default;
        PlainScan.Scan(payload, format, first, ref vector);
        FiniteTally scalar = default;
        PlainScan.ScanScalar(payload, format, first, ref scalar);
        Assert.AreEqual(Read(scalar), Read(vector));
    }
}
