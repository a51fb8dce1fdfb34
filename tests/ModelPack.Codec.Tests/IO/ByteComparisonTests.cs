using ModelPack.IO;

namespace ModelPack.Codec.Tests.IO;

[TestClass]
public sealed class ByteComparisonTests
{
    private readonly Random random = new(11);

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(1)]
    [DataRow(1000)]
    [DataRow(Chunks.Size)]
    [DataRow((5 * Chunks.Size) + 1)]
    public void The_first_of_several_differences_is_found(int length)
    {
        byte[] left = new byte[length];
        random.NextBytes(left);
        Assert.IsNull(Compare(left, [.. left]));
        for (int trial = 0; trial < 20; trial++)
        {
            byte[] right = [.. left];
            int[] places = [.. Enumerable.Range(0, 3).Select(_ => random.Next(length)).Distinct()];
            Array.ForEach(places, at => right[at] ^= 1);
            Assert.AreEqual(places.Min(), Compare(left, right));
        }
    }

    [TestMethod]
    public void Of_two_lengths_the_shorter_one_ends_at_the_difference()
    {
        byte[] bytes = new byte[(2 * Chunks.Size) + 5];
        Assert.AreEqual(bytes.Length - 1, Compare(bytes, bytes[..^1]));
        Assert.AreEqual(0, Compare([], bytes));
        Assert.IsNull(Compare([], []));
    }

    [TestMethod]
    public void A_read_that_fails_is_reported_as_it_is()
    {
        using MemoryByteSource whole = new(new byte[4 * Chunks.Size]);
        using RangeByteSource cut = new(new MemoryByteSource(new byte[3 * Chunks.Size]), 0, whole.Length);
        Assert.ThrowsExactly<EndOfStreamException>(() => ByteComparison.FirstDifference(whole, cut, CancellationToken.None));
    }

    [TestMethod]
    public void Cancelling_ends_it()
    {
        using MemoryByteSource whole = new(new byte[4 * Chunks.Size]);
        Assert.ThrowsExactly<OperationCanceledException>(() => ByteComparison.FirstDifference(whole, whole, new CancellationToken(true)));
    }

    private static long? Compare(byte[] left, byte[] right) =>
        ByteComparison.FirstDifference(new MemoryByteSource(left), new MemoryByteSource(right), CancellationToken.None);
}
