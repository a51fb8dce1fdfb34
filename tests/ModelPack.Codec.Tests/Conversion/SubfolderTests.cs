using ModelPack.Codec.Tests.Architectures;
using ModelPack.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;
using ModelPack.IO.Output;
using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Companions that lie in sub-folders of a model folder.</summary>
[TestClass]
public sealed class SubfolderTests
{
    private const string Pooling = "1_Pooling/config.json";
    private const string Template = "additional_chat_templates/tool_use.jinja";
    private const string Broken = "deep/er/broken.JSON";

    private static readonly ConversionOptions Replace = new() { Existing = ExistingTarget.Replace };

    private readonly TempFolder folder = new();

    private string Model => folder.At("model");

    [TestInitialize]
    public void MakeModel()
    {
        Directory.CreateDirectory(Model);
        File.WriteAllBytes(Path.Combine(Model, "model.safetensors"), SmallModels.SafeTensors());
        Write("modules.json", "[]\n");
        Write(Pooling, "{\"pooling_mode_mean_tokens\": true}");
        Write(Template, "{{ tools }}\n");
        Write(Broken, "{\"half\": ");
        Write("deep/empty.txt", "");
    }

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    [DataRow("Gguf")]
    [DataRow("Apr")]
    [DataRow("Gguf,Apr")]
    [DataRow("Apr,Gguf,Apr")]
    public void They_come_back_byte_for_byte(string formats)
    {
        string current = Model;
        foreach (ModelFormat format in formats.Split(',').Select(Enum.Parse<ModelFormat>))
        {
            string next = folder.At($"{folder.Names().Length}.{format.Extension()}");
            Assert.AreEqual(ProofLevel.L3, Unflushed.Convert(current, next, format, new()).Level);
            current = next;
        }

        Certificate back = Unflushed.Convert(current, folder.At("back/"), ModelFormat.SafeTensors, new());
        AssertSame(Model, folder.At("back"));
        CollectionAssert.IsSubsetOf(new[] { Pooling, Template, Broken }, back.Output.Parts.Select(part => part.Name).ToArray());
        Assert.IsTrue(ModelVerifier.Verify(Model, current, ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(Model, folder.At("back"), ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(ModelConverter.CertificatePath(folder.At("back")), folder.At("back"), ProofLevel.L3).Passed);
    }

    [TestMethod]
    public void They_stay_with_the_model_when_it_is_split_and_merged()
    {
        Unflushed.Convert(Model, folder.At("parts/"), ModelFormat.SafeTensors, new() { MaxShardBytes = 16, Origin = OriginMode.None });
        Assert.IsGreaterThan(1, Directory.GetFiles(folder.At("parts"), "*.safetensors").Length);
        Unflushed.Convert(folder.At("parts"), folder.At("whole/"), ModelFormat.SafeTensors, new() { Origin = OriginMode.None });
        foreach (string name in new[] { Pooling, Template, Broken })
        {
            Assert.AreEqual(Text(Model, name), Text(folder.At("parts"), name));
            Assert.AreEqual(Text(Model, name), Text(folder.At("whole"), name));
        }
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf, ModelFormat.Apr)]
    [DataRow(ModelFormat.Apr, ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors, ModelFormat.Gguf)]
    public void A_round_trip_brings_them_back(ModelFormat first, ModelFormat second)
    {
        RoundTripReport report = RoundTrip.Run(Model, [first, second], new());
        Assert.IsTrue(report.Identical);
        Assert.Contains(Broken, report.Steps[^1].Output.Parts.Select(part => part.Name));
    }

    [TestMethod]
    public void A_file_called_json_that_is_none_travels_and_is_reported_whatever_folder_it_lies_in()
    {
        Write("vocab.json", "nonsense");
        Write("bad_utf8.json", "\"\u00ff\"", System.Text.Encoding.Latin1);
        string[] notes = [
            .. Unflushed.Convert(Model, folder.At("out.gguf"), ModelFormat.Gguf, new()).Notes.Where(
                note => note.Contains("is not valid JSON", StringComparison.Ordinal))];
        CollectionAssert.AreEqual(
            new[] { "bad_utf8.json", Broken, "vocab.json" }.Select(name => $"'{name}' is not valid JSON; it travels byte for byte")
                .ToArray(), notes);
        CollectionAssert.IsSubsetOf(
            new[] { "bad_utf8.json", Broken, "vocab.json" },
            ModelValidator.Validate(Model).Findings.Where(finding => finding.Code.Rule == "V-COMPANION").Select(finding => finding.Place)
                .ToArray());
        Unflushed.Convert(folder.At("out.gguf"), folder.At("back/"), ModelFormat.SafeTensors, new());
        AssertSame(Model, folder.At("back"));
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.Apr)]
    public void One_that_was_edited_removed_added_or_renamed_is_named(ModelFormat via)
    {
        string middle = folder.At("middle." + via.Extension());
        string proof = ModelConverter.CertificatePath(middle);
        Unflushed.Convert(Model, middle, via, new());

        Write(Pooling, "{\"pooling_mode_mean_tokens\": trud}");
        AssertNamed(Pooling);
        Write(Pooling, "{\"pooling_mode_mean_tokens\": true}");
        Assert.IsTrue(ModelVerifier.Verify(Model, middle, ProofLevel.L3).Passed);

        File.Delete(In(Model, Template));
        AssertNamed(Template);
        Write(Template, "{{ tools }}\n");

        Write("2_Dense/config.json", "{}");
        AssertNamed("2_Dense/config.json");
        Directory.Delete(In(Model, "2_Dense"), recursive: true);

        Directory.Move(In(Model, "1_Pooling"), In(Model, "2_Pooling"));
        AssertNamed(Pooling);
        Directory.Move(In(Model, "2_Pooling"), In(Model, "1_Pooling"));
        Assert.IsTrue(ModelVerifier.Verify(Model, middle, ProofLevel.L3).Passed);

        void AssertNamed(string name)
        {
            foreach (VerificationReport report in new[] { ModelVerifier.Verify(Model, middle), ModelVerifier.Verify(middle, Model),
                ModelVerifier.Verify(proof, Model) })
            {
                Assert.IsFalse(report.Passed, name);
                Assert.IsTrue(
                    report.Differences.Any(difference => difference.Place == name), $"{name}: {string.Join("\n", report.Differences)}");
            }
        }
    }

