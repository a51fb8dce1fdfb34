using ModelPack.Models;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>Outputs with side files, and a folder as it comes from a hub, in a project that uses the packed package.</summary>
[TestClass]
public sealed class SideFileTests
{
    private const string Model = "models/random-qwen2-small-Q8_0.gguf";
    private const string Apr = "small.apr.ggml-blocks.safetensors";
    private const string SafeTensors = "named.ggml-blocks.safetensors";

    [TestMethod]
    public void They_are_made_copied_published_checked_and_cleaned_with_their_models()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="apr" Quantized="auto" />
                <ModelConvert Include="other.gguf" To="safetensors" Quantized="auto" OutputPath="weights/" Link="named.safetensors" />
                <ModelConvert Include="other.gguf" To="safetensors" Quantized="auto" MaxShardSize="800KB" />
              </ItemGroup>
            """).WithModel("small.gguf", Model).WithModel("other.gguf", Model);

        DotNetResult built = app.Build().Succeeded();
        app.Run("publish", "--no-build", "-c", "Debug", "-o", app.In("published")).Succeeded();

        Assert.AreEqual(3, built.Count("(converted and proved)"), built.Output);
        foreach (string name in new[] { "small.gguf -> ", "other.gguf -> " })
        {
            int told = built.Output.IndexOf($"{name}{app.Directory}", StringComparison.Ordinal);
            Assert.Contains("quantized tensors become F32: the output takes ", built.Output[told..built.Output.IndexOf('\n', told)]);
        }

        string side = app.In("obj", "Debug", "modelpack", Apr);
        Assert.IsTrue(File.Exists(side));
        Assert.IsTrue(app.Has("weights/other.ggml-blocks.safetensors"));
        foreach (string folder in new[] { app.In("bin", "Debug", "net10.0"), app.In("published") })
        {
            CollectionAssert.IsSubsetOf(new[] { "small.apr", Apr, "named.safetensors", SafeTensors }, Names(folder), folder);
            Assert.Contains("model.ggml-blocks.safetensors", Names(Path.Combine(folder, "other")), folder);
            foreach (string copy in new[] { "small.apr", "named.safetensors", "other" })
            {
                Assert.IsTrue(ModelVerifier.Verify(app.In("small.gguf"), Path.Combine(folder, copy), ProofLevel.L3).Passed, copy);
            }
        }

        DateTime time = File.GetLastWriteTimeUtc(side);
        Assert.AreEqual(0, app.Rebuild().Succeeded().Count("(converted and proved)"));
        Assert.AreEqual(time, File.GetLastWriteTimeUtc(side));

        long offset = new FileInfo(side).Length - 1;
        Consumer.FlipByte(side, offset);
        string error = app.Rebuild().Failed().Errors(BuildErrors.OutputChanged.Id).Single();
        StringAssert.StartsWith(error, $"{side} : error MP4010: ");
        Assert.Contains($"(at byte {offset})", error);

        File.Delete(side);
        Assert.AreEqual(1, app.Rebuild().Succeeded().Count("(converted and proved)"), "a deleted one is made again");
        Assert.IsTrue(File.Exists(side));

        string published = app.In("bin", "Debug", "net10.0", Apr);
        Consumer.FlipByte(published, offset);
        StringAssert.StartsWith(app.Rebuild().Failed().Errors(BuildErrors.CopyChanged.Id).Single(), $"{published} : error MP4012: ");

        app.Run("clean").Succeeded();
        Assert.IsFalse(Directory.Exists(app.In("obj", "Debug", "modelpack")));
        Assert.IsEmpty(Directory.GetFiles(app.In("weights")));
        CollectionAssert.DoesNotContain(Names(app.In("bin", "Debug", "net10.0")), Apr);
        CollectionAssert.DoesNotContain(Names(app.In("bin", "Debug", "net10.0")), SafeTensors);
    }

    [TestMethod]
    public void A_folder_as_it_comes_from_a_hub_becomes_a_model_of_the_target()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="models/qwen/" To="gguf" />
                <ModelConvert Include="models/qwen/" To="gguf" Dtype="bf16" AllowLossy="true" Epsilon="0.5" OutputPath="half/" Link="half.gguf" />
                <ModelVerify Include="models/qwen" Against="small.gguf" Epsilon="0.5" />
              </ItemGroup>
            """).WithModel("small.gguf");
        string qwen = app.In("models", "qwen");
        Directory.CreateDirectory(Path.GetDirectoryName(qwen)!);
        ModelConverter.Convert(app.In("small.gguf"), qwen + "/", ModelFormat.SafeTensors, new()
        {
            Origin = OriginMode.None, MaxShardBytes = 800_000,
        });
        File.Delete(ModelConverter.CertificatePath(qwen));
        CollectionAssert.IsSubsetOf(new[] { "config.json", "tokenizer.json", "model.safetensors.index.json" }, Names(qwen));

        DotNetResult built = app.Build().Succeeded();
        app.Run("publish", "--no-build", "-c", "Debug", "-o", app.In("published")).Succeeded();

        Assert.AreEqual(2, built.Count("(converted and proved)"), built.Output);
        Assert.AreEqual(1, built.Count("qwen verified"), built.Output);
        using (ModelFile original = ModelFiles.Open(app.In("small.gguf")))
        using (ModelFile made = ModelFiles.Open(app.In("published", "models", "qwen.gguf")))
        {
            CollectionAssert.AreEquivalent(
                original.Tensors.Select(tensor => tensor.Name).ToArray(), made.Tensors.Select(tensor => tensor.Name).ToArray());
            CollectionAssert.IsSubsetOf(
                new[] { "general.architecture", "qwen2.block_count", "tokenizer.ggml.tokens", "tokenizer.ggml.merges" },
                made.Metadata.Select(entry => entry.Key).ToArray());
        }

        Assert.IsTrue(ModelVerifier.Verify(qwen, app.In("published", "models", "qwen.gguf"), ProofLevel.L3).Passed);
        using (ModelFile half = ModelFiles.Open(app.In("half", "qwen.gguf")))
        {
            Assert.Contains(TensorType.BF16, half.Tensors.Select(tensor => tensor.Type).ToArray());
        }

        Assert.AreEqual(0, app.Rebuild().Succeeded().Count("(converted and proved)"));
        File.AppendAllText(Path.Combine(qwen, "tokenizer_config.json"), "\n");
        Assert.AreEqual(2, app.Rebuild().Succeeded().Count("(converted and proved)"));
    }

    private static string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!)];
}
