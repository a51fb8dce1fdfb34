using ModelPack.Formats;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>What a model's own files name is a part of it; what lies beside is left out by name and size.</summary>
[TestClass]
public sealed class ModelModuleTests
{
    private const string Modules =
        """
        [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
         {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
         {"idx":2,"name":"2","path":"2_Dense","type":"sentence_transformers.models.Dense"},
         {"idx":3,"name":"3","path":"3_Normalize","type":"sentence_transformers.models.Normalize"}]
        """;

    private readonly TempFolder folder = new();

    private string Model => folder.At("model");

    [TestInitialize]
    public void MakeModel()
    {
        Directory.CreateDirectory(Model);
        File.WriteAllBytes(Path.Combine(Model, "model.safetensors"), SmallModels.SafeTensors());
        Write("config.json", "{\"model_type\": \"made-up\"}");
        Write("tokenizer.json", "{}");
        Write("modules.json", Modules);
        Write("1_Pooling/config.json", "{}");
        Write("2_Dense/config.json", "{}");
        Write("2_Dense/model.safetensors", "weights, to the\0byte");
    }

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    [DataRow("model.safetensors", ModelFormat.Gguf)]
    [DataRow("model.safetensors", ModelFormat.Apr)]
    [DataRow("pytorch_model.bin", ModelFormat.Gguf)]
    public void Weights_of_a_module_are_carried_and_come_back(string name, ModelFormat format)
    {
        if (name != "model.safetensors")
        {
            File.Move(Path.Combine(Model, "2_Dense", "model.safetensors"), Path.Combine(Model, "2_Dense", name));
        }

        Certificate there = Convert("m." + format.Extension(), format);
        Assert.Contains($"2_Dense/{name}", there.Source.Parts.Select(part => part.Name));
        Assert.IsEmpty(there.LeftOut);
        Assert.AreEqual(Meaning.Carried, there.Meaning, string.Join("; ", there.MeaningReasons));
        Assert.Contains(
            $"'2_Dense/{name}' is a part of the model, and only kept for the way back: an embedding is computed without it",
            there.MeaningReasons);

        Certificate back = ModelConverter.Convert(folder.At("m." + format.Extension()), folder.At("back/"), ModelFormat.SafeTensors, new());
        CollectionAssert.AreEqual(
            File.ReadAllBytes(Path.Combine(Model, "2_Dense", name)), File.ReadAllBytes(folder.At($"back/2_Dense/{name}")));
        Assert.AreEqual(Meaning.Runs, back.Meaning, string.Join("; ", back.MeaningReasons));
    }

    [TestMethod]
    public void Of_two_forms_of_its_weights_the_one_that_is_loaded_is_carried()
    {
        Write("2_Dense/pytorch_model.bin", "pickle");
        Certificate there = Convert("m.gguf", ModelFormat.Gguf);
        Assert.AreEqual(Reports.TextOf(new LeftOutFile("2_Dense/pytorch_model.bin", 6, null)), Reports.TextOf(there.LeftOut.Single()));
        Assert.AreNotEqual(Meaning.Partial, there.Meaning);
    }

    [TestMethod]
    public void A_module_that_is_not_there_makes_the_model_partial()
    {
        File.Delete(Path.Combine(Model, "2_Dense", "model.safetensors"));
        AssertPartial("'2_Dense/' is a part of the model by modules.json, and has no weights");
        Directory.Delete(Path.Combine(Model, "2_Dense"), recursive: true);
        AssertPartial("'2_Dense/' is a part of the model by modules.json, and is not there");
        Directory.Delete(Path.Combine(Model, "1_Pooling"), recursive: true);
        AssertPartial("'1_Pooling/' is a part of the model by modules.json, and is not there");
    }

    [TestMethod]
    public void A_module_that_cannot_be_carried_makes_the_model_partial_and_is_named_with_its_size()
    {
        using (FileStream large = File.Create(Path.Combine(Model, "2_Dense", "model.safetensors")))
        {
            large.SetLength(ModelLocation.MaximumCompanionBytes + 1);
        }

        ConversionPreview preview = AssertPartial(
            "'2_Dense/model.safetensors' (larger than the 64 MiB that are carried of a module, 67,108,865 bytes) is a part of the model by "
                + "modules.json, and is not carried");
        Assert.IsTrue(preview.LeftOut.Single().IsPart);
        const string Said = "K-LEFT-OUT: part of the model, and left out: '2_Dense/model.safetensors'";
        Assert.IsTrue(preview.Notes.Any(note => note.StartsWith(Said, StringComparison.Ordinal)), string.Join("\n", preview.Notes));
    }