    [TestMethod]
    public void An_output_whose_sub_folder_was_edited_is_converted_as_it_is_and_the_file_is_named()
    {
        string gguf = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");
        Unflushed.Convert(gguf, folder.At("derived/"), ModelFormat.SafeTensors, new());
        Directory.CreateDirectory(In(folder.At("derived"), "1_Pooling"));
        File.WriteAllText(In(folder.At("derived"), Pooling), "{}");
        Certificate edited = Unflushed.Convert(folder.At("derived"), folder.At("edited.gguf"), ModelFormat.Gguf, new());
        Assert.IsTrue(
            edited.Notes.Any(
                note => note.StartsWith($"'{Pooling}' was added to 'derived' after it was converted", StringComparison.Ordinal)),
                string.Join("\n", edited.Notes));
    }

    [TestMethod]
    public void What_was_done_to_an_output_of_several_files_is_named()
    {
        string gguf = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");
        string shards = folder.At("shards");
        Unflushed.Convert(gguf, shards + "/", ModelFormat.SafeTensors, new() { MaxShardBytes = 500_000 });
        string first = Directory.GetFiles(shards, "*.safetensors").Order(StringComparer.Ordinal).First();
        byte[] shard = File.ReadAllBytes(first);
        SmallModels.Replace(first, "\"format\":\"pt\"", "\"format\":\"pq\"");
        AssertSaid("the metadata or the tensor list of 'shards' was edited after it was converted");
        File.WriteAllBytes(first, shard);

        string config = In(shards, "config.json");
        string text = File.ReadAllText(config);
        File.WriteAllText(config, text + " ");
        AssertSaid("'config.json' in 'shards' was edited after it was converted");
        File.WriteAllText(config, text);
        File.Delete(In(shards, "generation_config.json"));
        AssertSaid("'generation_config.json' was removed from 'shards' after it was converted");

        void AssertSaid(string what)
        {
            Certificate edited = Unflushed.Convert(
                shards, folder.At("edited.gguf"), ModelFormat.Gguf, new() { Existing = ExistingTarget.Replace });
            Assert.IsTrue(edited.Notes.Any(note => note.StartsWith(what, StringComparison.Ordinal)), string.Join("\n", edited.Notes));
        }
    }

