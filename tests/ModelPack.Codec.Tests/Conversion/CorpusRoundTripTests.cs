using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class CorpusRoundTripTests
{
    private static readonly ModelFormat[] Formats = Enum.GetValues<ModelFormat>();

    /// <summary>Chains of one and two formats, repetitions included, and those of three in which each step changes the format.</summary>
    private static readonly ModelFormat[][] Chains =
    [
        .. Formats.Select(format => new[] { format }),
        .. Formats.SelectMany(first => Formats.Select(second => new[] { first, second })),
        .. Formats.SelectMany(first => Formats.SelectMany(second => Formats.Select(third => new[] { first, second, third })))
            .Where(chain => chain[0] != chain[1] && chain[1] != chain[2]),
    ];

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Every_valid_file_comes_back_byte_for_byte_through_every_chain() =>
        ConversionCorpus.ForEach(ConversionCorpus.Valid, atLeast: 150, path => CheckChains(path, Chains));

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Every_odd_but_legal_file_of_the_hostile_corpus_comes_back_byte_for_byte() =>
        ConversionCorpus.ForEach(ConversionCorpus.Odd, atLeast: 50, path => CheckChains(path, Chains.Where(chain => chain.Length <= 2)));

    [TestMethod]
    public void Damaged_file_on_the_way_back_is_not_called_identical()
    {
        using TempFolder folder = new();
        string source = RepositoryData.Path("corpus", "gguf", "valid", "tiny-example.gguf");
        string there = folder.At("there.safetensors");
        ModelConverter.Convert(source, there, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        byte[] bytes = File.ReadAllBytes(there);
        bytes[^1] ^= 1;
        File.WriteAllBytes(there, bytes);
        string back = folder.At("back.gguf");
        ModelConverter.Convert(there, back, ModelFormat.Gguf, ConversionCorpus.Allow);
        CollectionAssert.AreNotEqual(File.ReadAllBytes(source), File.ReadAllBytes(back));
    }

    private static void CheckChains(string path, IEnumerable<ModelFormat[]> chains)
    {
        using ModelFile source = ModelFiles.Open(path);
        foreach (ModelFormat[] via in chains.Where(chain => chain.Length < 3 || chain[0] != source.Format))
        {
            RoundTripReport report = RoundTrip.Run(path, via, ConversionCorpus.Allow);
            string name = string.Join("→", via);
            Assert.IsTrue(report.Identical, $"via {name}: {report.Difference?.Text}");
            Assert.AreEqual(report.SourceXxh128, report.ReturnedXxh128, name);
            Assert.HasCount(via.Length + 1, report.Steps);
            foreach (Certificate step in report.Steps)
            {
                Assert.AreEqual(ProofLevel.L3, step.Level, $"via {name}: {string.Join("; ", step.Notes)}");
            }
        }
    }
}
