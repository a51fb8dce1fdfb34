using System.Collections.Immutable;
using System.IO.Hashing;
using System.Security.Cryptography;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.IO.Output;

namespace ModelPack.Codec.Tests.Conversion.Pipeline;

[TestClass]
public sealed class SourcePassTests
{
    private const PassWork Everything =
        PassWork.OutputCrc32 | PassWork.SourceSha256 | PassWork.TensorHashes | PassWork.FiniteScan;

    // The whole, and three files that it might consist of.
    private static ImmutableArray<FootedFile> Footed(int length) =>
        [new(0, length), new(0, length / 3), new(length / 3, length / 2), new(length / 2, length)];

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void A_pass_finds_what_a_straightforward_computation_finds(int threads)
    {
        for (int seed = 0; seed < 25; seed++)
        {
            RandomLayout layout = new(seed);
            using TempFolder folder = new();
            string path = folder.At("output");
            PassResult result;
            using (OutputLock place = OutputLock.Take(path))
            using (TemporaryModel output = new(
                place, isFolder: false, ModelPlan.Single(new FilePlan([new ZeroSegment(layout.OutputLength)]))))
            {
                result = SourcePass.Run(
                    layout.Request(threads) with { Work = Everything, Output = output, Footed = Footed(layout.Bytes.Length) },
                    CancellationToken.None);
                output.Commit(Earlier.Stays);
            }

            Assert.AreEqual(Hash128.Of(layout.Bytes), result.FileHash, $"seed {seed}");
            CollectionAssert.AreEqual(
                Footed(layout.Bytes.Length).Select(file => Crc32.HashToUInt32(layout.Bytes[(int)file.Start..(int)file.End])).ToArray(),
                result.FootedCrc32);
            CollectionAssert.AreEqual(SHA256.HashData(layout.Bytes), result.FileSha256);
            for (int i = 0; i < result.Ranges.Count; i++)
            {
                ReadOnlySpan<byte> range = layout.Bytes.AsSpan((int)result.Ranges[i].Offset, (int)result.Ranges[i].Length);
                Assert.AreEqual(Hash128.Of(range), result.RangeHashes[i], $"seed {seed}, range {i}");
            }

            byte[] written = File.ReadAllBytes(path);
            for (int i = 0; i < layout.Tensors.Length; i++)
            {
                byte[] stored = layout.Payload(i);
                Assert.AreEqual(Hash128.Of(stored), result.TensorHashes[i], $"seed {seed}, tensor {i}");
                Assert.AreEqual(Crc32.HashToUInt32(stored), result.PayloadCrc32[i], $"seed {seed}, tensor {i}");
                Assert.AreEqual(layout.NonFinite[i], result.Finite[i].NonFinite, $"seed {seed}, tensor {i}");
                long at = layout.Destinations[i]!.Value;
                Assert.IsTrue(written.AsSpan((int)at, stored.Length).SequenceEqual(stored), $"seed {seed}, tensor {i}");
            }
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(1)]
    [DataRow(4)]
    public void A_byte_that_differs_from_what_is_expected_is_noticed_in_any_payload(int threads)
    {
        for (int seed = 0; seed < 15; seed++)
        {
            RandomLayout layout = new(seed);
            byte[] expected = layout.Output();
            PassRequest request = layout.Request(threads) with { Expected = new MemoryByteSource(expected) };
            Assert.IsTrue(SourcePass.Run(request, CancellationToken.None).IsAsExpected, $"seed {seed}");
            Assert.IsFalse(
                SourcePass.Run(
                    request with { Expected = new MemoryByteSource(expected.AsMemory(0, expected.Length - 1)) },
                    CancellationToken.None).IsAsExpected);
            int tensor = layout.Random.Next(layout.Tensors.Length);
            long at = layout.Destinations[tensor]!.Value + layout.Random.NextInt64(layout.Tensors[tensor].ByteLength);
            expected[at] ^= 1;
            Assert.IsFalse(SourcePass.Run(request, CancellationToken.None).IsAsExpected, $"seed {seed}, byte {at}");
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void Progress_only_grows_and_ends_at_the_end(int threads)
    {
        RandomLayout layout = new(3);
        List<long> reports = [];
        SourcePass.Run(layout.Request(threads) with { Progress = reports.Add }, CancellationToken.None);
        CollectionAssert.AreEqual(reports.Order().ToArray(), reports);
        Assert.AreEqual(layout.Bytes.Length, reports[^1]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void A_file_that_shrank_is_reported_by_any_thread(int threads)
    {
        RandomLayout layout = new(4);
        RangeByteSource shrunk = new(new MemoryByteSource(layout.Bytes.AsMemory(0, layout.Bytes.Length / 2)), 0, layout.Bytes.Length);
        Assert.ThrowsExactly<EndOfStreamException>(
            () => SourcePass.Run(layout.Request(threads) with { Source = shrunk }, CancellationToken.None));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void Cancelling_in_the_middle_ends_the_pass(int threads)
    {
        RandomLayout layout = new(5);
        using CancellationTokenSource stop = new();
        CancellingSource source = new(layout.Bytes, stop);
        Assert.ThrowsExactly<OperationCanceledException>(
            () => SourcePass.Run(layout.Request(threads) with { Source = source }, stop.Token));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Windows_cover_the_file_without_gaps_and_cut_payloads_where_chunks_of_the_output_end()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            RandomLayout layout = new(seed);
            PassRequest request = layout.Request(1) with { Work = PassWork.FiniteScan };
            WindowCursor cursor = new(request.Ranges, TensorWork.For(request));
            Window window = new(Chunks.Size);
            long position = 0;
            long[] covered = new long[request.Ranges.Count];
            long[] scanned = new long[request.Ranges.Count];
            while (!cursor.AtEnd)
            {
                cursor.Next(window);
                Assert.AreEqual(position, window.Offset);
                Assert.IsGreaterThan(0, window.Length, $"seed {seed}");
                Assert.AreEqual(window.Length, window.Slices.Sum(slice => slice.Length));
                foreach (Slice slice in window.Slices)
                {
                    FileRange range = request.Ranges[slice.Range];
                    Assert.AreEqual(range.Offset + slice.RangeOffset, window.Offset + slice.Start);
                    Assert.AreEqual(covered[slice.Range], slice.RangeOffset);
                    covered[slice.Range] += slice.Length;
                    foreach (int tensor in slice.RangeOffset == 0 ? ArraySegment<int>.Empty : range.Tensors)
                    {
                        Assert.AreEqual(0, (layout.Destinations[tensor]!.Value + slice.RangeOffset) % Chunks.Size, $"seed {seed}");
                    }

                    foreach (int tensor in range.Tensors)
                    {
                        int block = TensorTypes.Get(layout.Tensors[tensor].Type).BlockBytes;
                        ReadOnlySpan<byte> blocks = window.BlocksOf(slice, range.Length, block, out long offset);
                        Assert.AreEqual(scanned[slice.Range], offset, $"seed {seed}");
                        Assert.AreEqual(0, blocks.Length % block, $"seed {seed}");
                        scanned[slice.Range] += blocks.Length;
                    }
                }

                Assert.IsLessThanOrEqualTo(layout.Bytes.Length, window.Offset + window.BytesWithOverhang.Length, $"seed {seed}");

                position += window.Length;
            }

            Assert.AreEqual(layout.Bytes.Length, position);
            CollectionAssert.AreEqual(request.Ranges.Select(range => range.Length).ToArray(), covered);
            CollectionAssert.AreEqual(request.Ranges.Select(range => range.IsGap ? 0 : range.Length).ToArray(), scanned);
        }
    }

    private sealed class CancellingSource(byte[] bytes, CancellationTokenSource stop) : ByteSource
    {
        public override string Name => "<cancelling>";

        public override long Length => bytes.Length;

        public override void ReadAt(long offset, Span<byte> destination)
        {
            bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
            if (offset > bytes.Length / 2)
            {
                stop.Cancel();
            }
        }
    }
}
