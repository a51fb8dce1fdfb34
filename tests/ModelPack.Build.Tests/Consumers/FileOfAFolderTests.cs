using System.Text.Json;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>A weights file of a Hugging Face folder as an item, in projects that use the packed package.</summary>
[TestClass]
public sealed class FileOfAFolderTests
{
    private const string FolderNote =
        "model.safetensors: note: K-FOLDER: 'model.safetensors' was read as a part of its folder, with 'config.json'";
    private const string AloneNote = "model.safetensors: note: K-CONFIG-UNREAD: 'model.safetensors' was read alone: 'config.json'";
    private static readonly string[] Lenient = ["-p:TreatWarningsAsErrors=false", "-p:MSBuildTreatWarningsAsErrors=false", "-p:NoWarn="];

    [TestMethod]
    public void A_weights_file_gives_a_model_that_runs_and_alone_one_that_is_partial()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="models/qwen/model.safetensors" To="gguf" RequireUsable="true" />
                <ModelConvert Include="models/qwen/model.safetensors" To="gguf" Alone="true" Link="alone.gguf" Condition="'$(WithAlone)' != 'false'" />
                <ModelVerify Include="models/qwen/model.safetensors" ExpectedHash="$(Whole)" />
                <ModelVerify Include="models/qwen/model.safetensors" ExpectedHash="$(File)" Alone="true" />
              </ItemGroup>
            """);
        string qwen = WithModel(app);
        string weights = Path.Combine(qwen, "model.safetensors");
        string[] pins = [$"-p:Whole={ModelFiles.HashOf(qwen)}", $"-p:File={FileHash.Xxh128(weights)}"];

        DotNetResult piped = app.Build([.. pins, .. Lenient]).Succeeded();
        Assert.AreEqual(2, piped.Count("(converted and proved)"), piped.Output);
        Assert.AreEqual(2, piped.Count("model.safetensors verified"), piped.Output);
        Assert.IsGreaterThan(0, piped.Count(AloneNote), "what changes results is seen in every build");
        string partial = piped.Warnings(BuildErrors.Partial.Id).Single();
        StringAssert.StartsWith(partial, $"{weights} : warning MP4021: the output is partial: there is no config.json with the tensors");

        string output = app.In("bin", "Debug", "net10.0", "models", "qwen", "model.gguf");
        using (ModelFile gguf = ModelFiles.Open(output))
        {
            Assert.AreEqual("qwen2", gguf.Architecture);
        }

        Certificate whole = CertificateJson.Read(output + ".modelpack.json");
        Assert.AreEqual(Meaning.Runs, whole.Meaning);
        Assert.Contains("\"meaning\": \"runs\"", File.ReadAllText(output + ".modelpack.json"));
        Assert.Contains("K-FOLDER", string.Concat(whole.Notes));
        Certificate alone = CertificateJson.Read(app.In("bin", "Debug", "net10.0", "alone.gguf.modelpack.json"));
        Assert.AreEqual((Meaning.Partial, "model.safetensors"), (alone.Meaning, alone.Source.Name));
        Assert.IsTrue(ModelVerifier.Verify(qwen, output, ProofLevel.L3).Passed);

        // A companion is a part of the model, and no part of the file.
        File.AppendAllText(Path.Combine(qwen, "config.json"), "\n");
        DotNetResult edited = app.Rebuild([$"-p:Whole={ModelFiles.HashOf(qwen)}", pins[1], .. Lenient, "-v:n"]).Succeeded();
        Assert.AreEqual(1, edited.Count("(converted and proved)"), edited.Output);
        Assert.AreEqual(1, edited.Count("model.safetensors verified"), edited.Output);
        Assert.IsGreaterThan(0, edited.Count(FolderNote), "how the path was understood is a message");
        Assert.AreEqual(0, edited.Count(AloneNote), "up to date");
        Assert.HasCount(1, app.Rebuild([.. pins, .. Lenient, "-p:WithAlone=false"]).Failed().Errors(BuildErrors.UnexpectedSource.Id));

        // On a terminal the warning is shown, whether the output is up to date or not.
        string[] now = [$"-p:Whole={ModelFiles.HashOf(qwen)}", pins[1], .. Lenient];
        DotNetResult drawn = app.BuildInTerminal(now).Succeeded();
        Assert.AreEqual(
            1, drawn.Count($"warning {BuildErrors.Partial.Id}: the output is partial: there is no config.json with the tensors"),
            drawn.Output);
        Assert.AreEqual(
            0, app.BuildInTerminal([.. now, "-p:WithAlone=false"]).Succeeded().Count("warning"), "a model that runs needs no warning");
    }

    [TestMethod]
    public void A_pattern_for_the_whole_folder_means_its_model_and_a_slip_is_named()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="models/qwen/*" To="gguf" />
                <ModelVerify Include="models/qwen/**/*" />
                <ModelVerify Include="models/qwen/model.safetensors" Alown="true" Condition="'$(Slip)' == 'true'" />
                <ModelConvert Include="models/qwen/model.safetensors" To="apr" Alown="true" Condition="'$(Slip)' == 'true'" />
              </ItemGroup>
            """);
        string qwen = WithModel(app);
        foreach (string name in (string[])["README.md", "LICENSE", ".gitattributes"])
        {
            File.WriteAllText(Path.Combine(qwen, name), "text");
        }

        DotNetResult built = app.Build("-v:n").Succeeded();
        Assert.AreEqual(1, built.Count("(converted and proved)"), built.Output);
        Assert.AreEqual(1, built.Count("model.safetensors verified"), built.Output);
        Assert.IsGreaterThan(0, built.Count("more: read with 'models/qwen/model.safetensors', and no models of their own."), built.Output);
        Assert.IsTrue(app.Has("bin/Debug/net10.0/models/qwen/model.gguf"));
        Assert.AreEqual(
            Meaning.Runs, CertificateJson.Read(app.In("bin", "Debug", "net10.0", "models", "qwen", "model.gguf.modelpack.json")).Meaning);
        Assert.AreEqual(0, app.Rebuild().Succeeded().Count("(converted and proved)"));

        DotNetResult slips = app.BuildInTerminal([.. Lenient, "-p:Slip=true"]).Succeeded();
        Assert.AreEqual(
            2, slips.Count(
                $"warning {BuildErrors.UnknownMetadata.Id}: 'Alown' on 'models/qwen/model.safetensors' has no effect: the known name is "
                    + $"'Alone'"), slips.Output);

        // Without its weights the configuration is no model, and the error says what to write.
        File.Delete(Path.Combine(qwen, "model.safetensors"));
        foreach (string name in (string[])[".gitattributes", "LICENSE", "README.md", "chat_template.jinja"])
        {
            File.Delete(Path.Combine(qwen, name));
        }

        string error = app.Rebuild().Failed().Errors("MP1317")[0];
        StringAssert.StartsWith(error, Path.Combine(qwen, "config.json") + " : error MP1317: ");
        Assert.Contains("in a pattern the weights (*.safetensors)", error);
    }

    [TestMethod]
    public void Visual_Studio_looks_at_companions_of_a_weights_file_that_is_not_read_alone()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="models/qwen/model.safetensors" To="gguf" />
                <ModelVerify Include="models/alone/model.safetensors" Alone="true" />
              </ItemGroup>
            """);
        string qwen = WithModel(app);
        Directory.CreateDirectory(Path.Combine(qwen, "1_Pooling"));
        File.WriteAllText(Path.Combine(qwen, "1_Pooling", "config.json"), "{}");
        Directory.CreateDirectory(app.In("models", "alone"));
        File.Copy(Path.Combine(qwen, "model.safetensors"), app.In("models", "alone", "model.safetensors"));
        File.Copy(Path.Combine(qwen, "config.json"), app.In("models", "alone", "config.json"));

        DotNetResult result = app.Build("-t:_ModelPackCollectUpToDateCheckInputs", "-getItem:UpToDateCheckInput").Succeeded();

        using JsonDocument document = JsonDocument.Parse(result.Output[result.Output.IndexOf('{')..]);
        HashSet<string> inputs = [
            .. document.RootElement.GetProperty("Items").GetProperty("UpToDateCheckInput").EnumerateArray()
                .Select(item => item.GetProperty("FullPath").GetString()!)];
        foreach (string file in ModelFiles.FilesOf(Path.Combine(qwen, "model.safetensors"))
            .Append(app.In("models", "alone", "model.safetensors")))
        {
            Assert.Contains(file, inputs);
        }

        Assert.DoesNotContain(app.In("models", "alone", "config.json"), inputs);
    }

    /// <summary>The folder that a conversion of a small model gives, as its programs load it: weights, configuration, tokenizer, and
    /// nothing of ours.</summary>
    private static string WithModel(Consumer app)
    {
        string folder = app.In("models", "qwen");
        Directory.CreateDirectory(app.In("models"));
        ModelConverter.Convert(
            RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf"), folder + "/", ModelFormat.SafeTensors,
            new() { Origin = OriginMode.None });
        File.Delete(ModelConverter.CertificatePath(folder));
        foreach (string own in Directory.GetFiles(folder)
            .Where(path => path.EndsWith(".ggml-blocks.safetensors", StringComparison.Ordinal)
                || path.EndsWith("modelpack-report.json", StringComparison.Ordinal)))
        {
            File.Delete(own);
        }

        return folder;
    }
}
