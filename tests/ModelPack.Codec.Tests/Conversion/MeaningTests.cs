using ModelPack.Architectures.Families;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>What an output is good for (DESIGN §1), in preview and certificate.</summary>
[TestClass]
public sealed class MeaningTests
{
    private static readonly string Model = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    // APR has no type of its blocks.
    private static readonly string Other = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q8_0.gguf");

    private readonly TempFolder folder = new();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    [DataRow("m.apr", ModelFormat.Apr, QuantizedMode.Auto, Meaning.Runs, "")]
    [DataRow(
        "m.apr", ModelFormat.Apr, QuantizedMode.Blocks, Meaning.Carried, "tensors are stored as raw bytes, which apr cannot compute with")]
    [DataRow("m/", ModelFormat.SafeTensors, QuantizedMode.Auto, Meaning.Runs, "")]
    [DataRow(
        "m/", ModelFormat.SafeTensors, QuantizedMode.Blocks, Meaning.Carried,
        "tensors are stored as raw bytes, which transformers cannot compute with")]
    [DataRow(
        "m.safetensors", ModelFormat.SafeTensors, QuantizedMode.Auto, Meaning.Carried,
        "config.json and the tokenizer, which transformers needs, are written into a folder only")]
    [DataRow("m.gguf", ModelFormat.Gguf, QuantizedMode.Auto, Meaning.Runs, "")]
    [DataRow("m/", ModelFormat.Gguf, QuantizedMode.Auto, Meaning.Runs, "")]
    public void A_whole_model_runs_where_the_target_can_hold_it(
        string name, ModelFormat to, QuantizedMode quantized, Meaning meaning, string reason)
    {
        ConversionOptions options = new()
        {
            Quantized = quantized,
            MaxShardBytes = to == ModelFormat.Gguf && name.EndsWith('/') ? 300_000 : null,
        };
        string model = quantized == QuantizedMode.Blocks ? Other : Model;
        ConversionPreview preview = ModelConverter.Plan(model, folder.At(name), to, options);
        Certificate certificate = ModelConverter.Convert(model, folder.At(name), to, options);
        Assert.AreEqual(meaning, certificate.Meaning, string.Join("; ", certificate.MeaningReasons));
        Assert.AreEqual(reason, string.Join("; ", certificate.MeaningReasons));
        Assert.AreEqual(meaning, preview.Meaning);
        CollectionAssert.AreEqual(preview.MeaningReasons.ToArray(), certificate.MeaningReasons.ToArray());
    }

    [TestMethod]
    public void What_comes_back_means_what_it_meant()
    {
        ModelConverter.Convert(Other, folder.At("m.apr"), ModelFormat.Apr, new() { Quantized = QuantizedMode.Blocks });
        Assert.AreEqual(Meaning.Runs, ModelConverter.Convert(folder.At("m.apr"), folder.At("m.gguf"), ModelFormat.Gguf, new()).Meaning);
        Assert.AreEqual(Meaning.Carried, ModelConverter.Convert(folder.At("m.apr"), folder.At("copy.apr"), ModelFormat.Apr, new()).Meaning);
    }

    [TestMethod]
    public void An_architecture_without_a_rule_runs_where_it_came_from_only()
    {
        string gguf = SmallModels.Write(folder, ModelFormat.Gguf);
        Assert.AreEqual(Meaning.Runs, ModelConverter.Plan(gguf, folder.At("copy.gguf"), ModelFormat.Gguf, new()).Meaning);
        ConversionPreview apr = ModelConverter.Plan(gguf, folder.At("m.apr"), ModelFormat.Apr, new());
        Assert.AreEqual(Meaning.Carried, apr.Meaning);
        Assert.Contains("there is no rule for the architecture 'test', so nothing tells whether apr runs it", apr.MeaningReasons);
    }

    [TestMethod]
    public void A_part_that_is_alone_is_partial()
    {
        ModelConverter.Convert(Model, folder.At("parts/"), ModelFormat.Gguf, new() { MaxShardBytes = 300_000 });
        string part = Directory.GetFiles(folder.At("parts"), "*-00001-of-*.gguf").Single();
        File.Move(part, folder.At("part.gguf"));
        ConversionPreview preview = ModelConverter.Plan(folder.At("part.gguf"), folder.At("part.apr"), ModelFormat.Apr, new());
        Assert.AreEqual(Meaning.Partial, preview.Meaning);
        Assert.MatchesRegex("^'part.gguf' is one of [0-9]+ parts of a model, and the others were not found$", preview.MeaningReasons[0]);
        Assert.AreEqual(
            Meaning.Partial, ModelConverter.Plan(folder.At("part.gguf"), folder.At("copy.gguf"), ModelFormat.Gguf, new()).Meaning);
    }

    [TestMethod]
    public void Tensors_without_their_companions_or_other_shards_are_partial()
    {
        string file = folder.Write("model-00001-of-00002.safetensors", SmallModels.SafeTensors());
        ConversionPreview preview = ModelConverter.Plan(file, folder.At("m.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(Meaning.Partial, preview.Meaning);
        CollectionAssert.AreEqual(
            new[]
            {
                "'model-00001-of-00002.safetensors' is one of 2 shards of a model, and the others were not found",
                "there is no config.json with the tensors, so nothing says what model they are",
                "tensors are stored as raw bytes under types of GGUF, which llama.cpp cannot compute with",
                "'general.architecture' is missing, which llama.cpp needs: nothing says which of its architectures the model has",
            },
            preview.MeaningReasons.ToArray());
    }

    [TestMethod]
    public void The_word_and_its_reasons_are_in_the_certificate_file_and_older_files_have_none()
    {
        Certificate made = ModelConverter.Convert(Model, folder.At("m.safetensors"), ModelFormat.SafeTensors, new());
        string path = ModelConverter.CertificatePath(folder.At("m.safetensors"));
        Certificate read = CertificateJson.Read(path);
        Assert.AreEqual(made.Meaning, read.Meaning);
        CollectionAssert.AreEqual(made.MeaningReasons.ToArray(), read.MeaningReasons.ToArray());

        string text = File.ReadAllText(path);
        File.WriteAllBytes(folder.At("old.json"), CertificateJson.ToUtf8(
            made.With(
                (nameof(Certificate.Meaning), null),
                (nameof(Certificate.MeaningReasons), System.Collections.Immutable.ImmutableArray<string>.Empty))));
        Assert.DoesNotContain("meaning", File.ReadAllText(folder.At("old.json")));
        Assert.IsNull(CertificateJson.Read(folder.At("old.json")).Meaning);
        File.WriteAllText(folder.At("odd.json"), text.Replace("\"carried\"", "\"splendid\"", StringComparison.Ordinal));
        Assert.ThrowsExactly<ModelFormatException>(() => CertificateJson.Read(folder.At("odd.json")));
    }

    [TestMethod]
    public void Every_claimed_architecture_has_a_list_of_what_it_needs_and_its_names_are_in_the_table()
    {
        foreach ((string type, string architecture) in ConfigToGguf.ModelTypes)
        {
            RequiredTensors? required = RequiredTensors.For(architecture);
            Assert.IsNotNull(required, architecture);
            NameTable table = NameTable.For(architecture, type == "mixtral" ? 1 : 0)!;
            string[] unnamed = [
                .. required.Missing(
                    1, (component, layer) => component.HuggingFaceNames(table, layer).Any(),
                    (component, layer) => component.GgufName(layer))];
            Assert.IsEmpty(unnamed, $"{type}: {string.Join(", ", unnamed)}");
        }
    }
}
