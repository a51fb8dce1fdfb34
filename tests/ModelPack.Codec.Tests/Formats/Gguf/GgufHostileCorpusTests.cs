using System.Text.Json;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Gguf;

[TestClass]
public sealed class GgufHostileCorpusTests
{
    private const long AllocationLimit = 4 * 1024 * 1024;

    private static readonly JsonElement[] Files = Load();

    public static IEnumerable<string> Refused => Files.Where(MustRefuse).Select(Name);

    public static IEnumerable<string> Read => Files.Where(file => !MustRefuse(file)).Select(Name);

    [TestMethod]
    public void Every_hostile_file_is_described()
    {
        string[] onDisk = [.. RepositoryData.Files("corpus/gguf/hostile", "*.gguf").Select(file => Path.GetFileName(file)!)];
        Assert.IsGreaterThan(100, onDisk.Length);
        CollectionAssert.AreEquivalent(onDisk, Files.Select(Name).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Refused))]
    public void Hostile_file_is_refused_by_one_of_its_rules(string name)
    {
        string[] rules = [.. Find(name).GetProperty("rules").EnumerateArray().Select(rule => rule.GetString()!)];
        using CountingByteSource source = new(new FileByteSource(RepositoryData.Path("corpus", "gguf", "hostile", name)));
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => GgufFile.Open(source));
        Assert.IsLessThan((4 * source.Length) + CountingByteSource.Slack, source.BytesRead);
        Assert.IsLessThan(AllocationLimit, GC.GetAllocatedBytesForCurrentThread() - allocated);
        CollectionAssert.Contains(rules, exception.Code.Rule, exception.Describe());
        Assert.IsTrue(exception.ByteOffset >= 0 && exception.ByteOffset <= source.Length, exception.Describe());
        Assert.AreEqual(source.Name, exception.FilePath);
    }

    [TestMethod]
    [DynamicData(nameof(Read))]
    public void Odd_file_is_read_and_its_oddity_is_noted(string name)
    {
        using GgufFile file = GgufFile.Open(new FileByteSource(RepositoryData.Path("corpus", "gguf", "hostile", name)));
        HashSet<string> noted = [.. file.Notes.Select(note => note.Rule)];
        if (file.NotePadding() is { } padding)
        {
            noted.Add(padding.Rule);
        }

        // Values of payloads are not the container's business.
        foreach (JsonElement rule in Find(name).GetProperty("rules").EnumerateArray().Where(rule => rule.GetString() != "N-FINITE"))
        {
            CollectionAssert.Contains(noted.ToArray(), rule.GetString());
        }
    }

    private static JsonElement Find(string name) => Files.Single(file => Name(file) == name);

    private static string Name(JsonElement file) => file.GetProperty("file").GetString()!;

    private static bool MustRefuse(JsonElement file) => file.GetProperty("must_refuse").GetBoolean();

    private static JsonElement[] Load()
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(RepositoryData.Path("corpus", "gguf", "hostile", "expected.json")));
        return [.. document.RootElement.GetProperty("files").EnumerateArray().Select(file => file.Clone())];
    }
}
