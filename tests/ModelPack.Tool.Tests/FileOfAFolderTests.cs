using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Tool.Tests;

/// <summary>A weights file that is named instead of its folder, through every verb, and <c>--alone</c>.</summary>
[TestClass]
public sealed partial class FileOfAFolderTests
{
    private const string FolderNote =
        "K-FOLDER: 'model.safetensors' was read as a part of its folder, with 'config.json'; Alone=true (--alone) reads the file only";
    private const string AloneNote = "K-CONFIG-UNREAD: 'model.safetensors' was read alone: 'config.json' beside it was not read";
    private static readonly string Split = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    /// <summary>Lines of every verb: M is the model, G a GGUF of it, O the output.</summary>
    private static readonly string[] Lines =
    [
        "inspect M", "inspect M --tensors", "inspect M --stats", "validate M", "hash M", "hash M --sha256", "hash M --format gguf-hash",
        "hash M --write O", "diff M G", "diff G M",
        "verify M G", "verify G M", "verify M G --level L3", "verify M G.modelpack.json", "verify G.modelpack.json M --level L1",
        "verify M G --epsilon 1e-3", "verify G M --epsilon 1e-3",
        "roundtrip M --via gguf", "convert M O.gguf", "convert M O.apr --dry-run", "convert M O/ --to apr",
        "split M O --max-shard-size 20KB", "merge M O.safetensors",
    ];

    public static IEnumerable<object[]> Verbs => Lines.Select(line => new object[] { line });

    [TestMethod]
    [DynamicData(nameof(Verbs))]
    public void Every_verb_does_with_the_file_what_it_does_with_the_folder_and_says_so(string line)
    {
        using TestFolder folder = new();
        string model = Copy(folder);
        InProcess.Run("convert", model, folder.File("g.gguf")).ShouldExitWith(0);
        (ToolResult whole, string[] written) = Run(folder, line, model);
        (ToolResult named, string[] same) = Run(folder, line, Path.Combine(model, "model.safetensors"));
        Assert.Contains(FolderNote, named.Output + named.Error);
        Assert.DoesNotContain("K-FOLDER", whole.Output + whole.Error);
        Assert.AreEqual(Plain(whole, model), Plain(named, Path.Combine(model, "model.safetensors")));
        CollectionAssert.AreEqual(written, same);
    }

    [TestMethod]
    [DynamicData(nameof(Verbs))]
    public void Every_verb_reads_the_file_alone_when_asked_and_says_so(string line)
    {
        using TestFolder folder = new();
        string weights = Path.Combine(Copy(folder), "model.safetensors");
        string lonely = folder.File("lonely");
        Directory.CreateDirectory(lonely);
        File.Copy(weights, Path.Combine(lonely, "model.safetensors"));
        InProcess.Run("convert", weights, folder.File("g.gguf"), "--alone").ShouldExitWith(0);
        (ToolResult alone, string[] written) = Run(folder, line + " --alone", weights);
        (ToolResult copy, string[] same) = Run(folder, line, Path.Combine(lonely, "model.safetensors"));
        Assert.Contains(AloneNote, alone.Output + alone.Error);
        Assert.DoesNotContain("K-FOLDER", alone.Output + alone.Error);
        Assert.AreEqual(Plain(copy, Path.Combine(lonely, "model.safetensors")), Plain(alone, weights));
        CollectionAssert.AreEqual(same, written);
    }

    [TestMethod]
    [DynamicData(nameof(Verbs))]
    public void No_verb_reads_a_folder_alone(string line)
    {
        using TestFolder folder = new();
        string model = Copy(folder);
        InProcess.Run("convert", model, folder.File("g.gguf")).ShouldExitWith(0);
        ToolResult result = InProcess.Run(Words(folder, line + " --alone", model));
        if (line.Split(' ')[0] is "verify" or "diff" && !line.Contains("json", StringComparison.Ordinal))
        {
            result.ShouldExitWith(0);
            return;
        }

        result.ShouldExitWith(3);
        Assert.Contains($"error MP1322: '{model}' is a folder, and a file alone was asked for", result.Error);
        Assert.Contains("Name the weights file in it, or leave out Alone=true (--alone).", result.Error);
        Assert.AreEqual("", result.Output);
    }

