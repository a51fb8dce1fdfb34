using System.Text;
using System.Text.Json;

namespace ModelPack.Codec.Tests.Models;

/// <summary>What is done with paths is done with opened models too, with the same result.</summary>
[TestClass]
public sealed class OpenedModelTests
{
    [TestMethod]
    public async Task Hash_and_statistics_of_an_opened_model_are_those_of_its_file()
    {
        using Model model = Model.Open(ModelFixtures.Small);
        ModelHash hash = ModelHash.Compute(model.File);
        Assert.AreEqual(hash.Model, ModelHash.Compute(model).Model);
        Assert.AreEqual(hash.Values, (await ModelHash.ComputeAsync(model)).Values);
        ModelStatistics statistics = ModelStatistics.Compute(model.File);
        Assert.AreEqual(statistics.Digest, ModelStatistics.Compute(model).Digest);
        Assert.AreEqual(statistics.Digest, (await ModelStatistics.ComputeAsync(model)).Digest);
        TensorSummary expected = statistics.Tensors.Single(summary => summary.Tensor.Name == "blk.0.attn_k.weight");
        Assert.AreEqual(expected.Statistics!.Mean, ModelStatistics.Compute(model.Tensors["blk.0.attn_k.weight"]).Statistics!.Mean);
        float[] rows = model.Tensors["blk.0.attn_k.weight"].Slice(5, 3).ToSingles();
        Assert.AreEqual(rows.Max(), ModelStatistics.Compute(model.Tensors["blk.0.attn_k.weight"].Slice(5, 3)).Statistics!.Maximum);
    }

    [TestMethod]
    public async Task Validation_of_an_opened_model_finds_what_that_of_its_path_finds()
    {
        string path = ModelFixtures.Apr("golden-example-a");
        ValidationReport expected = ModelValidator.Validate(path);
        using Model model = Model.Open(path);
        Assert.AreEqual(Reports.TextOf(expected), Reports.TextOf(ModelValidator.Validate(model)));
        Assert.AreEqual(expected.Findings.IsEmpty, expected.IsValid);
        Assert.IsFalse(expected.With(
            (nameof(ValidationReport.Findings),
                System.Collections.Immutable.ImmutableArray.Create(new Finding(ErrorCatalog.All[0], "a", "b")))).IsValid);
        Assert.AreEqual(Reports.TextOf(expected), Reports.TextOf(await ModelValidator.ValidateAsync(model)));
    }

    [TestMethod]
    public async Task A_wrong_checksum_is_reported_with_the_file()
    {
        string path = RepositoryData.Path("corpus", "apr", "hostile", "footer-wrong.apr");
        using Model model = Model.Open(path);
        Assert.AreEqual(path, Assert.ThrowsExactly<ModelFormatException>(() => ModelValidator.Validate(model)).FilePath);
        await Assert.ThrowsExactlyAsync<ModelFormatException>(() => ModelValidator.ValidateAsync(model));
    }

    [TestMethod]
    public async Task Opened_models_are_compared_as_their_paths_are()
    {
        using Model first = Model.Open(ModelFixtures.Gguf("big-endian"));
        using Model second = Model.Open(ModelFixtures.Gguf("little-endian-twin"));
        VerificationReport expected = ModelVerifier.Verify(ModelFixtures.Gguf("big-endian"), ModelFixtures.Gguf("little-endian-twin"));
        Assert.AreEqual(expected.Proved, ModelVerifier.Verify(first, second, ProofLevel.L2).Proved);
        Assert.AreEqual(expected.Proved, (await ModelVerifier.VerifyAsync(first, second)).Proved);
        ModelDiff diff = ModelDiff.Compare(first.File, second.File);
        Assert.AreEqual(Reports.TextOf(diff), Reports.TextOf(ModelDiff.Compare(first, second)));
        Assert.AreEqual(Reports.TextOf(diff), Reports.TextOf(await ModelDiff.CompareAsync(first, second)));
    }

