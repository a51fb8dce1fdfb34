using System.Security.Cryptography;
using System.Text.Json;
using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Apr;

[TestClass]
public sealed class AprCorpusTests
{
    public static IEnumerable<object[]> ValidFiles =>
        RepositoryData.Files("corpus/apr/valid", "*.apr").Select(path => new object[] { Path.GetFileName(path) });

    public static IEnumerable<object[]> HostileFiles =>
        RepositoryData.Files("corpus/apr/hostile", "*.apr").Select(path => new object[] { Path.GetFileName(path) });

    [TestMethod]
    public void The_corpus_is_there()
    {
        Assert.IsGreaterThan(50, ValidFiles.Count());
        Assert.IsGreaterThan(150, HostileFiles.Count());
    }

    [TestMethod]
    [DynamicData(nameof(ValidFiles))]
    public void A_valid_file_is_read_as_its_description_says(string name)
    {
        string path = RepositoryData.Path("corpus", "apr", "valid", name);
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(Path.ChangeExtension(path, ".json")), new JsonDocumentOptions { MaxDepth = 200 });
        JsonElement expected = document.RootElement;

        using AprFile file = AprFile.Open(new FileByteSource(path));
        file.CheckFooter(CancellationToken.None);
        file.NotePadding();

        AssertHeader(expected.GetProperty("header"), file);
        AssertFooter(expected.GetProperty("footer"), file);
        string dialect = file.Dialect switch
        {
            AprDialect.Realizar => "realizar",
            AprDialect.AprenderBeforeLayout002 => "aprender before LAYOUT-002",
            _ => "aprender",
        };
        Assert.AreEqual(expected.GetProperty("dialect").GetString(), dialect);
        CollectionAssert.AreEquivalent(
            expected.GetProperty("warnings").EnumerateArray().Select(rule => rule.GetString()).ToArray(),
            file.Notes.Select(note => note.Rule).Distinct().ToArray());
        Assert.AreEqual(expected.GetProperty("padding_zero").GetBoolean(), !file.Notes.Any(note => note.Rule == "K-PAD"));
        Assert.AreEqual(expected.GetProperty("metadata_sha256").GetString(), Sha256(file.MetadataJson.Span));
        AssertKeys(expected.GetProperty("metadata"), file);
        AssertTensors([.. expected.GetProperty("tensors").EnumerateArray()], file);
    }

    [TestMethod]
    [DynamicData(nameof(HostileFiles))]
    public void A_hostile_file_is_refused_by_its_rule_or_read(string name)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(RepositoryData.Path("corpus", "apr", "hostile", "expected.json")));
        JsonElement expected = document.RootElement.GetProperty("files").EnumerateArray()
            .Single(file => file.GetProperty("file").GetString() == name);
        string[] rules = [.. expected.GetProperty("rules").EnumerateArray().Select(rule => rule.GetString()!)];
        using CountingByteSource source = new(new FileByteSource(RepositoryData.Path("corpus", "apr", "hostile", name)));
        long before = GC.GetAllocatedBytesForCurrentThread();

        if (expected.GetProperty("must_refuse").GetBoolean())
        {
            ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(
                () => AprFile.Open(source).CheckFooter(CancellationToken.None));
            CollectionAssert.Contains(rules, error.Code.Rule, error.Detail);
        }
        else
        {
            AprFile file = AprFile.Open(source);
            file.CheckFooter(CancellationToken.None);
            string[] oddities = [.. rules.Where(rule => rule.StartsWith("K-", StringComparison.Ordinal))];
            CollectionAssert.IsSubsetOf(oddities, file.Notes.Select(note => note.Rule).ToArray());
        }

        Assert.IsLessThan((4 * source.Length) + CountingByteSource.Slack, source.BytesRead);
        Assert.IsLessThan(8 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertHeader(JsonElement expected, AprFile file)
    {
        Assert.AreEqual(expected.GetProperty("version").GetString(), $"{file.VersionMajor}.{file.VersionMinor}");
        Assert.AreEqual(expected.GetProperty("flags").GetString(), $"0x{(ushort)file.Flags:x4}");
        Assert.AreEqual(expected.GetProperty("tensor_count").GetInt64(), file.TensorCount);
        Assert.AreEqual(expected.GetProperty("metadata_offset").GetInt64(), file.MetadataOffset);
        Assert.AreEqual(expected.GetProperty("metadata_size").GetInt64(), file.MetadataSize);
        Assert.AreEqual(expected.GetProperty("tensor_index_offset").GetInt64(), file.IndexOffset);
        Assert.AreEqual(expected.GetProperty("data_offset").GetInt64(), file.DataOffset);
        string reserved = file.Reserved.All(one => one == 0) ? "zero" : Convert.ToHexStringLower(file.Reserved.AsSpan());
        Assert.AreEqual(expected.GetProperty("reserved").GetString(), reserved);
    }

    private static void AssertFooter(JsonElement expected, AprFile file)
    {
        Assert.AreEqual(expected.GetProperty("present").GetBoolean(), file.Footer.IsPresent);
        if (file.Footer.IsPresent)
        {
            Assert.AreEqual(expected.GetProperty("crc32").GetString(), $"{file.Footer.StoredCrc:x8}");
            Assert.AreEqual(file.Source.Length - 4, file.Footer.Offset);
        }
    }

    private static void AssertKeys(JsonElement expected, AprFile file)
    {
        string[] keys = [.. expected.EnumerateObject().Select(property => property.Name)];
        CollectionAssert.AreEquivalent(keys, file.Metadata.Select(entry => entry.Key).Distinct().ToArray());
        foreach (JsonProperty property in expected.EnumerateObject().Where(property => property.Value.ValueKind is JsonValueKind.String))
        {
            if (file.FindMetadata(property.Name)!.AsText() is string text)
            {
                Assert.AreEqual(property.Value.GetString(), text);
            }
        }
    }

    private static void AssertTensors(JsonElement[] expected, AprFile file)
    {
        Assert.HasCount(expected.Length, file.Entries);
        Assert.HasCount(expected.Length, file.Tensors);
        for (int i = 0; i < expected.Length; i++)
        {
            (AprIndexEntry entry, TensorInfo tensor) = (file.Entries[i], file.Tensors[i]);
            Assert.AreEqual(expected[i].GetProperty("name").GetString(), tensor.Name);
            Assert.AreEqual(tensor.Name, entry.Name);
            Assert.AreEqual(expected[i].GetProperty("dtype_byte").GetByte(), entry.TypeByte);
            long[] dimensions = Numbers(expected[i].GetProperty("dims"));
            CollectionAssert.AreEqual(dimensions, entry.Dimensions);
            CollectionAssert.AreEqual(
                expected[i].TryGetProperty("shape", out JsonElement shape) ? Numbers(shape) : dimensions, tensor.Shape);
            Assert.AreEqual(expected[i].GetProperty("offset").GetInt64(), entry.Offset);
            Assert.AreEqual(expected[i].GetProperty("nbytes").GetInt64(), tensor.ByteLength);
            Assert.AreEqual(file.DataOffset + entry.Offset, tensor.Offset);
            Assert.AreEqual(ExpectedType(expected[i]), tensor.Type, tensor.Name);
            byte[] payload = file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);
            Assert.AreEqual(expected[i].GetProperty("sha256").GetString(), Sha256(payload));
        }
    }

    private static TensorType ExpectedType(JsonElement tensor)
    {
        string name = tensor.GetProperty("dtype").GetString()!;
        string layout = tensor.TryGetProperty("layout", out JsonElement value) ? value.GetString()! : "verbatim";
        if (layout != "verbatim")
        {
            Assert.AreEqual("Q4_K", name);
            return layout.Contains("rows", StringComparison.Ordinal) ? TensorType.AprQ4KRows : TensorType.AprQ4KFlat;
        }

        Assert.IsTrue(TensorTypes.TryGetByName(name, out TensorTypeInfo? info), name);
        return info!.Type;
    }

    private static long[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt64())];

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
