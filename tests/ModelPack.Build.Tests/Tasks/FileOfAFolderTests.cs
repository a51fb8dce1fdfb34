using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.Build.Tests.Consumers;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>Items that name a weights file of a folder, the file alone, or everything in the folder.</summary>
[TestClass]
public sealed class FileOfAFolderTests
{
    private const string Weights = "models/one/model.safetensors";

    [TestMethod]
    public void A_weights_file_is_its_folder_and_alone_it_is_the_file()
    {
        using SetFolder folder = new();
        string one = One(folder);
        TaskItem item = TaskFolder.Item(Weights, ("To", "gguf"));
        TaskItem alone = TaskFolder.Item(Weights, ("To", "gguf"), ("Alone", "true"));
        SetBuild built = folder.Build(item);
        CollectionAssert.AreEqual(new[] { "models/one/model.gguf" }, built.Links);
        Assert.AreEqual("llama", Architecture(built));
        Assert.AreEqual("converted", folder.Build(alone).Outcome, "another scope is another output");
        Assert.IsNull(Architecture(folder.Build(alone)));
        Assert.AreEqual("up to date", folder.Build(alone).Outcome);

        string config = Path.Combine(one, "config.json");
        File.AppendAllText(config, "\n");
        Assert.AreEqual("up to date", folder.Build(alone).Outcome, "a companion is no part of the file");
        File.SetLastWriteTimeUtc(folder.In(Weights), DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(alone).Outcome);
        Assert.AreEqual("converted", folder.Build(item).Outcome);
        File.AppendAllText(config, "\n");
        Assert.AreEqual("converted", folder.Build(item).Outcome, "a companion is a part of the model");
        File.SetLastWriteTimeUtc(config, DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(item).Outcome);
        Assert.AreEqual(BuildErrors.UnknownValue.Id, folder.Build(TaskFolder.Item(Weights, ("To", "gguf"), ("Alone", "yes"))).Outcome);
        SetBuild whole = folder.Build(TaskFolder.Item(one, ("To", "gguf"), ("Alone", "true")));
        Assert.AreEqual("MP1322", whole.Outcome);
        Assert.DoesNotContain("at byte", whole.Errors.Single().Message!, "no byte of a folder is the wrong one");
    }

    [TestMethod]
    public void Another_scope_is_another_question_where_the_files_are_the_same()
    {
        using SetFolder folder = new();
        string one = One(folder);
        string first = Path.Combine(one, "first.safetensors");
        File.Copy(folder.In(Weights), Path.Combine(one, "second.safetensors"));
        File.Move(folder.In(Weights), first);
        foreach ((string alone, string note) in new[]
        {
            ("false", "'first.safetensors' is one of several weights files in its folder"), ("true", "'first.safetensors' was read alone"),
        })
        {
            SetBuild built = folder.Build(TaskFolder.Item(first, ("To", "gguf"), ("Alone", alone)));
            Assert.AreEqual("converted", built.Outcome, "its certificate says how the file was read");
            Assert.Contains(note, File.ReadAllText(folder.In("obj", "models", "one", "first.gguf.modelpack.json")));
            Assert.AreEqual("first.safetensors verified", Verify(folder, TaskFolder.Item(first, ("Alone", alone))));
            Assert.Contains("as it was", Verify(folder, TaskFolder.Item(first, ("Alone", alone))));
        }
    }

    [TestMethod]
    public void What_was_read_alone_stays_alone_where_the_folder_is_broken()
    {
        using SetFolder folder = new();
        string one = One(folder);
        File.WriteAllText(
            Path.Combine(one, "model.safetensors.index.json"), """{"metadata":{},"weight_map":{"a":"model-00001-of-00002.safetensors"}}""");
        TaskItem item = TaskFolder.Item(Weights, ("To", "gguf"), ("Alone", "true"));
        Assert.AreEqual("MP1357", folder.Build(TaskFolder.Item(Weights, ("To", "gguf"))).Outcome);
        Assert.AreEqual("converted", folder.Build(item).Outcome);
        File.SetLastWriteTimeUtc(folder.In(Weights), DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(item).Outcome);
        Assert.AreEqual("model.safetensors verified", Verify(folder, TaskFolder.Item(Weights, ("Alone", "true"))));
        Assert.StartsWith("MP1357", Verify(folder, TaskFolder.Item(Weights)));

        long offset;
        using (ModelFile file = ModelFiles.Open(folder.In(Weights), PathScope.FileAlone))
        {
            offset = file.Tensors[0].Offset;
        }

        using (FileStream stream = new(folder.In(Weights), FileMode.Open))
        {
            stream.Position = offset;
            stream.Write([0, 0, 0xC0, 0x7F]);
        }

        string finding = Verify(folder, TaskFolder.Item(Weights, ("Alone", "true")));
        Assert.StartsWith($"MP2102 {folder.In(Weights)}: ", finding);
        Assert.Contains($"(at byte {offset})", finding);
    }