    // They read no model, pack whatever is named, or speak the words of apr.
    private static readonly string[] OtherVerbs = [
        "apr", "completion", "explain", "help", "pack", "qa", "rosetta", "store", "unpack"];

    [TestMethod]
    public void Every_verb_that_reads_a_model_has_the_option()
    {
        string[] verbs = [
            .. Directory.GetFiles(RepositoryData.Repository + "/tests/ModelPack.Tool.Tests/Snapshots", "help-*.txt")
                .Select(path => VerbName().Match(path).Groups[1].Value).Except(OtherVerbs).Order()];
        // What edit writes is compared by EditTests.
        CollectionAssert.AreEqual(Lines.Select(line => line.Split(' ')[0]).Append("edit").Distinct().Order().ToArray(), verbs);
        foreach (string verb in verbs)
        {
            Assert.Contains("--alone", InProcess.Run(verb, "--help").Output);
        }
    }

    [TestMethod]
    public void A_certificate_of_the_folder_is_not_one_of_the_file_alone_and_the_other_way_round()
    {
        using TestFolder folder = new();
        string model = Copy(folder);
        string weights = Path.Combine(model, "model.safetensors");
        string whole = folder.File("whole.gguf.modelpack.json");
        string alone = folder.File("alone.gguf.modelpack.json");
        InProcess.Run("convert", weights, folder.File("whole.gguf")).ShouldExitWith(0);
        InProcess.Run("convert", weights, folder.File("alone.gguf"), "--alone").ShouldExitWith(0);

        Assert.Contains(FolderNote, Succeed("verify", whole, weights));
        ToolResult part = InProcess.Run("verify", whole, weights, "--alone");
        part.ShouldExitWith(1);
        Assert.Contains("the file has 44504 bytes; 44988 were proved", part.Output);
        Assert.Contains(AloneNote, part.Output);

        // What was certified is the file: its certificate says so whatever is asked for.
        Assert.Contains(AloneNote, Succeed("verify", alone, weights));
        Assert.Contains(AloneNote, Succeed("verify", alone, weights, "--alone"));
        InProcess.Run("verify", alone, model).ShouldExitWith(1);

        File.AppendAllText(Path.Combine(model, "config.json"), "\n");
        ToolResult edited = InProcess.Run("verify", whole, weights);
        edited.ShouldExitWith(1);
        Assert.Contains("the file 'config.json' has 485 bytes; 484 were proved", edited.Output);
        Assert.Contains(FolderNote, edited.Output);
        Succeed("verify", alone, weights);
        File.WriteAllText(Path.Combine(model, "tokenizer.json"), "{}");
        Assert.Contains(
            "the file 'tokenizer.json' was not there when the model was proved", InProcess.Run("verify", whole, weights).Output);
        File.Delete(Path.Combine(model, "config.json"));
        Assert.Contains("the file 'config.json' is missing", InProcess.Run("verify", whole, weights).Output);

        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        ToolResult other = InProcess.Run("verify", alone, weights);
        other.ShouldExitWith(1);
        Assert.Contains("model.norm.weight", other.Output);
        Assert.Contains("was read alone: 'tokenizer.json' beside it was not read", other.Output);
    }

