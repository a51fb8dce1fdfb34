namespace ModelPack.Build.Tests.Tasks;

/// <summary>What a build of 0.1.0 left below obj: it is understood, and what it does not vouch for is made again.</summary>
[TestClass]
public sealed class WrittenBeforeTests
{
    private static readonly string Old = File.ReadAllText(RepositoryData.Path("written-by", "0.1.0", "hello.apr.modelpack.state"));

    [TestMethod]
    public void A_state_is_read_as_it_was_meant_and_is_what_would_be_written()
    {
        ModelState state = ModelState.Parse(Old, "/obj/hello.apr", "/obj/hello/")!;
        Assert.AreEqual("0.1.0+d02411694e57745b0489f7e7f1cc98d22a1867c1", state.Tool);
        Assert.AreEqual(("{PROJECT}/models/hello.gguf", "", "/obj/hello.apr"), (state.SourcePath, state.Pinned, state.Target));
        Assert.AreEqual((0, Meaning.Runs, 0), (state.Facts.Widened, state.Facts.Meaning, state.Facts.Reasons.Length));
        Assert.AreEqual(0x341dff24c804e2da, state.Seed);
        Assert.AreEqual(
            new FileRecord("hello.gguf", new(1675424, 639315901177878022), "8209ce575b98543247132508a57ddb8e"), state.Source.Single());
        Assert.AreEqual(
            new FileRecord("hello.apr", new(1676740, 639315932731040069), "943d5e5596c51907c722d54e22865913"), state.Output.Single());
        Assert.AreEqual(
            new FileRecord("hello.apr.modelpack.json", new(15809, 639315932732080069), "6a5a2999a294390a1418f69c062258a4"),
            state.Certificate);
        Assert.AreEqual(Old, state.Format());
    }

    [TestMethod]
    public void An_unchanged_model_is_up_to_date_by_a_state_of_that_form_and_built_again_for_another_version()
    {
        using TaskFolder folder = new();
        Assert.AreEqual("converted", folder.Build());
        ModelState now = ModelState.Parse(File.ReadAllText(folder.State), folder.Output, folder.Output[..^4] + "/")!;
        string[] lines = Old.Split('\n');
        lines[3] = folder.Source;
        lines[7] = $"{now.Seed:x16}";
        (lines[9], lines[11], lines[13]) = (now.Source.Single().Format(), now.Output.Single().Format(), now.Certificate.Format());
        byte[] output = File.ReadAllBytes(folder.Output);
        File.WriteAllLines(folder.State, lines[..^1]);
        Assert.AreEqual("converted", folder.Build(), "the tool is another one");
        CollectionAssert.AreEqual(output, File.ReadAllBytes(folder.Output));

        now = ModelState.Parse(File.ReadAllText(folder.State), folder.Output, folder.Output[..^4] + "/")!;
        lines[1] = ToolVersion.Text;
        lines[7] = $"{now.Seed:x16}";
        (lines[11], lines[13]) = (now.Output.Single().Format(), now.Certificate.Format());
        File.WriteAllLines(folder.State, lines[..^1]);
        Assert.AreEqual("up to date", folder.Build());
    }

    [TestMethod]
    public void A_state_that_vouches_for_other_bytes_is_not_believed()
    {
        using TaskFolder folder = new();
        File.WriteAllText(folder.State, Old.Replace("{PROJECT}/models/hello", folder.Path + "/models/small", StringComparison.Ordinal)
            .Replace("hello", "small", StringComparison.Ordinal)
            .Replace("0.1.0+d02411694e57745b0489f7e7f1cc98d22a1867c1", ToolVersion.Text, StringComparison.Ordinal));
        File.WriteAllText(folder.Output, "not what it says");
        Assert.AreEqual("converted", folder.Build());
        Assert.AreEqual(ProofLevel.L3, CertificateJson.Read(folder.Certificate).Level);
        Assert.AreEqual("up to date", folder.Build());
    }

    [TestMethod]
    public void An_output_that_only_the_old_list_knows_is_removed_with_its_state()
    {
        using TaskFolder folder = new();
        string list = folder.In("obj", "HelloModel.modelpack.items");
        File.Copy(RepositoryData.Path("written-by", "0.1.0", "HelloModel.modelpack.items"), list);
        string output = folder.In("obj", "models", "hello.apr");
        string certificate = output + ".modelpack.json";
        File.WriteAllText(output, "what was converted");
        File.WriteAllText(certificate, "its certificate");
        File.WriteAllText(output + ".modelpack.state", Old);
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "apr")));
        task.ListName = "HelloModel";
        Assert.IsTrue(task.Execute());
        Assert.IsFalse(File.Exists(output) || File.Exists(certificate) || File.Exists(output + ".modelpack.state"));
        Assert.IsTrue(File.Exists(folder.Output));
        Assert.AreEqual("models/small.apr\tmodels/small/", File.ReadAllText(list).Trim());
    }

    [TestMethod]
    public void A_state_of_a_verified_model_has_its_form()
    {
        const string Text = """
            modelpack verified 1
            0.1.0
            verify=Strict
            /models/m.gguf
            1
            3 4 8209ce575b98543247132508a57ddb8e m.gguf
            1
            5 6 - %C3%BC%20m.json
            end

            """;
        VerifiedState state = VerifiedState.Parse(Text)!;
        Assert.AreEqual(("0.1.0", "verify=Strict", "/models/m.gguf"), (state.Tool, state.Options, state.SourcePath));
        Assert.AreEqual(new FileRecord("m.gguf", new(3, 4), "8209ce575b98543247132508a57ddb8e"), state.Source.Single());
        Assert.AreEqual(new FileRecord("ü m.json", new(5, 6), ""), state.Against.Single());
        Assert.AreEqual(Text, state.Format());
    }
}
