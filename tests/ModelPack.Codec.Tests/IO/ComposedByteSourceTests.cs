using ModelPack.Conversion;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.IO;

[TestClass]
public sealed class ComposedByteSourceTests
{
    private readonly Random random = new(7);

    [TestMethod]
    public void Any_read_gives_the_bytes_of_the_composed_file()
    {
        for (int trial = 0; trial < 50; trial++)
        {
            (ComposedByteSource composed, byte[] expected, _) = Compose();
            Assert.AreEqual(expected.Length, composed.Length);
            for (int read = 0; read < 100; read++)
            {
                int offset = random.Next(expected.Length + 1);
                int length = random.Next(expected.Length - offset + 1);
                CollectionAssert.AreEqual(
                    expected[offset..(offset + length)], composed.ReadBytes(offset, length), $"{length} bytes at {offset}");
                CollectionAssert.AreEqual(
                    expected[offset..(offset + length)], composed.ReadMemory(offset, length).ToArray(), $"{length} bytes at {offset}");
            }
        }
    }

    [TestMethod]
    public void Reading_past_the_end_is_refused()
    {
        (ComposedByteSource composed, byte[] expected, _) = Compose();
        Assert.ThrowsExactly<EndOfStreamException>(() => composed.ReadBytes(expected.Length, 1));
        Assert.ThrowsExactly<EndOfStreamException>(() => composed.ReadBytes(0, expected.Length + 1));
        Assert.ThrowsExactly<EndOfStreamException>(() => composed.ReadBytes(-1, 1));
        Assert.ThrowsExactly<EndOfStreamException>(() => composed.ReadMemory(expected.Length, 1));
        Assert.ThrowsExactly<EndOfStreamException>(() => composed.ReadMemory(0, expected.Length + 1));
        Assert.ThrowsExactly<EndOfStreamException>(() => composed.ReadMemory(-1, 1));
    }

    [TestMethod]
    public void A_checksum_that_is_not_resolved_cannot_be_read()
    {
        ComposedByteSource composed = new("<test>", new FilePlan([new ZeroSegment(1), new Crc32Segment()]), []);
        Assert.ThrowsExactly<InvalidOperationException>(() => composed.ReadBytes(0, 5));
    }

    [TestMethod]
    public void A_byte_beside_the_payloads_that_is_not_the_plan_s_is_noticed_and_one_in_a_payload_is_not()
    {
        for (int trial = 0; trial < 20; trial++)
        {
            (_, byte[] bytes, FilePlan plan) = Compose();
            ModelPlan model = ModelPlan.Single(plan);
            Assert.IsTrue(ByteComparison.HoldsBesidePayloads(new MemoryByteSource(bytes), model));
            Assert.IsFalse(ByteComparison.HoldsBesidePayloads(new MemoryByteSource((byte[])[.. bytes, 0]), model));
            long start = 0;
            foreach (Segment segment in plan.Segments)
            {
                long at = start + random.NextInt64(Math.Max(1, segment.Length));
                start += segment.Length;
                if (segment.Length > 0)
                {
                    bytes[at] ^= 0x40;
                    Assert.AreEqual(
                        segment is PayloadSegment, ByteComparison.HoldsBesidePayloads(new MemoryByteSource(bytes), model), $"byte {at}");
                    bytes[at] ^= 0x40;
                }
            }
        }
    }

    [TestMethod]
    [DataRow(TensorType.F32)]
    [DataRow(TensorType.F16)]
    [DataRow(TensorType.I64)]
    [DataRow(TensorType.Q4_K)]
    [DataRow(TensorType.Q6_K)]
    [DataRow(TensorType.Q8_0)]
    public void Any_read_of_a_payload_in_the_other_byte_order_gives_its_bytes(TensorType type)
    {
        byte[] payload = new byte[TensorTypes.Get(type).BlockBytes * 1000];
        random.NextBytes(payload);
        byte[] expected = [.. payload];
        PayloadByteOrder.Reverse(type, expected);
        Assert.AreNotEqual(Convert.ToHexString(payload), Convert.ToHexString(expected));
        ReversedByteSource reversed = new(new MemoryByteSource(payload), type);
        Assert.AreEqual(payload.Length, reversed.Length);
        for (int read = 0; read < 300; read++)
        {
            int offset = random.Next(payload.Length + 1);
            int length = Math.Min(payload.Length - offset, random.Next(1 << random.Next(18)));
            CollectionAssert.AreEqual(
                expected[offset..(offset + length)], reversed.ReadBytes(offset, length), $"{length} bytes at {offset}");
        }
    }

    private (ComposedByteSource Source, byte[] Bytes, FilePlan Plan) Compose()
    {
        List<Segment> segments = [];
        List<ByteSource> payloads = [];
        List<byte> bytes = [];
        int count = random.Next(1, 12);
        for (int i = 0; i < count; i++)
        {
            byte[] run = new byte[random.Next(400)];
            switch (random.Next(3))
            {
                case 0:
                    random.NextBytes(run);
                    segments.Add(new LiteralSegment(run));
                    break;
                case 1:
                    segments.Add(new ZeroSegment(run.Length));
                    break;
                default:
                    random.NextBytes(run);
                    segments.Add(new PayloadSegment(payloads.Count, run.Length));
                    payloads.Add(new MemoryByteSource(run));
                    break;
            }

            bytes.AddRange(run);
        }

        FilePlan plan = new(segments);
        return (new ComposedByteSource("<test>", plan, payloads), [.. bytes], plan);
    }
}
