using System.Text.Json;
using ModelPack.Build.Tests.Tasks;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>Models of several files in a project that uses the packed package.</summary>
[TestClass]
public sealed class SetTests
{
    [TestMethod]
    public void Folders_splits_and_shards_go_in_and_folders_come_out()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="models/qwen/" To="gguf" />
                <ModelConvert Include="models/split/*.gguf" To="apr" Link="split.apr" />
                <ModelConvert Include="back.apr" To="safetensors" OutputPath="restored/" />
                <ModelConvert Include="small.gguf" To="safetensors" Quantized="auto" MaxShardSize="500KB" />
                <ModelConvert Include="small.gguf" To="safetensors" Quantized="auto" Folder="true" Link="weights" OutputPath="plain" CopyToOutputDirectory="Always" />
              </ItemGroup>
            """).WithModel("small.gguf");
        string qwen = WithShards(app, "models/qwen");
        SetFolder.AddSubfolders(qwen);
        SetFolder.Split(app.In("small.gguf"), app.In("models", "split"), ModelFormat.Gguf);
        ModelConverter.Convert(qwen, app.In("back.apr"), ModelFormat.Apr, new());

        DotNetResult built = app.Build().Succeeded();
        app.Run("publish", "--no-build", "-c", "Debug", "-o", app.In("published")).Succeeded();

        Assert.AreEqual(5, built.Count("(converted and proved)"), built.Output);
        string[] companions = [.. Names(qwen)];
        Assert.IsGreaterThan(3, companions.Length);
        foreach (string folder in new[] { "bin/Debug/net10.0", "published" })
        {
            Assert.IsTrue(app.Has(folder, "models/qwen.gguf"), folder);
            Assert.IsTrue(app.Has(folder, "split.apr"), folder);
            CollectionAssert.AreEqual(companions, Names(app.In(folder, "back")), folder);
            Assert.IsTrue(app.Has(folder, "back.modelpack.json"), folder);
            CollectionAssert.Contains(Names(app.In(folder, "small")), "model.safetensors.index.json", folder);
            CollectionAssert.AreEqual(Names(app.In("plain")), Names(app.In(folder, "weights")), folder);
            CollectionAssert.IsSubsetOf(
                new[] { "config.json", "model.safetensors", "tokenizer.json" }, Names(app.In(folder, "weights")), folder);
        }

        Assert.IsTrue(ModelVerifier.Verify(qwen, app.In("published", "back"), ProofLevel.L3).Passed);
        Assert.AreEqual(0, app.Rebuild().Succeeded().Count("(converted and proved)"));

        File.AppendAllText(Path.Combine(qwen, "config.json"), "\n");
        DotNetResult edited = app.Rebuild().Succeeded();
        Assert.AreEqual(1, edited.Count("(converted and proved)"), edited.Output);

        File.AppendAllText(Path.Combine(qwen, "1_Pooling", "config.json"), "\n");
        Assert.AreEqual(1, app.Rebuild().Succeeded().Count("(converted and proved)"), "a companion in a sub-folder is an input");

        File.WriteAllText(app.In("plain", "mine.txt"), "not ours");
        app.Run("clean").Succeeded();
        Assert.IsFalse(Directory.Exists(app.In("obj", "Debug", "modelpack")));
        Assert.IsFalse(Directory.Exists(app.In("restored", "back")), "a folder goes with its files, sub-folders included");
        CollectionAssert.AreEqual(new[] { "mine.txt" }, Names(app.In("plain")), "unless it holds something else");
        Assert.IsFalse(app.Has("plain.modelpack.json"));
        Assert.IsEmpty(Directory.GetFiles(app.In("restored"), "*", SearchOption.AllDirectories));
        Assert.IsFalse(
            Directory.Exists(app.In("bin", "Debug", "net10.0", "back")) && Names(app.In("bin", "Debug", "net10.0", "back")).Length > 0);
    }

    [TestMethod]
    public void Clean_leaves_what_somebody_put_into_a_folder_with_sub_folders()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="back.apr" To="safetensors" OutputPath="restored/" />
              </ItemGroup>
            """).WithModel("small.gguf");
        string qwen = WithShards(app, "models/qwen");
        SetFolder.AddSubfolders(qwen);
        ModelConverter.Convert(qwen, app.In("back.apr"), ModelFormat.Apr, new());
        app.Build().Succeeded();
        CollectionAssert.AreEqual(Names(qwen), Names(app.In("restored", "back")));
        File.WriteAllText(app.In("restored", "back", "deep", "mine.txt"), "not ours");

        app.Run("clean").Succeeded();

        CollectionAssert.AreEqual(new[] { "deep/mine.txt" }, Names(app.In("restored", "back")));
        Assert.IsFalse(Directory.Exists(app.In("restored", "back", "1_Pooling")));
        Assert.IsFalse(Directory.Exists(app.In("restored", "back", "deep", "er")));
    }

    [TestMethod]
    public void Fewer_shards_leave_no_old_ones_behind()
    {
        Consumer app = Consumer.Create("""
              <PropertyGroup><Limit>300KB</Limit></PropertyGroup>
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="gguf" MaxShardSize="$(Limit)" />
              </ItemGroup>
            """).WithModel("small.gguf");
        app.Build().Succeeded();
        string copies = app.In("bin", "Debug", "net10.0", "small");
        int many = Names(copies).Length;

        app.Rebuild("-p:Limit=1.5MB").Succeeded();

        string[] few = Names(copies);
        Assert.IsLessThan(many, few.Length);
        CollectionAssert.AreEqual(Names(app.In("obj", "Debug", "modelpack", "small")), few);
    }

    [TestMethod]
    public void Visual_Studio_is_told_every_file_of_a_model()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="models/qwen/" To="gguf" />
                <ModelConvert Include="models/split/small-00001-of-*.gguf" To="apr" />
                <ModelVerify Include="models/other/model.safetensors.index.json" />
                <ModelConvert Include="small.apr" To="gguf" />
                <ModelConvert Include="back/back-00001-of-*.gguf" To="safetensors" />
              </ItemGroup>
            """).WithModel("small.gguf", "models/random-qwen2-small-Q8_0.gguf");
        string[] folders = [WithShards(app, "models/qwen"), WithShards(app, "models/other"), app.In("models", "split")];
        SetFolder.AddSubfolders(folders[0]);
        SetFolder.Split(app.In("small.gguf"), folders[2], ModelFormat.Gguf);
        ModelConverter.Convert(app.In("small.gguf"), app.In("small.apr"), ModelFormat.Apr, new());
        string sided = SetFolder.SplitWithSideFile(app.In("small.gguf"), app.In("back"));

        DotNetResult result = app.Build("-t:_ModelPackCollectUpToDateCheckInputs", "-getItem:UpToDateCheckInput").Succeeded();

        using JsonDocument document = JsonDocument.Parse(result.Output[result.Output.IndexOf('{')..]);
        HashSet<string> inputs = [.. document.RootElement.GetProperty("Items").GetProperty("UpToDateCheckInput").EnumerateArray()
            .Select(item => item.GetProperty("FullPath").GetString()!)];
        string[] models = [
            folders[0], app.In("models", "other", "model.safetensors.index.json"), Directory.GetFiles(folders[2], "*-00001-of-*").Single(),
            app.In("small.apr"), sided];
        Assert.HasCount(2, ModelFiles.FilesOf(app.In("small.apr")));
        Assert.Contains(ModelFiles.SideFilePath(sided), ModelFiles.FilesOf(sided));
        foreach (string file in models.SelectMany(path => ModelFiles.FilesOf(path)).Append(Path.Combine(folders[1], "config.json")))
        {
            Assert.Contains(file, inputs);
        }
    }

    [TestMethod]
    public void Models_are_verified_once_and_a_finding_fails_the_build()
    {
        Consumer app = Consumer.Create(
            """
              <ItemGroup>
                <ModelVerify Include="models/*.gguf" />
                <ModelVerify Include="models/small.gguf" Against="small.apr" Condition="'$(TargetFramework)' == 'net10.0'" />
              </ItemGroup>
            """,
            frameworks: "net10.0;netstandard2.0").WithModel("models/small.gguf")
                .WithModel("models/other.gguf", "models/random-qwen2-small-Q8_0.gguf");
        ModelConverter.Convert(app.In("models", "small.gguf"), app.In("small.apr"), ModelFormat.Apr, new());

        DotNetResult built = app.Build("-m").Succeeded();
        Assert.AreEqual(2, built.Count("small.gguf verified"), built.Output);
        Assert.AreEqual(1, built.Count("other.gguf verified"), built.Output);
        Assert.AreEqual(0, app.Rebuild().Succeeded().Count(" verified"));

        app.WithModel("models/other.gguf", "hostile/nan-f32-quiet.gguf");
        DotNetResult failed = app.Rebuild().Failed();
        string error = failed.Errors("MP2102").Single();
        StringAssert.StartsWith(error, app.In("models", "other.gguf") + " : error MP2102: ");
        StringAssert.Matches(error, new(@"victim.*\(at byte \d+\)"));

        app.Run("clean").Succeeded();
        Assert.IsFalse(Directory.Exists(app.In("obj", "Debug", "modelpack")));
    }

    private static string WithShards(Consumer app, string folder)
    {
        string path = app.In(folder.Split('/'));
        SetFolder.Split(app.In("small.gguf"), path, ModelFormat.SafeTensors);
        File.Delete(ModelConverter.CertificatePath(path));
        File.WriteAllText(Path.Combine(path, "config.json"), "{\"model_type\": \"qwen2\"}\n");
        return path;
    }

    private static string[] Names(string folder) => SetFolder.Names(folder);
}