    [TestMethod]
    public void A_certificate_of_an_index_that_was_read_alone_is_one_of_that_index_alone()
    {
        using TestFolder folder = new();
        string shards = folder.File("shards");
        InProcess.Run(
            "split", Path.Combine(Copy(folder), "model.safetensors"), shards, "--max-shard-size", "20KB", "--alone", "--origin", "none")
                .ShouldExitWith(0);
        string index = Path.Combine(shards, "model.safetensors.index.json");
        File.WriteAllText(Path.Combine(shards, "config.json"), "{}");
        InProcess.Run("convert", index, folder.File("alone.gguf"), "--alone").ShouldExitWith(0);
        InProcess.Run("convert", index, folder.File("whole.gguf")).ShouldExitWith(0);
        foreach (string[] options in (string[][])[[], ["--alone"]])
        {
            Assert.Contains(
                "K-CONFIG-UNREAD: 'model.safetensors.index.json'",
                Succeed(["verify", folder.File("alone.gguf.modelpack.json"), index, .. options]));
        }

        Assert.Contains("K-FOLDER: 'model.safetensors.index.json'", Succeed("verify", folder.File("whole.gguf.modelpack.json"), index));
        InProcess.Run("verify", folder.File("whole.gguf.modelpack.json"), index, "--alone").ShouldExitWith(1);
    }

    [TestMethod]
    public void Merge_of_one_shard_merges_its_set_and_a_shard_alone_is_not_called_merged()
    {
        using TestFolder folder = new();
        string shard = RepositoryData.Path("cases", "shard-alone", "model", "model-00002-of-00002.safetensors");
        Assert.Contains("tensors      14: 14 copied", Succeed("merge", shard, folder.File("whole.safetensors")));

        // Its siblings are not looked for, or are not there, with and without what describes them.
        string lone = folder.File("lone/model-00001-OF-00003.SafeTensors");
        string described = folder.File("described/model-00002-of-00002.safetensors");
        foreach (string path in (string[])[lone, described])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(shard, path);
        }

        File.WriteAllText(folder.File("described/config.json"), "{}");
        foreach ((string path, string[] options, int count) in ((string, string[], int)[])[
            (shard, ["--alone"], 2), (lone, [], 3), (described, [], 2), (folder.File("described"), [], 2)])
        {
            ToolResult refused = InProcess.Run(["merge", path, folder.File("alone.safetensors"), .. options]);
            refused.ShouldExitWith(2);
            Assert.StartsWith($"{path}: error MP5005: this is one of {count} shards alone", refused.Error);
            Assert.IsFalse(File.Exists(folder.File("alone.safetensors")));
        }