    [TestMethod]
    [DataRow("Level", "L2", "compared with 'model.safetensors'")]
    [DataRow("Epsilon", "1e-3", "not within")]
    public void A_comparison_alone_looks_at_nothing_else_of_a_broken_folder(string limit, string value, string text)
    {
        using SetFolder folder = new();
        string one = One(folder);
        File.WriteAllText(
            Path.Combine(one, "model.safetensors.index.json"), """{"metadata":{},"weight_map":{"a":"model-00001-of-00002.safetensors"}}""");
        string other = folder.In("models", "other", "model.safetensors");
        File.Copy(folder.In(Weights), other);
        TaskItem item = TaskFolder.Item(Weights, ("Against", other), ("Alone", "true"), (limit, value));
        Assert.AreEqual("model.safetensors verified", Verify(folder, item));
        using (FileStream stream = new(folder.In(Weights), FileMode.Open))
        {
            stream.Seek(-4, SeekOrigin.End);
            stream.Write([0, 0, 0x20, 0x41]);
        }

        string different = Verify(folder, item);
        Assert.StartsWith($"{BuildErrors.NotEqual.Id} {folder.In(Weights)}: {text}", different);
        StringAssert.Matches(different, new(@"\(at byte \d+\)"));
    }

    [TestMethod]
    public void A_changed_output_of_a_file_alone_is_described_where_its_folder_is_broken()
    {
        using SetFolder folder = new();
        string one = One(folder);
        File.WriteAllText(
            Path.Combine(one, "model.safetensors.index.json"), """{"metadata":{},"weight_map":{"a":"model-00001-of-00002.safetensors"}}""");
        TaskItem item = TaskFolder.Item(Weights, ("To", "gguf"), ("Alone", "true"));
        string output = folder.Build(item).Files.Single().ItemSpec;
        Consumer.FlipByte(output, new FileInfo(output).Length - 1);
        Assert.Contains("proved: tensor '", folder.Build(item).Errors.Single().Message!);
    }

    [TestMethod]
    public void A_pin_is_that_of_what_is_read()
    {
        using SetFolder folder = new();
        string one = One(folder);
        (string Whole, string File)[] pins =
        [
            (ModelFiles.HashOf(one), FileHash.Xxh128(folder.In(Weights))),
            (Sha256(one), "sha256:" + FileHash.Sha256(folder.In(Weights))),
        ];
        foreach ((string whole, string file) in pins)
        {
            Assert.AreEqual(
                "converted",
                folder.Build(TaskFolder.Item(Weights, ("To", "gguf"), ("ExpectedHash", whole), ("Link", "a.gguf"))).Outcome[..9]);
            Assert.AreEqual(
                "converted",
                folder.Build(
                    TaskFolder.Item(Weights, ("To", "gguf"), ("ExpectedHash", file), ("Alone", "true"), ("Link", "b.gguf"))).Outcome[..9]);
            Directory.Delete(folder.In("obj"), recursive: true);
            Assert.AreEqual(
                BuildErrors.UnexpectedSource.Id, folder.Build(TaskFolder.Item(Weights, ("To", "gguf"), ("ExpectedHash", file))).Outcome);
            Assert.AreEqual(
                BuildErrors.UnexpectedSource.Id,
                folder.Build(TaskFolder.Item(Weights, ("To", "gguf"), ("ExpectedHash", whole), ("Alone", "true"))).Outcome);
            Assert.AreEqual("model.safetensors verified", Verify(folder, TaskFolder.Item(Weights, ("ExpectedHash", whole))));
            Assert.AreEqual(
                "model.safetensors verified", Verify(folder, TaskFolder.Item(Weights, ("ExpectedHash", file), ("Alone", "true"))));
            Assert.StartsWith(BuildErrors.UnexpectedSource.Id, Verify(folder, TaskFolder.Item(Weights, ("ExpectedHash", file))));
        }

        static string Sha256(string model) =>
            ExpectedHash.TryParse("sha256:" + new string('0', 64), out ExpectedHash? any)
            ? any.Of(model).ToString()
            : throw new InvalidOperationException();
    }

