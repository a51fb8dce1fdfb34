using System.Text;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class WriterTests
{
    /// <summary>Legal forms that the reference serializer never writes: another order, other spelling, other padding; with several metadata
    /// keys its order is random.</summary>
    private static readonly string[] OtherWriters =
    [
        "data_order_by_name_mixed_dtypes", "empty_header_unpadded", "empty_tensors_out_of_order_at_one_offset",
        "escaped_names", "fields_in_other_order", "header_order_differs_from_offsets",
        "metadata_last", "metadata_unicode_and_escapes", "padding_one_space_unaligned",
        "padding_to_4096", "pretty_printed_header", "unpadded_unaligned",
    ];

    [TestMethod]
    public void The_worked_example_is_written_byte_for_byte()
    {
        // safetensors.md §9
        SafeTensorsModel model = new(
            [new("format", "pt")],
            [new("ok", TensorType.Bool, [], 1), new("w", TensorType.F16, [2, 2], 8)]);
        FilePlan plan = SafeTensorsWriter.Plan(model);
        byte[] expected = Convert.FromHexString(
            "90000000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c2277223a7b226474797065223a22463136222c2273686170"
            + "65223a5b322c325d2c22646174615f6f666673657473223a5b302c385d7d2c226f6b223a7b226474797065223a22424f4f4c222c227368617065223a5b5d2c22"
            + "646174615f6f666673657473223a5b382c395d7d7d202020");
        CollectionAssert.AreEqual(
            expected, plan.Segments.OfType<LiteralSegment>().SelectMany(segment => segment.Bytes.ToArray()).ToArray());
        CollectionAssert.AreEqual(
            new Segment[] { new PayloadSegment(1, 8), new PayloadSegment(0, 1) }, plan.Segments.OfType<PayloadSegment>().ToArray());
        Assert.AreEqual(161, plan.Length);
    }

    [TestMethod]
    public void Files_of_the_reference_serializer_are_written_again_byte_for_byte()
    {
        List<string> different = [];
        int same = 0;
        foreach (string path in RepositoryData.Files("corpus/safetensors/valid", "*.safetensors"))
        {
            using SafeTensorsFile file = SafeTensorsFile.Open(new FileByteSource(path));
            byte[] written = SafeTensorsTestFile.Write(SafeTensorsWriter.Plan(SafeTensorsTestFile.ModelOf(file)), file);
            if (written.AsSpan().SequenceEqual(File.ReadAllBytes(path)))
            {
                same++;
            }
            else
            {
                different.Add(Path.GetFileNameWithoutExtension(path));
            }
        }

        CollectionAssert.AreEquivalent(OtherWriters, different, string.Join(", ", different));
        Assert.IsGreaterThan(30, same);
    }

    [TestMethod]
    public void What_is_written_from_any_valid_file_reads_back_as_the_same_model()
    {
        foreach (string path in RepositoryData.Files("corpus/safetensors/valid", "*.safetensors"))
        {
            using SafeTensorsFile file = SafeTensorsFile.Open(new FileByteSource(path));
            using SafeTensorsFile again = SafeTensorsTestFile.Open(
                SafeTensorsTestFile.Write(SafeTensorsWriter.Plan(SafeTensorsTestFile.ModelOf(file)), file));
            CollectionAssert.AreEqual(Content(file), Content(again), path);
        }
    }

    [TestMethod]
    public void Names_are_sorted_by_utf8_bytes_behind_the_type()
    {
        string[] names = ["\U0001F642", "\uFF5E", "b", "a", ""];
        SafeTensorsModel model = new(
            [], [.. names.Select(name => new StoredTensor(name, TensorType.U8, [1], 1)), new("z", TensorType.U64, [], 8)]);
        int[] order = [.. SafeTensorsWriter.Plan(model).Segments.OfType<PayloadSegment>().Select(segment => segment.Tensor)];
        CollectionAssert.AreEqual(new[] { 5, 4, 3, 2, 1, 0 }, order);
    }

    [TestMethod]
    public void Strings_are_escaped_as_the_reference_serializer_does()
    {
        string header = Header(new([new("k", "\"\\/\b\t\n\f\r\u0000\u001f\u007fé🙂")], []));
        Assert.AreEqual("{\"__metadata__\":{\"k\":\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u007fé🙂\"}}", header.TrimEnd(' '));
    }

    [TestMethod]
    public void Metadata_keys_are_sorted_and_stand_first()
    {
        string header = Header(new([new("b", "1"), new("B", "2"), new("a", "3")], [new("w", TensorType.I8, [1], 1)]));
        Assert.StartsWith("{\"__metadata__\":{\"B\":\"2\",\"a\":\"3\",\"b\":\"1\"},\"w\":{", header);
        Assert.AreEqual(0, Encoding.UTF8.GetByteCount(header) % 8);
    }

    [TestMethod]
    public void An_empty_model_is_an_empty_object_with_six_spaces() => Assert.AreEqual("{}      ", Header(new([], [])));

    private static string Header(SafeTensorsModel model) =>
        Encoding.UTF8.GetString(SafeTensorsWriter.Plan(model).Segments.OfType<LiteralSegment>().Last().Bytes.Span);

    private static string[] Content(SafeTensorsFile file) =>
    [
        .. file.Metadata.Select(entry => $"{entry.Key}={entry.Value.Display()}").Order(StringComparer.Ordinal),
        .. file.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal).Select(tensor =>
            $"{tensor.Name} {tensor.Type} {TensorShape.Format(tensor.Shape.AsSpan())} "
            + SafeTensorsTestFile.Sha256(file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength))),
    ];
}
