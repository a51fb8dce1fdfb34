using System.Text.Json;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class HostileFilesTests
{
    public static IEnumerable<object[]> Files() => SafeTensorsTestFile.Expected("hostile")
        .Where(entry => !SafeTensorsTestFile.IsFolder(entry))
        .Select(entry => new object[] { entry.GetProperty("file").GetString()! });

    [TestMethod]
    public void Every_file_of_the_corpus_is_described()
    {
        string[] described = [.. Files().Select(row => (string)row[0]).Order(StringComparer.Ordinal)];
        Assert.IsNotEmpty(described);
        CollectionAssert.AreEqual(
            RepositoryData.Files("corpus/safetensors/hostile", "*.safetensors").Select(path => Path.GetFileName(path)).ToArray(),
            described);
    }

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void A_hostile_file_is_refused_with_the_reference_error_or_our_policy(string name)
    {
        JsonElement expected = SafeTensorsTestFile.Expected("hostile").Single(entry => entry.GetProperty("file").GetString() == name);
        byte[] bytes = File.ReadAllBytes(SafeTensorsTestFile.CorpusPath("hostile", name));
        string reference = expected.GetProperty("reference_library").GetString()!;
        if (!expected.GetProperty("must_refuse").GetBoolean())
        {
            using SafeTensorsFile file = SafeTensorsTestFile.Open(bytes);
            CollectionAssert.AreEqual(bytes, SafeTensorsTestFile.Rebuild(file));
            Assert.IsTrue(file.Notes.Any(note => note.Rule == SafeTensorsNotes.Space), "the deviation is not noted");
            return;
        }

        ModelFormatException refusal = SafeTensorsTestFile.Refusal(bytes);
        Assert.IsTrue(refusal.ByteOffset >= 0 && refusal.ByteOffset <= bytes.Length, $"offset {refusal.ByteOffset}");
        Assert.AreEqual("test.safetensors", refusal.FilePath);
        if (reference == "accepts")
        {
            Assert.StartsWith("POLICY-", refusal.Code.Rule);
        }
        else
        {
            Assert.AreEqual(reference.Split('(')[0], refusal.Code.Rule);
        }
    }
}
