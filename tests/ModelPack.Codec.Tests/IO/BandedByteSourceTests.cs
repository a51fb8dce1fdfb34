using ModelPack.IO;

namespace ModelPack.Codec.Tests.IO;

[TestClass]
public sealed class BandedByteSourceTests
{
    private const int Band = 1000;

    [TestMethod]
    [DataRow(1)]
    [DataRow(Band)]
    [DataRow(10_001)]
    public void Every_run_of_bytes_is_that_of_the_source(int length)
    {
        Slow inner = new(length);
        BandedByteSource banded = new(inner);
        Random random = new(length);
        for (int i = 0; i < 300; i++)
        {
            int offset = random.Next(length + 1);
            int count = random.Next(length - offset + 1);
            ByteAssert.AreEqual(inner.Bytes.AsSpan(offset, count), banded.ReadBytes(offset, count));
        }

        Assert.ThrowsExactly<EndOfStreamException>(() => banded.ReadBytes(length, 1));
    }

    [TestMethod]
    public void Readers_that_are_close_to_one_another_read_each_band_once()
    {
        Slow inner = new(100 * Band);
        BandedByteSource banded = new(inner);
        int[] order = [3, 0, 7, 1, 2, 5, 4, 6];
        for (int i = 0; i < 400; i++)
        {
            int window = (i / order.Length * order.Length) + order[i % order.Length];
            ByteAssert.AreEqual(inner.Bytes.AsSpan(window * 250, 250), banded.ReadBytes(window * 250, 250));
        }

        Assert.AreEqual(100, inner.Reads);
    }

    [TestMethod]
    public void Threads_may_read_at_the_same_time()
    {
        Slow inner = new(100 * Band);
        BandedByteSource banded = new(inner);
        Parallel.For(0, 400, i => ByteAssert.AreEqual(inner.Bytes.AsSpan(i * 250, 250), banded.ReadBytes(i * 250, 250)));
    }

    [TestMethod]
    public void What_is_composed_is_read_as_its_dearest_part_wants_to_be()
    {
        using ConcatenatedByteSource whole = new(
            "<whole>", [new MemoryByteSource(new byte[5]), new ComposedByteSource(
                "<composed>", new FilePlan([new PayloadSegment(0, 8 << 20)]), [new Slow(8 << 20, 4 << 20)])]);
        Assert.AreEqual(4 << 20, whole.BytesAtOnce);
    }

    private sealed class Slow : ByteSource
    {
        private readonly int atOnce;
        private int reads;

        public Slow(int length, int atOnce = Band)
        {
            this.atOnce = atOnce;
            Bytes = new byte[length];
            new Random(length).NextBytes(Bytes);
        }

        public byte[] Bytes { get; }

        public int Reads => reads;

        public override string Name => "<slow>";

        public override long Length => Bytes.Length;

        internal override int BytesAtOnce => atOnce;

        public override void ReadAt(long offset, Span<byte> destination)
        {
            Interlocked.Increment(ref reads);
            Bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }
    }
}