    [TestMethod]
    public void A_module_behind_a_link_is_not_followed()
    {
        Directory.Move(Path.Combine(Model, "2_Dense"), folder.At("elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(Model, "2_Dense"), folder.At("elsewhere"));
        AssertPartial("'2_Dense/' (a link, 0 bytes) is a part of the model by modules.json, and is not carried");
    }

    [TestMethod]
    [DataRow("[{\"path\":")]
    [DataRow("{\"path\":\"2_Dense\"}")]
    [DataRow("[2, {\"path\":2}, {\"path\":\"\"}, {}]")]
    [DataRow(null)]
    public void A_list_of_modules_that_nobody_can_read_names_none(string? json)
    {
        Write("modules.json", json ?? Modules + new string(' ', 1 << 20));
        ConversionPreview preview = Plan();
        Assert.AreEqual(
            Reports.TextOf(new LeftOutFile("2_Dense/", 22, "it holds weights of its own")),
            Reports.TextOf(preview.LeftOut.Single()));
        Assert.AreEqual(Meaning.Carried, preview.Meaning, string.Join("; ", preview.MeaningReasons));
    }

    [TestMethod]
    public void A_model_without_a_tokenizer_is_partial()
    {
        File.Delete(Path.Combine(Model, "tokenizer.json"));
        AssertPartial("there is no tokenizer with the model");
    }

    [TestMethod]
    public void A_config_that_is_no_JSON_names_no_code()
    {
        Write("config.json", "{\"auto_map\": ");
        Assert.AreEqual(Meaning.Carried, Plan().Meaning);
    }

    [TestMethod]
    public void Code_that_the_config_names_is_a_part_of_the_model()
    {
        Write("config.json",
            """{"model_type":"made-up","auto_map":{"AutoConfig":"own/repository--configuration_x.X","AutoModel":"modeling_x.XModel"}}""");
        AssertPartial("'modeling_x.py' is a part of the model by auto_map in config.json, and is not there");
        Write("modeling_x.py", "class XModel: pass\n");
        Assert.AreEqual(Meaning.Carried, Plan().Meaning);
    }

    [TestMethod]
    public void What_lies_beside_the_model_is_in_the_certificate_with_its_size()
    {
        Write("onnx/deep/model.onnx", "12345");
        Write("onnx/config.json", "{}");
        Write("original/consolidated.00.pth", "1234567");
        Write("pytorch_model.bin", "123");
        Certificate made = Convert("m.gguf", ModelFormat.Gguf);
        string[] expected = [
            "'onnx/deep/' (it holds weights of its own, 5 bytes)", "'original/' (it holds weights of its own, 7 bytes)",
            "'pytorch_model.bin' (3 bytes)"];
        CollectionAssert.AreEquivalent(expected, made.LeftOut.Select(file => file.ToString()).ToArray());
        CollectionAssert.AreEqual(
            made.LeftOut.Select(Reports.TextOf).ToArray(),
            CertificateJson.Read(ModelConverter.CertificatePath(folder.At("m.gguf"))).LeftOut.Select(Reports.TextOf).ToArray());
    }

    [TestMethod]
    [DataRow("final-norm", "model.norm.weight")]
    [DataRow("down-proj", "model.layers.0.mlp.down_proj.weight")]
    public void A_result_that_lacks_a_weight_does_not_claim_the_architecture(string name, string tensor)
    {
        string source = RepositoryData.Path("cases", "missing-weight", name);
        foreach (ModelFormat format in new[] { ModelFormat.Gguf, ModelFormat.Apr })
        {
            string output = folder.At($"m.{format.Extension()}");
            Certificate made = ModelConverter.Convert(source, output, format, new());
            Assert.AreEqual(Meaning.Carried, made.Meaning);
            Assert.IsTrue(
                made.Notes.Any(note => note.Contains($"has the tensor '{tensor}', and this one does not", StringComparison.Ordinal)),
                string.Join("\n", made.Notes));
            using ModelFile file = ModelFiles.Open(output);
            Assert.AreEqual(format == ModelFormat.Apr ? "unknown" : null, file.Architecture);
        }

        Assert.AreEqual(
            ProofLevel.L3, ModelConverter.Convert(folder.At("m.gguf"), folder.At("back/"), ModelFormat.SafeTensors, new()).Level);
        Assert.AreEqual(name == "final-norm" ? "MP2150" : "MP2112", ModelValidator.Validate(source).Findings.Single().Code.Id);
    }

    [TestMethod]
    public void A_folder_of_an_incomplete_GGUF_gets_no_config()
    {
        string whole = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");
        ModelConverter.Convert(whole, folder.At("parts/"), ModelFormat.Gguf, new() { MaxShardBytes = 300_000 });
        File.Move(Directory.GetFiles(folder.At("parts"), "*-00001-of-*.gguf").Single(), folder.At("part.gguf"));
        ConversionPreview preview = ModelConverter.Plan(folder.At("part.gguf"), folder.At("part/"), ModelFormat.SafeTensors, new());
        Assert.IsFalse(preview.Files.Any(file => file.Name == "config.json"));
        Assert.AreEqual(Meaning.Partial, preview.Meaning);
    }

    [TestMethod]
    public void An_adapter_is_carried_with_the_tokenizer_of_its_model()
    {
        string source = RepositoryData.Path("cases", "peft-folder", "adapter");
        foreach (ModelFormat format in new[] { ModelFormat.Gguf, ModelFormat.Apr })
        {
            string output = folder.At($"adapter.{format.Extension()}");
            Certificate made = ModelConverter.Convert(source, output, format, new());
            Assert.AreEqual(Meaning.Carried, made.Meaning);
            Assert.Contains("adapter_config.json: the folder holds an adapter, not a model: its tensors keep their names", made.Notes);
            Assert.AreEqual(ProofLevel.L3, ModelVerifier.Verify(source, output, ProofLevel.L3).Proved);
        }
    }

    private ConversionPreview Plan() => ModelConverter.Plan(Model, folder.At("planned.gguf"), ModelFormat.Gguf, new());

    private ConversionPreview AssertPartial(string reason)
    {
        ConversionPreview preview = Plan();
        Assert.AreEqual(Meaning.Partial, preview.Meaning);
        Assert.Contains(reason, preview.MeaningReasons);
        return preview;
    }

    private Certificate Convert(string name, ModelFormat format) => ModelConverter.Convert(Model, folder.At(name), format, new());

    private void Write(string name, string text)
    {
        string path = Path.Combine(Model, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
