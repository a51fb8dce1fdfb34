using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufWriterTests
{
    public static IEnumerable<string> LibraryWritten =>
        GgufCorpus.Names.Where(name => GgufCorpus.Description(name).GetProperty("writer").GetString() == "reference library");

    public static IEnumerable<string> LittleEndian => GgufCorpus.Names.Where(name =>
        GgufCorpus.Description(name).GetProperty("byte_order").GetString() == "little" && GgufCorpus.Description(name)
        .GetProperty("version").GetInt32() > 1);

    [TestMethod]
    public void Library_written_files_are_there() => Assert.IsGreaterThan(15, LibraryWritten.Count());

    [TestMethod]
    [DynamicData(nameof(LibraryWritten))]
    public void File_of_the_reference_library_is_written_again_byte_for_byte(string name)
    {
        byte[] bytes = GgufCorpus.Bytes(name);
        using GgufFile file = GgufFile.Open(new MemoryByteSource(bytes));
        CollectionAssert.AreEqual(bytes, Compose(GgufWriter.Plan(ToModel(file)), file));
    }

    [TestMethod]
    [DynamicData(nameof(LittleEndian))]
    public void Header_of_any_little_endian_file_is_written_again_byte_for_byte(string name)
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(name)));
        LiteralSegment header = (LiteralSegment)GgufWriter.Plan(ToModel(file)).Segments[0];
        CollectionAssert.AreEqual(GgufCorpus.Bytes(name)[..(int)file.HeaderLength], header.Bytes[..(int)file.HeaderLength].ToArray());
    }

    [TestMethod]
    public void Version_1_and_big_endian_metadata_is_written_as_version_3_little_endian()
    {
        foreach (string name in new[] { "valid/v1", "valid/big-endian", "valid/big-endian-fugg", "valid/big-endian-v2" })
        {
            using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(name)));
            byte[] written = Compose(GgufWriter.Plan(ToModel(file) with { Version = 3 }), file);
            using GgufFile copy = GgufFile.Open(new MemoryByteSource(written));
            Assert.AreEqual("GGUF v3, little-endian", copy.FormatDescription);
            Assert.IsEmpty(copy.Notes);
            CollectionAssert.AreEqual(file.Metadata.Select(Show).ToArray(), copy.Metadata.Select(Show).ToArray());
            CollectionAssert.AreEqual(file.Tensors.Select(Show).ToArray(), copy.Tensors.Select(Show).ToArray());
        }
    }

    [TestMethod]
    public void Empty_and_scalar_tensors_keep_their_place()
    {
        GgufModel model = new()
        {
            Tensors = [
                new("e", TensorType.F32, [4, 0], 0), new("s", TensorType.F32, [], 4), new("e2", TensorType.Q8_0, [0, 32], 0),
                new("w", TensorType.F16, [1, 3], 6)],
        };
        FilePlan plan = GgufWriter.Plan(model);
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, plan.Segments.OfType<PayloadSegment>().Select(segment => segment.Tensor).ToArray());
        byte[] bytes = new byte[plan.Length];
        LiteralSegment header = (LiteralSegment)plan.Segments[0];
        header.Bytes.CopyTo(bytes);
        using GgufFile file = GgufFile.Open(new MemoryByteSource(bytes));
        CollectionAssert.AreEqual(new long[] { 0, 0, 32, 32 }, file.Records.Select(record => record.RelativeOffset).ToArray());
        CollectionAssert.AreEqual(new long[] { 3, 1 }, file.Records[3].Dimensions.ToArray());
        Assert.AreEqual(header.Bytes.Length + 64, plan.Length);
        CollectionAssert.AreEqual(
            new[] { "K-EMPTY", "K-SCALAR" }, file.Notes.Select(note => note.Rule).Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public void Offsets_beyond_63_bits_are_not_written()
    {
        GgufModel model = new()
        {
            Tensors = [new("a", TensorType.I8, [long.MaxValue - 40], long.MaxValue - 40), new("b", TensorType.I8, [40], 40)],
        };
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => GgufWriter.Plan(model));
        Assert.AreEqual(GgufErrors.UnwritableShape, exception.Code);
    }

    internal static GgufModel ToModel(GgufFile file) => new()
    {
        Version = Math.Max(file.Version, 2),
        Alignment = file.Alignment,
        Metadata = file.Metadata,
        Tensors = [.. file.Tensors.Select(tensor => new StoredTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.ByteLength))],
    };

    private static byte[] Compose(FilePlan plan, GgufFile file)
    {
        using MemoryStream output = new();
        foreach (Segment segment in plan.Segments)
        {
            output.Write(segment switch
            {
                LiteralSegment literal => literal.Bytes.Span,
                ZeroSegment zeros => new byte[zeros.Length],
                PayloadSegment payload => file.Source.ReadBytes(file.Tensors[payload.Tensor].Offset, (int)payload.Length),
                _ => throw new InvalidOperationException(segment.ToString()),
            });
        }

        Assert.AreEqual(plan.Length, output.Length);
        return output.ToArray();
    }

    private static string Show(MetadataEntry entry) => $"{entry.Key} {entry.Value.TypeName} {entry.Value.Display(int.MaxValue)}";

    private static string Show(TensorInfo tensor) =>
        $"{tensor.Name} {tensor.Type} {TensorShape.Format(tensor.Shape.AsSpan())} {tensor.ByteLength}";
}
