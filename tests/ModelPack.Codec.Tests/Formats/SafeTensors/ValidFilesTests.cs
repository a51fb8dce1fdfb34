using System.Text.Json;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class ValidFilesTests
{
    public static IEnumerable<object[]> Files() => SafeTensorsTestFile.Expected("valid")
        .Where(entry => !SafeTensorsTestFile.IsFolder(entry))
        .Select(entry => new object[] { entry.GetProperty("file").GetString()! });

    [TestMethod]
    public void Every_file_of_the_corpus_is_described()
    {
        string[] described = [.. Files().Select(row => (string)row[0]).Order(StringComparer.Ordinal)];
        Assert.IsNotEmpty(described);
        CollectionAssert.AreEqual(
            RepositoryData.Files("corpus/safetensors/valid", "*.safetensors").Select(path => Path.GetFileName(path)).ToArray(), described);
    }

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void A_valid_file_is_read_in_every_field_and_rebuilt_to_the_same_bytes(string name)
    {
        JsonElement expected = SafeTensorsTestFile.Expected("valid").Single(entry => entry.GetProperty("file").GetString() == name);
        using SafeTensorsFile file = SafeTensorsFile.Open(new FileByteSource(SafeTensorsTestFile.CorpusPath("valid", name)));
        ExpectedFile.Check(expected, file);
    }

    [TestMethod]
    public void The_dtypes_of_the_corpus_are_all_22_of_the_format()
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(
            new FileByteSource(SafeTensorsTestFile.CorpusPath("valid", "all_dtypes.safetensors")));
        TensorType[] descending = [.. file.Tensors.Select(tensor => tensor.Type)];
        Assert.HasCount(22, descending);
        CollectionAssert.AreEqual(SafeTensorsTypes.All.Reverse().ToArray(), descending);
    }
}