        // A remedy that the message names: the folder of all shards.
        string first = shard.Replace("-00002-of-", "-00001-of-", StringComparison.Ordinal);
        File.Copy(first, folder.File("described/model-00001-of-00002.safetensors"));
        Succeed("merge", folder.File("described"), folder.File("alone.safetensors"));
    }

    [TestMethod]
    public void The_first_part_of_a_GGUF_split_read_alone_is_named_as_such_and_not_merged()
    {
        using TestFolder folder = new();
        InProcess.Run("split", Split, folder.File("parts"), "--max-shard-size", "1MB", "--origin", "none").ShouldExitWith(0);
        string first = Directory.GetFiles(folder.File("parts"), "*-00001-of-*").Single();
        int parts = Directory.GetFiles(folder.File("parts")).Length;
        string note =
            $"K-COMPANIONS-UNREAD: '{Path.GetFileName(first)}', one of the {parts} parts of a model, was read alone: the others were not "
                + $"read";
        foreach (string verb in (string[])["inspect", "validate"])
        {
            Assert.Contains(note, InProcess.Run(verb, first, "--alone").Output);
            Assert.DoesNotContain("-UNREAD", InProcess.Run(verb, first).Output);
        }

        Assert.DoesNotContain("-UNREAD", InProcess.Run("inspect", Split, "--alone").Output);
        ToolResult refused = InProcess.Run("merge", first, folder.File("one.gguf"), "--alone");
        refused.ShouldExitWith(2);
        Assert.Contains($"error MP5005: this is one of {parts} parts alone", refused.Error);
    }

    [TestMethod]
    public void Lines_of_llama_gguf_hash_are_alone_on_standard_output_and_notes_on_standard_error()
    {
        using TestFolder folder = new();
        string weights = Path.Combine(Copy(folder), "model.safetensors");
        ToolResult hash = InProcess.Run("hash", weights, "--format", "gguf-hash");
        hash.ShouldExitWith(0);
        Assert.IsTrue(hash.Output.TrimEnd('\n').Split('\n').All(line => HashLine().IsMatch(line)), hash.Output);
        Assert.AreEqual($"{weights}: {FolderNote}\n", hash.Error);
        ToolResult json = InProcess.Run("hash", weights, "--format", "gguf-hash", "--json", "--alone");
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.AreEqual(AloneNote, document.RootElement.GetProperty("notes").EnumerateArray().Single().GetString());
    }

    [TestMethod]
    public void A_report_is_not_written_into_the_folder_that_a_file_means()
    {
        using TestFolder folder = new();
        string model = Copy(folder);
        string weights = Path.Combine(model, "model.safetensors");
        foreach (string[] line in (string[][])
        [
            ["convert", weights, folder.File("a.gguf"), "--report", Path.Combine(model, "report.json")],
            ["hash", weights, "--write", Path.Combine(model, "manifest.txt")],
            ["inspect", weights, "--html", Path.Combine(model, "page.html")],
        ])
        {
            ToolResult refused = InProcess.Run(line);
            refused.ShouldExitWith(2);
            Assert.Contains("error MP5003: the report would lie in the folder of a model", refused.Error);
            InProcess.Run([.. line, "--alone"]).ShouldExitWith(0);
        }

        ToolResult companion = InProcess.Run("hash", weights, "--write", Path.Combine(model, "config.json"), "--force");
        companion.ShouldExitWith(2);
        Assert.Contains("error MP5003: the report would overwrite a file that the command works on", companion.Error);
    }

    private static string Copy(TestFolder folder)
    {
        string model = folder.File("model");
        Directory.CreateDirectory(model);
        foreach (string path in Directory.GetFiles(RepositoryData.Path("cases", "file-of-a-folder", "model")))
        {
            File.Copy(path, Path.Combine(model, Path.GetFileName(path)));
        }

        return model;
    }

    private static string Succeed(params string[] args)
    {
        ToolResult result = InProcess.Run(args);
        result.ShouldExitWith(0);
        return result.Output;
    }

    private static string[] Words(TestFolder folder, string line, string model) =>
    [
        .. line.Split(' ').Select(word => word == "M" ? model
            : word[0] == 'G' ? folder.File("g.gguf") + word[1..]
            : word[0] == 'O' && word.Length < 15 ? folder.File("out") + word[1..]
            : word),
    ];

    private static (ToolResult Result, string[] Written) Run(TestFolder folder, string line, string model)
    {
        string[] before = folder.Names;
        ToolResult result = InProcess.Run(Words(folder, line, model));
        result.ShouldExitWith(0);
        string[] added = [.. folder.Names.Except(before)];
        string[] written = [
            .. added.Where(name => !name.EndsWith(".modelpack.json", StringComparison.Ordinal))
                .Select(name => $"{name} {Convert.ToHexStringLower(File.ReadAllBytes(folder.File(name)))}")];
        added.Select(folder.File).ToList().ForEach(File.Delete);
        return (result, written);
    }

    // What the two calls have to differ in: the path that was named, the time, and the note that says how it was understood.
    private static string Plain(ToolResult result, string model)
    {
        IEnumerable<string> lines = (result.Output + result.Error).Replace(model, "MODEL", StringComparison.Ordinal).Split('\n')
            .Where(line => !line.Contains("K-FOLDER: ", StringComparison.Ordinal)
                && !line.Contains("K-CONFIG-UNREAD: ", StringComparison.Ordinal) && !line.StartsWith("  time ", StringComparison.Ordinal)
                && line is not ("" or "notes"));
        return string.Join('\n', lines);
    }

    [GeneratedRegex("^(xxh64     [0-9a-f]{16}|sha256    [0-9a-f]{64})  ")]
    private static partial Regex HashLine();

    [GeneratedRegex("help-([a-z]+)\\.txt$")]
    private static partial Regex VerbName();
}
