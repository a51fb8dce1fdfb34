using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>The form in which checkpoints lie in the repository, and how they get there.</summary>
[TestClass]
public sealed class CheckpointArchiveTests
{
    private const string CorpusVariable = "MODELPACK_CHECKPOINTS";
    private const long Limit = 40_000_000;

    /// <summary>Makes the archives, if a folder with a folder for each case is named. Else there is nothing to do.</summary>
    [TestMethod]
    public void Archives_are_made_of_the_folders_that_are_named()
    {
        if (Environment.GetEnvironmentVariable(CorpusVariable) is { Length: > 0 } corpus)
        {
            Parallel.ForEach(Directory.EnumerateDirectories(corpus), folder => File.WriteAllBytes(
                RepositoryData.Path("corpus", "hf", Path.GetFileName(folder) + CheckpointArchive.Ending), CheckpointArchive.Make(folder)));
        }
    }

    [TestMethod]
    public void All_archives_together_are_small()
    {
        string[] files = [.. Directory.EnumerateFiles(RepositoryData.Path("corpus", "hf"))];
        Assert.IsGreaterThan(100, files.Length);
        Assert.IsLessThanOrEqualTo(Limit, files.Sum(file => new FileInfo(file).Length));
    }

    [TestMethod]
    public void An_archive_holds_the_folder_and_the_reference_without_its_payloads()
    {
        using TempFolder temp = new();
        byte[] reference = Reference();
        Write(temp, "case/folder/config.json", "{}"u8);
        Write(temp, "case/folder/1_Pooling/config.json", "{ }"u8);
        Write(temp, "case/expected.json", "{\"texts\":[]}"u8);
        Write(temp, "case/reference.gguf", reference);
        byte[] archive = CheckpointArchive.Make(temp.At("case"));
        CollectionAssert.AreEqual(archive, CheckpointArchive.Make(temp.At("case")));
        CheckpointArchive.Extract(temp.Write("case.tar.br", archive), Directory.CreateDirectory(temp.At("out")).FullName);
        string[] found = [
            .. Directory.EnumerateFiles(temp.At("out"), "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(temp.At("out"), path).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(
            new[] { "expected.json", "folder/1_Pooling/config.json", "folder/config.json", "reference.header", "reference.sha256" }, found);
        CollectionAssert.AreEqual("{ }"u8.ToArray(), File.ReadAllBytes(temp.At("out/folder/1_Pooling/config.json")));
    }

    [TestMethod]
    public void A_reference_is_made_again_from_its_payloads_and_from_no_others()
    {
        using TempFolder temp = new();
        byte[] reference = Reference();
        Write(temp, "case/folder/config.json", "{}"u8);
        Write(temp, "case/reference.gguf", reference);
        CheckpointArchive.Extract(
            temp.Write("case.tar.br", CheckpointArchive.Make(temp.At("case"))), Directory.CreateDirectory(temp.At("out")).FullName);
        using ReferenceTable table = ReferenceTable.Read(temp.At("out"))!;
        using GgufFile file = GgufFile.Open(new MemoryByteSource(reference));
        Dictionary<string, byte[]> payloads = file.Tensors.Select(tensor => file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength))
            .ToDictionary(bytes => ReferenceTable.HashOf(bytes));
        CollectionAssert.AreEqual(reference, table.Rebuild(payloads));
        Assert.IsNull(table.Rebuild(new Dictionary<string, byte[]>()));
    }

    private static byte[] Reference() => GgufCorpus.Bytes("valid/tiny-example");

    private static void Write(TempFolder temp, string name, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(temp.At(name))!);
        temp.Write(name, bytes);
    }
}