    [TestMethod]
    public void What_does_not_belong_to_the_model_is_left_out_and_said()
    {
        string outside = folder.At("outside");
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(outside, "secret.json"), "{}");
        Directory.CreateSymbolicLink(In(Model, "link"), outside);
        Directory.CreateSymbolicLink(In(Model, "deep/loop"), Model);
        Write(".git/config.json", "{}");
        Write("deep/.cache/x.json", "{}");
        Write("2_Dense/model.safetensors", "weights");
        Write("2_Dense/config.json", "{}");
        Write("onnx/quantized/model.ONNX", "weights");
        Write("onnx/config.json", "{}");
        Write("assets/picture.png", "");

        Certificate certificate = Unflushed.Convert(Model, folder.At("out.apr"), ModelFormat.Apr, new());
        CollectionAssert.AreEqual(
            new[] { "model.safetensors", Pooling, Template, "deep/empty.txt", Broken, "modules.json", "onnx/config.json" },
            certificate.Source.Parts.Select(part => part.Name).Order(StringComparer.Ordinal).OrderBy(name => name != "model.safetensors")
                .ToArray());
        Assert.AreEqual(
            "K-LEFT-OUT: not part of the model, and left out: '.git/' (hidden, 2 bytes), '2_Dense/' (it holds weights of its own, 9 "
                + "bytes), 'assets/picture.png' (0 bytes), "
            + "'deep/.cache/' (hidden, 2 bytes), 'deep/loop/' (a link, 0 bytes), 'link/' (a link, 0 bytes), 'onnx/quantized/' (it holds "
            + "weights of its own, 7 bytes)",
            certificate.Notes.Single(note => note.StartsWith("K-LEFT-OUT", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_single_file_in_a_folder_says_what_is_left_out_too()
    {
        string plain = folder.At("plain");
        Directory.CreateDirectory(Path.Combine(plain, "onnx"));
        File.WriteAllBytes(Path.Combine(plain, "model.safetensors"), SmallModels.SafeTensors());
        File.WriteAllText(Path.Combine(plain, "onnx", "model.onnx"), "weights");
        Certificate there = Unflushed.Convert(plain, folder.At("out.gguf"), ModelFormat.Gguf, new());
        Assert.IsTrue(there.Notes.Any(note => note.Contains("'onnx/' (it holds weights of its own, 7 bytes)", StringComparison.Ordinal)));
        Unflushed.Convert(folder.At("out.gguf"), folder.At("back.safetensors"), ModelFormat.SafeTensors, new());
        CollectionAssert.AreEqual(SmallModels.SafeTensors(), File.ReadAllBytes(folder.At("back.safetensors")));
    }

    [TestMethod]
    public void Folders_are_not_followed_deeper_than_a_name_may_lie()
    {
        Directory.CreateDirectory(In(Model, string.Join('/', Enumerable.Repeat("a", MemberName.MaximumDepth + 1))));
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(
            () => Unflushed.Convert(Model, folder.At("out.gguf"), ModelFormat.Gguf, new()));
        Assert.AreEqual(ModelSetErrors.CompanionInSubfolder, error.Code);
    }

    [TestMethod]
    [DataRow("a/b/c/d/e/f/g/h/i/x.json")]
    [DataRow("a/con.json")]
    [DataRow("a/trailing./x.json")]
    [DataRow("a/question?.json")]
    public void One_that_cannot_be_carried_is_refused_with_its_path(string name)
    {
        Write(name, "{}");
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(
            () => Unflushed.Convert(Model, folder.At("out.gguf"), ModelFormat.Gguf, new()));
        Assert.AreEqual(ModelSetErrors.CompanionInSubfolder, error.Code);
        StringAssert.StartsWith(In(Model, name), error.FilePath!);
    }

    [TestMethod]
    public void More_than_a_model_can_have_are_refused()
    {
        for (int i = 0; i <= Subfolders.MaximumFiles; i++)
        {
            Write($"many/{i}.txt", "");
        }

        Assert.AreEqual(ModelSetErrors.CompanionInSubfolder, Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(Model)).Code);
    }

    [TestMethod]
    public void A_replaced_folder_keeps_no_companion_of_the_one_before()
    {
        Unflushed.Convert(Model, folder.At("model.gguf"), ModelFormat.Gguf, new());
        Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, new());
        Directory.Delete(In(Model, "1_Pooling"), recursive: true);
        Unflushed.Convert(Model, folder.At("model.gguf"), ModelFormat.Gguf, Replace);
        Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, Replace);
        AssertSame(Model, folder.At("back"));
        Assert.IsFalse(Directory.Exists(In(folder.At("back"), "1_Pooling")));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("mine.txt")]
    [DataRow("1_Pooling/mine.txt")]
    [DataRow("new/mine.txt")]
    [DataRow(".hidden/mine.txt")]
    public void A_file_that_no_conversion_wrote_is_never_deleted_with_the_folder(string name)
    {
        Unflushed.Convert(Model, folder.At("model.gguf"), ModelFormat.Gguf, new());
        Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, new());
        string mine = In(folder.At("back"), name);
        Directory.CreateDirectory(Path.GetDirectoryName(mine)!);
        File.WriteAllText(mine, "mine");
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, Replace));
        Assert.AreEqual(ConversionErrors.ForeignFolder, error.Code);
        Assert.Contains($"'{name}'", error.Detail);
        Assert.AreEqual("mine", File.ReadAllText(mine));
        File.Delete(mine);
        Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, Replace);
    }

    [TestMethod]
    public void A_folder_whose_certificate_cannot_be_read_is_not_replaced()
    {
        Unflushed.Convert(Model, folder.At("model.gguf"), ModelFormat.Gguf, new());
        Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, new());
        File.WriteAllText(ModelConverter.CertificatePath(folder.At("back/")), "{");
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, Replace));
        Assert.AreEqual(ConversionErrors.ForeignFolder, error.Code);
        Assert.Contains("cannot be told, so it is not replaced", error.Detail);
        AssertSame(Model, folder.At("back"));
    }

    [TestMethod]
    public void A_link_in_the_target_leads_no_file_out_of_it()
    {
        Unflushed.Convert(Model, folder.At("model.gguf"), ModelFormat.Gguf, new());
        Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, new());
        Directory.CreateDirectory(folder.At("outside"));
        File.WriteAllText(folder.At("outside/config.json"), "precious");
        Directory.Delete(In(folder.At("back"), "1_Pooling"), recursive: true);
        Directory.CreateSymbolicLink(In(folder.At("back"), "1_Pooling"), folder.At("outside"));
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, Replace));
        Assert.AreEqual(ConversionErrors.ForeignFolder, error.Code);
        Assert.Contains("'1_Pooling'", error.Detail);

        File.Delete(In(folder.At("back"), "1_Pooling"));
        Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, Replace);
        AssertSame(Model, folder.At("back"));
        Assert.AreEqual("precious", File.ReadAllText(folder.At("outside/config.json")));
    }

    [TestMethod]
    public void A_cancelled_conversion_leaves_no_folder_and_the_left_over_of_a_killed_one_is_removed()
    {
        Unflushed.Convert(Model, folder.At("model.gguf"), ModelFormat.Gguf, new());
        string[] before = folder.Names();
        using CancellationTokenSource stop = new();
        StopWhenProving progress = new(stop, folder);
        Assert.Throws<OperationCanceledException>(
            () => ModelConverter.Convert(
                folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, new(), progress, cancellation: stop.Token));
        CollectionAssert.AreEqual(before, folder.Names());
        Assert.IsTrue(progress.SawSubfolder, "the sub-folders were there when it was stopped");

        Leave(folder.At("back/"));
        Unflushed.Convert(folder.At("model.gguf"), folder.At("back/"), ModelFormat.SafeTensors, new());
        CollectionAssert.AreEqual(new[] { "back", "back.modelpack.json" }, folder.Names().Except(before).ToArray());
    }

    [TestMethod]
    public void Derived_templates_lie_in_the_folder_that_programs_look_in()
    {
        // The name of a device cannot be a file on every system.
        using GgufFile model = new SmallGguf("none").Text("tokenizer.chat_template.tool_use", "t").Text("tokenizer.chat_template.con", "c")
            .Tensor("t", TensorType.F32, 4).Open();
        string gguf = folder.Write("templates.gguf", model.Source.ReadBytes(0, (int)model.Source.Length));
        Certificate there = Unflushed.Convert(gguf, folder.At("out/"), ModelFormat.SafeTensors, new());
        Assert.AreEqual("t", Text(folder.At("out"), Template));
        Assert.IsFalse(File.Exists(In(folder.At("out"), "additional_chat_templates/con.jinja")));
        Assert.IsTrue(
            there.Notes.Any(
                note => note.Contains("tokenizer.chat_template.con cannot be a file name of its own", StringComparison.Ordinal)),
                string.Join("\n", there.Notes));
        Unflushed.Convert(folder.At("out"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        ByteAssert.AreEqual(File.ReadAllBytes(gguf), File.ReadAllBytes(folder.At("back.gguf")));
    }

    // What a process leaves that is killed while it writes.
    private static void Leave(string target)
    {
        OutputTarget names = new(target);
        string stage = OutputJournal.NewStage();
        File.WriteAllText(names.LockPath, OutputJournal.FirstLine(names) + OutputJournal.StageLine(stage));
        Directory.CreateDirectory(In(names.New(OutputPart.Model, stage), "1_Pooling"));
    }

    private void Write(string name, string text, System.Text.Encoding? encoding = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(Model, name))!);
        File.WriteAllBytes(In(Model, name), (encoding ?? System.Text.Encoding.UTF8).GetBytes(text));
    }

    private static string In(string root, string name) => Path.Combine(root, name.Replace('/', Path.DirectorySeparatorChar));

    private static string Text(string root, string name) => File.ReadAllText(In(root, name));

    private static void AssertSame(string expected, string actual)
    {
        string[] names = Files(expected);
        CollectionAssert.AreEqual(names, Files(actual));
        foreach (string name in names)
        {
            ByteAssert.AreEqual(File.ReadAllBytes(In(expected, name)), File.ReadAllBytes(In(actual, name)), name);
        }
    }

    private static string[] Files(string root) =>
        [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories).Select(path => MemberName.Within(root, path))
            .Order(StringComparer.Ordinal)];

    /// <summary>Stops a conversion when everything was written and nothing was proved.</summary>
    private sealed class StopWhenProving(CancellationTokenSource stop, TempFolder folder) : IProgress<ConversionProgress>
    {
        public bool SawSubfolder { get; private set; }

        public void Report(ConversionProgress value)
        {
            if (value.Phase == ConversionPhase.Proving)
            {
                SawSubfolder |= Directory.GetDirectories(folder.Root, ".*.modelpack-tmp")
                    .Any(path => File.Exists(In(path, $"model/{Pooling}")));
                stop.Cancel();
            }
        }
    }
}
