using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Formats.Gguf;

/// <summary>The worked example of gguf.md §7.</summary>
[TestClass]
public sealed class GgufExampleTests
{
    [TestMethod]
    public void Worked_example_is_read_field_by_field()
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes("valid/tiny-example")));
        Assert.AreEqual("GGUF v3, little-endian", file.FormatDescription);
        Assert.AreEqual("tiny", file.Architecture);
        CollectionAssert.AreEqual(new[] { "general.architecture", "answer", "ids" }, file.Metadata.Select(entry => entry.Key).ToArray());
        CollectionAssert.AreEqual(new byte[] { 0x2a, 0, 0, 0 }, file.Find("answer")!.RawBytes.ToArray());
        CollectionAssert.AreEqual(new byte[] { 1, 0, 0xff, 0xff }, file.Find("ids")!.ItemBytes.ToArray());
        Assert.AreEqual("[1, -1]", file.Find("ids")!.Display());
        Assert.AreEqual(0xbb, file.HeaderLength);
        Assert.AreEqual(0xc0, file.DataOffset);
        Assert.AreEqual(0xe6, file.LastPayloadEnd);
        CollectionAssert.AreEqual(new[] { "w F32 [2] 192 8 121", "h F16 [3] 224 6 154" }, file.Records.Select(Show).ToArray());
        Assert.IsEmpty(file.Notes);
    }

    [TestMethod]
    public void Worked_example_is_written_from_its_parts()
    {
        byte[] items = new GgufBytes().Array(GgufValueType.Int16, 2).U16(1).U16(0xffff).ToArray();
        GgufModel model = new()
        {
            Metadata =
            [
                new("general.architecture", GgufValue.FromString("tiny")),
                new("answer", GgufValue.FromUInt32(42)),
                new("ids", GgufValue.FromRawBytes(GgufValueType.Array, items)),
            ],
            Tensors = [new("w", TensorType.F32, [2], 8), new("h", TensorType.F16, [3], 6)],
        };
        FilePlan plan = GgufWriter.Plan(model);
        byte[] expected = GgufCorpus.Bytes("valid/tiny-example");
        CollectionAssert.AreEqual(expected[..0xc0], ((LiteralSegment)plan.Segments[0]).Bytes.ToArray());
        CollectionAssert.AreEqual(
            new Segment[] { new PayloadSegment(0, 8), new ZeroSegment(24), new PayloadSegment(1, 6), new ZeroSegment(26) },
            plan.Segments.Skip(1).ToArray());
        Assert.AreEqual(expected.Length, plan.Length);
    }

    private static string Show(GgufTensorRecord record) =>
        $"{record.Tensor.Name} {record.Tensor.Type} {TensorShape.Format(record.Tensor.Shape.AsSpan())} {record.Tensor.Offset} "
            + $"{record.Tensor.ByteLength} {record.RecordOffset}";
}