    [TestMethod]
    public void A_change_of_an_output_is_described_against_what_it_was_made_of()
    {
        using SetFolder folder = new();
        One(folder);
        TaskItem item = TaskFolder.Item(Weights, ("To", "gguf"), ("Alone", "true"));
        string output = folder.Build(item).Files.Single().ItemSpec;
        string tensor;
        using (ModelFile file = ModelFiles.Open(output))
        {
            tensor = file.Tensors[^1].Name;
        }

        Consumer.FlipByte(output, new FileInfo(output).Length - 1);
        SetBuild changed = folder.Build(item);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, changed.Outcome);
        Assert.Contains($"proved: tensor '{tensor}'", changed.Errors.Single().Message!);
        Assert.DoesNotContain("config.json", changed.Errors.Single().Message!);
    }

    [TestMethod]
    public void A_model_is_verified_with_its_folder_or_alone_and_says_which()
    {
        using SetFolder folder = new();
        string one = One(folder);
        TaskItem item = TaskFolder.Item(Weights);
        TaskItem alone = TaskFolder.Item(Weights, ("Alone", "true"));
        foreach (string mode in (string[])["Strict", "Structural"])
        {
            item.SetMetadata("Verify", mode);
            alone.SetMetadata("Verify", mode);
            Assert.Contains(
                ("model.safetensors: note: K-FOLDER: 'model.safetensors' was read as a part of its folder, with 'config.json'; Alone=true "
                    + "(--alone) reads the file only", MessageImportance.Normal), Notes(folder, item));
            Assert.Contains(
                ("model.safetensors: note: K-CONFIG-UNREAD: 'model.safetensors' was read alone: 'config.json' beside it was not read",
                    MessageImportance.High), Notes(folder, alone));
        }

        item.RemoveMetadata("Verify");
        alone.RemoveMetadata("Verify");
        Assert.Contains("as it was", Verify(folder, alone));
        File.WriteAllText(Path.Combine(one, "config.json"), "[");
        Assert.Contains("as it was", Verify(folder, alone), "a companion is no part of the file");
        Assert.StartsWith("MP2124", Verify(folder, item));
        File.SetLastWriteTimeUtc(folder.In(Weights), DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("model.safetensors verified", Verify(folder, alone), "nor is it looked at");
    }

    [TestMethod]
    public void A_comparison_takes_the_file_alone_on_both_sides()
    {
        using SetFolder folder = new();
        string one = One(folder);
        string other = folder.In("models", "other", "model.safetensors");
        File.Copy(folder.In(Weights), other);
        File.WriteAllText(folder.In("models", "other", "config.json"), "{}");
        foreach ((string, string)[] limit in ((string, string)[][])[[("Level", "L2")], [("Epsilon", "1e-3")]])
        {
            TaskItem alone = TaskFolder.Item(Weights, [("Against", other), ("Alone", "true"), .. limit]);
            Assert.AreEqual("model.safetensors verified", Verify(folder, alone));
            File.AppendAllText(folder.In("models", "other", "config.json"), "\n");
            Assert.Contains("as it was", Verify(folder, alone), "no companion of the other is looked at");
        }

        string different = Verify(folder, TaskFolder.Item(Weights, ("Against", other)));
        Assert.StartsWith(BuildErrors.NotEqual.Id, different);
        Assert.Contains("config.json", different);
        Assert.StartsWith(
            BuildErrors.NotEqual.Id, Verify(folder, TaskFolder.Item(Weights, ("Against", one), ("Alone", "true"))),
            "a folder beside a file is a folder");

        ModelConverter.Convert(folder.In(Weights), folder.In("whole.gguf"), ModelFormat.Gguf, new());
        ModelConverter.Convert(folder.In(Weights), folder.In("alone.gguf"), ModelFormat.Gguf, new() { Scope = PathScope.FileAlone });
        TaskItem whole = TaskFolder.Item(Weights, ("Against", "whole.gguf.modelpack.json"));
        Assert.AreEqual("model.safetensors verified", Verify(folder, whole));
        Assert.AreEqual(
            "model.safetensors verified",
            Verify(folder, TaskFolder.Item(Weights, ("Against", "alone.gguf.modelpack.json"), ("Alone", "true"))));
        Assert.StartsWith(
            BuildErrors.NotEqual.Id, Verify(folder, TaskFolder.Item(Weights, ("Against", "whole.gguf.modelpack.json"), ("Alone", "true"))));
        File.AppendAllText(Path.Combine(one, "config.json"), "\n");
        Assert.StartsWith(
            $"{BuildErrors.NotEqual.Id} {Path.Combine(one, "config.json")}: ", Verify(folder, whole), "the file of the folder is named");
    }

    [TestMethod]
    public void Shards_that_are_read_alone_are_models_of_their_own()
    {
        using SetFolder folder = new();
        string shards = folder.WithShards("qwen");
        string[] files = [.. Directory.GetFiles(shards, "*.safetensors").Order(StringComparer.Ordinal)];
        SetBuild alone = folder.Build([.. files.Select(shard => TaskFolder.Item(shard, ("To", "gguf"), ("Alone", "true")))]);
        CollectionAssert.AreEqual(
            files.Select(shard => $"models/qwen/{Path.GetFileNameWithoutExtension(shard)}.gguf").ToArray(), alone.Links);
        SetBuild mixed = folder.Build(
            [.. files.Select((shard, i) => TaskFolder.Item(shard, ("To", "gguf"), ("Alone", i == 1 ? "true" : "false")))]);
        CollectionAssert.AreEqual(
            new[] { $"models/qwen/{Path.GetFileNameWithoutExtension(files[1])}.gguf", "models/qwen/model.gguf" }, mixed.Links);
        string split = folder.WithSplit("split");
        CollectionAssert.AreEqual(
            new[] { $"models/split/{Path.GetFileNameWithoutExtension(split)}.apr" },
            folder.Build(TaskFolder.Item(split, ("To", "apr"), ("Alone", "true"), ("AllowNonFinite", "true"))).Links);
        string second = split.Replace("-00001-of-", "-00002-of-", StringComparison.Ordinal);
        Assert.AreEqual("converted", folder.Build(TaskFolder.Item(second, ("To", "apr"), ("Alone", "true"))).Outcome, "a later part too");
    }

    [TestMethod]
    public void Shards_of_several_models_in_one_folder_are_told_apart()
    {
        using SetFolder folder = new();
        string shards = folder.WithShards("qwen");
        File.Delete(Path.Combine(shards, "model.safetensors.index.json"));
        foreach (string path in Directory.GetFiles(shards, "*.safetensors"))
        {
            File.Copy(path, path.Replace("model-", "other-", StringComparison.Ordinal));
        }

        // Two complete sets: nothing says which of them the companions describe, and no shard swallows another.
        TaskItem[] glob = [
            .. Directory.GetFiles(shards, "*.safetensors")
                .Select(shard => TaskFolder.Item(shard, ("To", "gguf"), ("Link", $"{Path.GetFileName(shard)}.gguf")))];
        SetBuild built = folder.Build(glob);
        Assert.HasCount(glob.Length, built.Files);
    }

    [TestMethod]
    public void A_pattern_that_matches_the_companions_too_means_the_model()
    {
        using SetFolder folder = new();
        string one = One(folder);
        foreach ((string name, string text) in new[] { ("README.md", "text"), ("LICENSE", "text"), (".gitattributes", "*.safetensors lfs"),
            ("1_Pooling/config.json", "{}") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(one, name))!);
            File.WriteAllText(Path.Combine(one, name), text);
        }

        TaskItem[] all = [
            .. Directory.GetFiles(one, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(path => TaskFolder.Item(path, ("To", "gguf")))];
        using ConvertModelItems task = Task(folder, all);
        RecordingEngine engine = (RecordingEngine)task.BuildEngine;
        Assert.IsTrue(task.Execute(), engine.Errors.FirstOrDefault()?.Message);
        Assert.HasCount(1, task.ConvertedFiles);
        int said = engine.Messages.FindIndex(message => message.Contains("read with", StringComparison.Ordinal));
        Assert.AreEqual(
            "'.gitattributes', 'config.json', 'LICENSE' and 2 more: read with 'models/one/model.safetensors', and no models of their own.",
            engine.Messages[said]);
        Assert.AreEqual(MessageImportance.Normal, engine.Importance[said]);
        using (ModelFile gguf = ModelFiles.Open(task.ConvertedFiles.Single().ItemSpec))
        {
            Assert.AreEqual("llama", gguf.Architecture);
        }

        // The same with the folder itself or its index instead of the weights, and for checks.
        CollectionAssert.AreEqual(
            new[] { "models/one.apr" },
            folder.Build(TaskFolder.Item(one, ("To", "apr")), TaskFolder.Item(Path.Combine(one, "config.json"), ("To", "apr"))).Links);
        string shards = folder.WithShards("qwen");
        SetBuild indexed = folder.Build([.. Directory.GetFiles(shards).Select(path => TaskFolder.Item(path, ("To", "gguf")))]);
        CollectionAssert.AreEqual(new[] { "models/qwen/model.gguf" }, indexed.Links);
        RecordingEngine checks = new();
        Assert.IsTrue(Check(folder, checks, [.. all.Select(item => TaskFolder.Item(item.ItemSpec))]));
        CollectionAssert.AreEqual(new[] { said >= 0 ? engine.Messages[said] : "", "model.safetensors verified" }, checks.Messages);
    }

    [TestMethod]
    public void A_file_that_the_model_of_its_folder_does_not_need_is_left_out_with_a_note()
    {
        using SetFolder folder = new();
        string one = One(folder);
        byte[] torch = [.. "PK\u0003\u0004"u8, .. new byte[22], 16, 0, 0, 0, .. "archive/data.pkl"u8, .. new byte[50]];
        (string Name, byte[] Bytes)[] others =
        [
            ("pytorch_model.bin", torch), ("onnx/model.onnx", [8, 7, 0x12, 7, .. "pytorch"u8]), ("rust_model.ot", torch),
            ("training_args.bin", torch),
        ];
        foreach ((string name, byte[] bytes) in others)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(one, name))!);
            File.WriteAllBytes(Path.Combine(one, name), bytes);
        }

        string[] all = [.. Directory.GetFiles(one, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        foreach (string[] models in (string[][])[[Path.Combine(one, "model.safetensors")], [one]])
        {
            string[] paths = [.. all.Where(path => !path.EndsWith(".safetensors", StringComparison.Ordinal)), .. models];
            using ConvertModelItems task = Task(folder, [.. paths.Select(path => TaskFolder.Item(path, ("To", "gguf")))]);
            RecordingEngine engine = (RecordingEngine)task.BuildEngine;
            Assert.IsTrue(task.Execute(), engine.Errors.FirstOrDefault()?.Message);
            Assert.HasCount(1, task.ConvertedFiles);
            string model = Path.GetRelativePath(folder.Path, models[0]);
            Assert.Contains(
                $"'model.onnx', 'pytorch_model.bin', 'rust_model.ot' and 1 more: no part of '{model}', and left out.", engine.Messages);
            Assert.Contains($"'config.json': read with '{model}', and no model of its own.", engine.Messages);
            RecordingEngine checks = new();
            Assert.IsTrue(Check(folder, checks, [.. paths.Select(path => TaskFolder.Item(path))]));
            Assert.AreEqual($"{Path.GetFileName(models[0])} verified", checks.Messages[^1]);
        }

        // What is named for its own sake is looked at: alone, beside a model that is read alone, in a folder that no item means.
        string bin = Path.Combine(one, "pytorch_model.bin");
        TaskItem[][] named =
        [
            [TaskFolder.Item(bin, ("To", "gguf"))],
            [TaskFolder.Item(bin, ("To", "gguf")), TaskFolder.Item(Weights, ("To", "gguf"), ("Alone", "true"))],
            [TaskFolder.Item(bin, ("To", "gguf"), ("Alone", "true")), TaskFolder.Item(Weights, ("To", "gguf"))],
            [TaskFolder.Item(bin, ("To", "gguf")), TaskFolder.Item("models/small.gguf", ("To", "apr"))],
        ];
        foreach (TaskItem[] items in named)
        {
            SetBuild refused = folder.Build(items);
            Assert.AreEqual("MP1313", refused.Outcome);
            Assert.AreEqual(bin, refused.Errors.Single().File);
        }

        // A model of our formats is one whatever it is called.
        File.Copy(folder.In("models", "small.gguf"), bin, overwrite: true);
        CollectionAssert.AreEqual(
            new[] { "models/one/model.gguf", "models/one/pytorch_model.gguf" },
            folder.Build(TaskFolder.Item(bin, ("To", "gguf")), TaskFolder.Item(Weights, ("To", "gguf"))).Links);
    }

    [TestMethod]
    public void A_companion_that_belongs_to_no_item_is_an_error_that_names_the_pattern_to_write()
    {
        using SetFolder folder = new();
        string one = One(folder);
        TaskItem config = TaskFolder.Item(Path.Combine(one, "config.json"), ("To", "gguf"));
        (TaskItem[] Items, string Why)[] cases =
        [
            ([config], "no model is named"),
            ([config, TaskFolder.Item(Weights, ("To", "gguf"), ("Alone", "true"))], "the model is read alone"),
            ([config, TaskFolder.Item("models/small.gguf", ("To", "apr"))], "it belongs to another model"),
            ([config, TaskFolder.Item("models/two/model.safetensors", ("To", "gguf"))], "the model lies elsewhere"),
        ];
        Directory.CreateDirectory(folder.In("models", "two"));
        File.Copy(folder.In(Weights), folder.In("models", "two", "model.safetensors"));
        foreach ((TaskItem[] items, string why) in cases)
        {
            SetBuild built = folder.Build(items);
            Assert.AreEqual("MP1317", built.Outcome, why);
            Assert.AreEqual(config.ItemSpec, built.Errors.Single().File, why);
            Assert.Contains("(*.safetensors)", built.Errors.Single().Message!, why);
        }

        File.Copy(folder.In(Weights), Path.Combine(one, "second.safetensors"));
        File.Move(folder.In(Weights), Path.Combine(one, "first.safetensors"));
        TaskItem[] two = [.. Directory.GetFiles(one).Select(path => TaskFolder.Item(path, ("To", "gguf")))];
        Assert.AreEqual("MP1317", folder.Build(two).Outcome, "of two models in one folder, none has the companions");
        Assert.HasCount(2, folder.Build([.. two.Where(item => item.ItemSpec.EndsWith(".safetensors", StringComparison.Ordinal))]).Files);
    }

    [TestMethod]
    public void Weights_that_only_an_index_holds_together_are_one_model()
    {
        using SetFolder folder = new();
        string shards = folder.WithShards("qwen");
        string index = Path.Combine(shards, "model.safetensors.index.json");
        string text = File.ReadAllText(index);
        string[] names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        foreach ((string path, string name) in Directory.GetFiles(shards, "*.safetensors").Order(StringComparer.Ordinal).Zip(names))
        {
            text = text.Replace(Path.GetFileName(path), $"{name}.safetensors", StringComparison.Ordinal);
            File.Move(path, Path.Combine(shards, $"{name}.safetensors"));
        }

        File.WriteAllText(index, text);
        TaskItem[] weights = [.. Directory.GetFiles(shards, "*.safetensors").Select(path => TaskFolder.Item(path, ("To", "gguf")))];
        Assert.IsGreaterThan(1, weights.Length);
        CollectionAssert.AreEqual(new[] { "models/qwen/a.gguf" }, folder.Build(weights).Links, "the first stands for all");
        SetBuild indexed = folder.Build([.. weights, TaskFolder.Item(index, ("To", "gguf"))]);
        Assert.AreEqual("models/qwen/model.gguf", string.Join(" ", indexed.Links) + indexed.Errors.FirstOrDefault()?.Message);
    }

    [TestMethod]
    public void The_task_has_the_option_as_a_parameter()
    {
        using SetFolder folder = new();
        One(folder);
        foreach ((string? alone, string? architecture) in new (string?, string?)[] { (null, "llama"), ("true", null) })
        {
            using ModelConvert task = new()
            {
                BuildEngine = new RecordingEngine(),
                Include = [TaskFolder.Item(folder.In(Weights))],
                Target = "gguf",
                Alone = alone,
                OutputDirectory = folder.In("out" + alone),
            };
            Assert.IsTrue(task.Execute());
            using ModelFile file = ModelFiles.Open(task.ConvertedFiles.Single().ItemSpec);
            Assert.AreEqual(architecture, file.Architecture);
        }
    }

    [TestMethod]
    [DataRow("Alown")]
    [DataRow("alon")]
    [DataRow("Allone")]
    [DataRow("aloen")]
    public void A_slip_of_the_option_is_named(string name)
    {
        foreach (KnownMetadata known in (KnownMetadata[])[KnownMetadata.ModelConvert, KnownMetadata.ModelVerify])
        {
            Assert.Contains("the known name is 'Alone'", known.Warnings([TaskFolder.Item(Weights, (name, "true"))]).Single().Detail);
            Assert.IsEmpty(known.Warnings([TaskFolder.Item(Weights, ("Alone", "true"))]));
        }
    }

    [TestMethod]
    [DataRow("Standalone", ": ModelConvert calls it Alone")]
    [DataRow("SingleFile", ": ModelConvert calls it Alone")]
    [DataRow("FileOnly", ": ModelConvert calls it Alone")]
    [DataRow("FileAlone", ": ModelConvert calls it Alone")]
    public void Other_words_for_the_option_are_known(string name, string suggestion) =>
        Assert.Contains(suggestion, KnownMetadata.ModelConvert.Warnings([TaskFolder.Item(Weights, (name, "true"))]).Single().Detail);

    [TestMethod]
    [DataRow("Label")]
    [DataRow("Alias")]
    [DataRow("Model")]
    [DataRow("Version")]
    [DataRow("Stone")]
    public void Words_of_others_are_no_slips(string name)
    {
        foreach (KnownMetadata known in (KnownMetadata[])[KnownMetadata.ModelConvert, KnownMetadata.ModelVerify])
        {
            Assert.IsEmpty(known.Warnings([TaskFolder.Item(Weights, (name, "true"))]));
        }
    }

    private static string One(SetFolder folder)
    {
        foreach (string path in Directory.GetFiles(RepositoryData.Path("cases", "file-of-a-folder", "model")))
        {
            File.Copy(path, folder.In("models", "one", Path.GetFileName(path)));
        }

        return folder.In("models", "one");
    }

    private static string? Architecture(SetBuild build)
    {
        using ModelFile file = ModelFiles.Open(build.Files.Single().ItemSpec);
        return file.Architecture;
    }

    private static ConvertModelItems Task(SetFolder folder, TaskItem[] items) => new()
    {
        BuildEngine = new RecordingEngine(),
        Models = items,
        ProjectDirectory = folder.Path,
        OutputDirectory = folder.In("obj") + Path.DirectorySeparatorChar,
    };

    private static string Verify(SetFolder folder, params TaskItem[] items)
    {
        RecordingEngine engine = new();
        return Check(folder, engine, items)
            ? engine.Messages.Single()
            : string.Create(CultureInfo.InvariantCulture, $"{engine.Errors[0].Code} {engine.Errors[0].File}: {engine.Errors[0].Message}");
    }

    private static (string, MessageImportance)[] Notes(SetFolder folder, TaskItem item)
    {
        RecordingEngine engine = new();
        Assert.IsTrue(Check(folder, engine, item));
        return [.. engine.Notes];
    }

    private static bool Check(SetFolder folder, RecordingEngine engine, params TaskItem[] items)
    {
        using VerifyModelItems task = new()
        {
            BuildEngine = engine,
            Models = items,
            ProjectDirectory = folder.Path,
            OutputDirectory = folder.In("obj") + Path.DirectorySeparatorChar,
        };
        return task.Execute();
    }
}
