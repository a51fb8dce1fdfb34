using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.IO;

/// <summary>What is read outside a source is an error, and never a neighbour's byte.</summary>
[TestClass]
public sealed class ByteSourceBoundsTests
{
    private static readonly MemoryByteSource Ten = new(new byte[10], "ten");

    public static IEnumerable<object[]> Sources =>
    [
        [new RangeByteSource(Ten, 2, 4)],
        [new ConcatenatedByteSource("two", [new RangeByteSource(Ten, 0, 1), new RangeByteSource(Ten, 5, 3)])],
        [new BlockwiseByteSource(Ten, 5, 2, (_, destination) => destination.Clear())],
    ];

    [TestMethod]
    [DynamicData(nameof(Sources))]
    public void Reading_outside_is_refused(object made)
    {
        ByteSource source = (ByteSource)made;
        Assert.HasCount((int)source.Length, source.ReadBytes(0, (int)source.Length));
        Assert.AreEqual(4, source.Length);
        Assert.ThrowsExactly<EndOfStreamException>(() => source.ReadBytes(0, 5));
        Assert.ThrowsExactly<EndOfStreamException>(() => source.ReadBytes(4, 1));
        Assert.ThrowsExactly<EndOfStreamException>(() => source.ReadBytes(-1, 1));
        Assert.ThrowsExactly<EndOfStreamException>(() => source.ReadBytes(long.MaxValue, 1));
    }
}
