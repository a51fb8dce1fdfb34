using System.Security.Cryptography;
using System.Text.Json;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Apr;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Formats.Apr;

/// <summary>Files that apr and its crates wrote (tests/data/corpus/apr/real/README.md).</summary>
[TestClass]
public sealed class RealFileTests
{
    /// <summary>Its reader calls type byte 8 by its own name, where GGML's id is meant (apr-v2.md §13.2).</summary>
    private const string WrongName = "preserve-q4k-llama-q8_0.apr";

    /// <summary>SafeTensors under a name in .apr.</summary>
    private const string NoApr = "merge-writes-safetensors.apr";

    public static IEnumerable<object[]> Files =>
        RepositoryData.Files("corpus/apr/real", "*.apr").Select(Path.GetFileName).Where(name => name != NoApr)
        .Select(name => new object[] { name! });

    [TestMethod]
    public void All_are_there() => Assert.HasCount(36, Files);

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void A_file_is_read_as_its_description_says_or_refused_by_its_rule(string name)
    {
        using JsonDocument document = Describe(name);
        JsonElement expected = document.RootElement;
        using FileByteSource source = new(At(name));
        if (expected.GetProperty("must_refuse").GetBoolean())
        {
            Assert.AreEqual(
                expected.GetProperty("rule").GetString(),
                Assert.ThrowsExactly<ModelFormatException>(() => AprFile.Open(source).CheckFooter(CancellationToken.None)).Code.Rule);
            return;
        }

        AprFile file = AprFile.Open(source);
        file.CheckFooter(CancellationToken.None);
        if (expected.TryGetProperty("real_reader", out _))
        {
            // Its own container reader takes no such file, so there is nothing to compare with but the engine, which runs it: matrices of
            // 32 columns or more in whole blocks.
            Assert.HasCount(12, file.Tensors);
            Assert.AreEqual(AprDialect.Realizar, file.Dialect);
            CollectionAssert.AreEqual(new long[] { 72, 32 }, file.Tensors.Single(tensor => tensor.Name == "token_embd.weight").Shape);
            return;
        }

        JsonElement[] tensors = [.. expected.GetProperty("tensors").EnumerateArray()];
        Assert.HasCount(tensors.Length, file.Entries);
        foreach ((AprIndexEntry entry, JsonElement tensor) in file.Entries.Zip(tensors))
        {
            Assert.AreEqual(tensor.GetProperty("name").GetString(), entry.Name);
            CollectionAssert.AreEqual(
                tensor.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64()).ToArray(), entry.Dimensions);
            Assert.AreEqual(tensor.GetProperty("nbytes").GetInt64(), entry.Size);
            Assert.AreEqual(
                tensor.GetProperty("sha256").GetString(),
                Convert.ToHexStringLower(SHA256.HashData(source.ReadBytes(file.DataOffset + entry.Offset, (int)entry.Size))));
            if (name != WrongName)
            {
                Assert.AreEqual(tensor.GetProperty("dtype").GetString(), TypeName(entry.Type), entry.Name);
            }
        }
    }

    [TestMethod]
    public void Type_byte_8_of_apr_preserve_q4k_is_Q8_0()
    {
        using AprFile file = AprFile.Open(new FileByteSource(At(WrongName)));
        Assert.IsTrue(file.Tensors.Where(tensor => tensor.Shape.Length > 1).All(tensor => tensor.Type == TensorType.Q8_0));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Every_sound_file_comes_back_byte_for_byte_through_gguf_and_safetensors()
    {
        string[] sound = [.. Files.Select(file => At((string)file[0])).Where(path => !MustRefuse(path))];
        ConversionCorpus.ForEach(sound, atLeast: 32, path =>
        {
            foreach (ModelFormat[] via in new ModelFormat[][] { [ModelFormat.Gguf], [ModelFormat.SafeTensors],
                [ModelFormat.Gguf, ModelFormat.SafeTensors], [ModelFormat.SafeTensors, ModelFormat.Gguf] })
            {
                RoundTripReport report = RoundTrip.Run(path, via, ConversionCorpus.Allow);
                Assert.IsTrue(report.Identical, $"via {string.Join("→", via)}: {report.Difference?.Text}");
            }
        });
    }

    /// <summary>The real importer drops head_dim, or guesses numbers that cannot be.</summary>
    [TestMethod]
    [DataRow("import-gguf-qwen3-head-dim-lost.apr", "")]
    [DataRow("import-safetensors-qwen3-head-dim.apr", "")]
    [DataRow("import-gguf-qwen2-q4k-tied.apr", "")]
    [DataRow("preserve-q4k-llama-q4_0.apr", "")]
    [DataRow("preserve-q4k-llama-q8_0.apr", "")]
    [DataRow("preserve-q4k-llama-f16.apr", "")]
    [DataRow("convert-qwen2-int4.apr", "V-SHAPE")]
    [DataRow("convert-llama-q4k-num-heads-0.apr", "V-HEADS")]
    public void Findings_are_those_that_are_right(string name, string rule)
    {
        ValidationReport report = ModelValidator.Validate(At(name));
        string[] rules = [.. report.Findings.Select(finding => finding.Code.Rule).Distinct()];
        Assert.IsTrue(
            rule.Length == 0
                ? rules.Length == 0
                : rules.Contains(rule), string.Join("; ", report.Findings.Select(finding => $"{finding.Place}: {finding.Text}")));
    }

    [TestMethod]
    public void A_width_of_heads_that_the_importer_dropped_is_in_the_gguf()
    {
        using TempFolder folder = new();
        ModelConverter.Convert(
            At("import-gguf-qwen3-head-dim-lost.apr"), folder.At("model.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
        using ModelFile gguf = ModelFiles.Open(folder.At("model.gguf"));
        Assert.AreEqual("16", gguf.Metadata.Single(entry => entry.Key == "qwen3.attention.key_length").Value.Display());
        CollectionAssert.AreEqual(new long[] { 64, 32 }, gguf.Tensors.Single(tensor => tensor.Name == "blk.0.attn_q.weight").Shape);
    }

    private static string At(string name) => RepositoryData.Path("corpus", "apr", "real", name);

    private static JsonDocument Describe(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(At(name), ".json")), new JsonDocumentOptions { MaxDepth = 200 });

    private static bool MustRefuse(string path)
    {
        using JsonDocument document = Describe(Path.GetFileName(path));
        return document.RootElement.GetProperty("must_refuse").GetBoolean();
    }

    // The real reader has one name for the three ways to store Q4_K (§9.4).
    private static string TypeName(TensorType type) =>
        type is TensorType.AprQ4KRows or TensorType.AprQ4KFlat ? "Q4_K" : TensorTypes.Get(type).Name;
}