    [TestMethod]
    public async Task Values_of_opened_models_are_compared_within_a_tolerance()
    {
        using Model first = Model.Open(ModelFixtures.Small);
        ValueTolerance tolerance = ValueTolerance.Absolute(0);
        Assert.IsTrue(ModelVerifier.Verify(first, first, tolerance).Passed);
        using Model second = Model.Open(ModelFixtures.Gguf("big-endian"));
        string expected = string.Join(
            '\n', ModelVerifier.Verify(ModelFixtures.Small, ModelFixtures.Gguf("big-endian"), tolerance).Differences);
        Assert.AreNotEqual("", expected);
        Assert.AreEqual(expected, string.Join('\n', ModelVerifier.Verify(first, second, tolerance).Differences));
        Assert.AreEqual(expected, string.Join('\n', (await ModelVerifier.VerifyAsync(first, second, tolerance)).Differences));
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => ModelVerifier.VerifyAsync(first, second, tolerance, cancellation: stop.Token));
        Assert.ThrowsExactly<ArgumentNullException>(() => ModelVerifier.Verify(first, second, null!));
    }

    [TestMethod]
    public async Task Work_on_an_opened_model_is_cancelled()
    {
        using Model model = Model.Open(ModelFixtures.Small);
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => ModelHash.ComputeAsync(model, cancellation: stop.Token));
        await Assert.ThrowsAsync<OperationCanceledException>(() => ModelStatistics.ComputeAsync(model, cancellation: stop.Token));
        await Assert.ThrowsAsync<OperationCanceledException>(() => ModelValidator.ValidateAsync(model, cancellation: stop.Token));
        await Assert.ThrowsAsync<OperationCanceledException>(() => ModelDiff.CompareAsync(model, model, cancellation: stop.Token));
        await Assert.ThrowsAsync<OperationCanceledException>(() => ModelVerifier.VerifyAsync(model, model, cancellation: stop.Token));
    }

    [TestMethod]
    public void Companions_of_a_GGUF_are_those_that_a_conversion_to_a_folder_writes()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string target = Path.Combine(folder, "model") + Path.DirectorySeparatorChar;
            ModelConverter.Convert(ModelFixtures.Small, target, ModelFormat.SafeTensors, new ConversionOptions());
            using Model model = Model.Open(ModelFixtures.Small);
            using Model converted = Model.Open(target);
            foreach (string name in (string[])["config.json", "tokenizer.json", "tokenizer_config.json"])
            {
                byte[] expected = File.ReadAllBytes(Path.Combine(target, name));
                CollectionAssert.AreEqual(expected, model.DeriveFile(name), name);
                CollectionAssert.AreEqual(expected, converted.DeriveFile(name), name);
            }

            Assert.IsNull(model.DeriveFile("no.json"));
            Assert.AreEqual("qwen2", JsonDocument.Parse(model.DeriveFile("config.json")).RootElement.GetProperty("model_type").GetString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void A_file_that_was_made_of_a_folder_gives_that_folders_companions()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            byte[] config = Encoding.UTF8.GetBytes("{ \"model_type\": \"odd\",   \"x\": 1 }");
            File.Copy(ModelFixtures.SafeTensors("minimal_f32.safetensors"), Path.Combine(folder, "model.safetensors"));
            File.WriteAllBytes(Path.Combine(folder, "config.json"), config);
            string target = Path.Combine(folder, "out.apr");
            ModelConverter.Convert(folder, target, ModelFormat.Apr, new ConversionOptions());
            using Model model = Model.Open(target);
            CollectionAssert.AreEqual(config, model.DeriveFile("config.json"));
            using Model alone = Model.Open(ModelFixtures.SafeTensors("minimal_f32.safetensors"), PathScope.FileAlone);
            Assert.IsNull(alone.DeriveFile("config.json"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
