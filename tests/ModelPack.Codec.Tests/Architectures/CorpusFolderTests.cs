using ModelPack.Architectures;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>A real model; the expected files were spelled out by Python's json.dumps from the tables of hf-companions.md.</summary>
[TestClass]
public sealed class CorpusFolderTests
{
    private const string Model = "models/random-qwen2-small-Q4_K_M";

    [TestMethod]
    public void Folder_of_the_small_model_is_what_the_tables_say()
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(Model)));
        DerivedFolder folder = DerivedCompanions.Derive(file);
        string[] expected = [.. RepositoryData.Files("huggingface/random-qwen2-small-Q4_K_M", "*").Select(path => Path.GetFileName(path)!)];
        Assert.HasCount(6, expected);
        CollectionAssert.AreEquivalent(
            expected.Append("modelpack-report.json").ToArray(), folder.Files.Select(companion => companion.Name).ToArray());
        foreach (string name in expected)
        {
            folder.AssertFile(name, File.ReadAllText(RepositoryData.Path("huggingface", "random-qwen2-small-Q4_K_M", name)));
        }
    }

    [TestMethod]
    public void Same_file_gives_the_same_bytes()
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(Model)));
        DerivedFolder first = DerivedCompanions.Derive(file);
        DerivedFolder second = DerivedCompanions.Derive(file);
        CollectionAssert.AreEqual(first.Notes.ToArray(), second.Notes.ToArray());
        CollectionAssert.AreEqual(first.Files.Select(Show).ToArray(), second.Files.Select(Show).ToArray());

        static string Show(Companion companion) => $"{companion.Name} {Convert.ToHexString(companion.Bytes.Span)}";
    }

    [TestMethod]
    public void Every_well_formed_file_of_the_corpus_gives_files_or_notes()
    {
        Assert.IsGreaterThan(15, GgufCorpus.Names.Count());
        foreach (string name in GgufCorpus.Names)
        {
            using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(name)));
            DerivedFolder folder = DerivedCompanions.Derive(file);
            foreach (string expected in new[] { "config.json", "tokenizer.json", "tokenizer_config.json" })
            {
                Assert.IsTrue(
                    folder.Files.Any(companion => companion.Name == expected)
                        || folder.Notes.Any(
                            note => note.StartsWith($"{expected}: {expected} cannot be derived: ", StringComparison.Ordinal)),
                    $"{name}: {expected}");
            }
        }
    }
}
