using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ModelPack.Tool.Tests;

/// <summary>Interruption at any moment, no space, no rights: nothing half-done is left, and the exit code says why.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class FaultTests
{
    // Long enough that a signal always arrives while the tool is at work.
    private const long LongReading = 1L << 36;
    private const long LongWriting = 1L << 28;

    private static readonly string Gguf = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf");

    [TestMethod]
    [DataRow(PosixSignal.SIGINT, 130)]
    [DataRow(PosixSignal.SIGTERM, 143)]
    public void A_conversion_that_is_interrupted_leaves_nothing_and_exits_with_the_number_of_the_signal(PosixSignal signal, int exitCode)
    {
        using TestFolder folder = new();
        ModelBytes.WriteSparse(folder.File("s.safetensors"), LongWriting);
        ToolProcess tool = ToolProcess.Start("convert", folder.File("s.safetensors"), folder.File("m.gguf"), "--json");
        WaitForTemporaryFile(folder, tool);
        tool.Signal(signal);
        ToolResult result = tool.Wait();
        result.ShouldExitWith(exitCode);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.AreEqual("MP5090", document.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("s.safetensors: error MP5090: cancelled", result.Error);
        CollectionAssert.AreEqual(new[] { "s.safetensors" }, folder.Names);
    }

    [TestMethod]
    [DataRow("validate")]
    [DataRow("verify")]
    public void A_verb_that_reads_is_interrupted_too(string verb)
    {
        using TestFolder folder = new();
        ModelBytes.WriteSparse(folder.File("s.safetensors"), LongReading);
        string[] files = verb == "verify" ? [folder.File("s.safetensors"), folder.File("s.safetensors")] : [folder.File("s.safetensors")];
        ToolProcess tool = ToolProcess.Start([verb, .. files]);
        Thread.Sleep(1000);
        Assert.IsFalse(tool.HasExited);
        tool.Signal(PosixSignal.SIGINT);
        ToolResult result = tool.Wait();
        result.ShouldExitWith(130);
        Assert.AreEqual("", result.Output);
    }

    [TestMethod]
    public void A_conversion_that_is_killed_leaves_nothing_under_the_final_name_and_the_next_run_cleans_up()
    {
        using TestFolder folder = new();
        string source = folder.File("s.safetensors");
        ModelBytes.WriteSparse(source, LongWriting);
        ToolProcess tool = ToolProcess.Start("convert", source, folder.File("m.gguf"));
        WaitForTemporaryFile(folder, tool);
        tool.Kill();
        tool.Wait().ShouldExitWith(128 + 9);
        Assert.DoesNotContain("m.gguf", folder.Names);
        Assert.DoesNotContain("m.gguf.modelpack.json", folder.Names);
        Assert.HasCount(3, folder.Names, "the killed run had no chance to remove its temporary file and its lock");

        File.Delete(source);
        folder.Write("s.safetensors", ModelBytes.SafeTensors(1, 2));
        ToolProcess.Run("convert", source, folder.File("m.gguf")).ShouldExitWith(0);
        CollectionAssert.AreEqual(new[] { "m.gguf", "m.gguf.modelpack.json", "s.safetensors" }, folder.Names);
    }

    [TestMethod]
    public void A_folder_with_folders_in_it_that_a_killed_run_left_is_removed_by_the_next_run()
    {
        using TestFolder folder = new();
        string source = folder.File("model");
        Directory.CreateDirectory(Path.Combine(source, "1_Pooling"));
        folder.Write("model/1_Pooling/config.json", "{}"u8);
        ModelBytes.WriteSparse(folder.File("model/model.safetensors"), LongWriting);
        ToolProcess tool = ToolProcess.Start("convert", source, folder.File("copy/"), "--to", "safetensors");
        WaitForTemporaryFile(folder, tool, ".modelpack-tmp/model/1_Pooling/config.json");
        tool.Kill();
        tool.Wait().ShouldExitWith(128 + 9);
        Assert.IsFalse(folder.Names.Any(name => name.StartsWith("copy", StringComparison.Ordinal)), string.Join(", ", folder.Names));

        File.Delete(folder.File("model/model.safetensors"));
        folder.Write("model/model.safetensors", ModelBytes.SafeTensors(1, 2));
        ToolProcess.Run("convert", source, folder.File("copy/"), "--to", "safetensors").ShouldExitWith(0);
        CollectionAssert.AreEqual(
            new[] { "copy.modelpack.json", "copy/1_Pooling/config.json", "copy/model.safetensors", "model/1_Pooling/config.json",
                "model/model.safetensors" }, folder.Names);
    }

    [TestMethod]
    public void Termination_ends_a_process_whose_answer_nobody_reads()
    {
        using TestFolder folder = new();
        folder.Write("m.safetensors", ModelBytes.ManyTensors(4000));
        using Process tool = Process.Start(
            new ProcessStartInfo("dotnet", [ToolProcess.Dll, "hash", folder.File("m.safetensors")]) { RedirectStandardOutput = true })!;

        // The first byte of an answer that is longer than a pipe holds.
        tool.StandardOutput.BaseStream.ReadByte();
        using Process kill = Process.Start("kill", ["-TERM", $"{tool.Id}"]);
        tool.WaitForExit();
        Assert.AreEqual(143, tool.ExitCode);
    }

    [TestMethod]
    [DataRow("inspect")]
    [DataRow("validate")]
    [DataRow("hash")]
    [DataRow("convert", "out.apr")]
    [DataRow("roundtrip", "--via", "apr")]
    [DataRow("merge", "out.gguf")]
    [DataRow("split", "parts", "--max-shard-size", "1MB")]
    public void A_pipe_as_model_exits_with_4_and_is_named(string verb, params string[] more)
    {
        using TestFolder folder = new();
        MakePipe(folder.File("pipe.gguf"));
        string[] arguments = [
            verb, folder.File("pipe.gguf"), .. more.Select(word => word is "out.apr" or "out.gguf" or "parts" ? folder.File(word) : word)];
        ToolResult result = ToolProcess.Run(arguments);
        result.ShouldExitWith(4);
        Assert.Contains("error MP3005: ", result.Error);
        Assert.Contains("is a pipe", result.Error);
    }

    [TestMethod]
    [DataRow("validate", "model", "--baseline", "pipe")]
    [DataRow("edit", "model", "out.gguf", "--set-file", "tokenizer.chat_template=pipe")]
    [DataRow("hash", "model", "--check", "pipe")]
    [DataRow("verify", "pipe.modelpack.json", "model")]
    [DataRow("unpack", "pipe.nupkg", "out")]
    [DataRow("pack", "model", "--id", "A", "--version", "1.0.0", "--authors", "a", "--output", "out", "--license-file", "pipe")]
    [DataRow("pack", "model", "--id", "A", "--version", "1.0.0", "--authors", "a", "--output", "out", "--readme", "pipe")]
    public void A_pipe_in_place_of_any_file_exits_with_4_and_is_named(params string[] words)
    {
        using TestFolder folder = new();
        folder.Write("model", ModelBytes.SafeTensors(1, 2));
        MakePipe(folder.File(words.Select(word => word.Split('=')[^1]).First(word => word.StartsWith("pipe", StringComparison.Ordinal))));
        ToolResult result = ToolProcess.Run(
            [
                .. words.Select(word => word.EndsWith("=pipe", StringComparison.Ordinal) ? word.Replace("pipe", folder.File("pipe"))
                    : word is "model" or "out" or "out.gguf" || word.StartsWith("pipe", StringComparison.Ordinal) ? folder.File(word)
                    : word),
            ]);
        result.ShouldExitWith(4);
        Assert.Contains("error MP3005: ", result.Error);
        Assert.Contains("is a pipe", result.Error);
    }

    [TestMethod]
    [DataRow("convert", "source.safetensors", "pipe")]
    [DataRow("convert", "source.safetensors", "out.gguf", "--report", "pipe")]
    [DataRow("inspect", "source.safetensors", "--html", "pipe")]
    [DataRow("hash", "source.safetensors", "--write", "pipe")]
    [DataRow("merge", "source.safetensors", "pipe")]
    public void A_pipe_is_never_replaced(params string[] words)
    {
        using TestFolder folder = new();
        folder.Write("source.safetensors", ModelBytes.SafeTensors(1, 2));
        MakePipe(folder.File("pipe"));
        string[] arguments = [
            .. words.Select(word => word is "pipe" or "source.safetensors" or "out.gguf" ? folder.File(word) : word), "--force"];
        ToolResult result = ToolProcess.Run(
            words[^1] == "pipe" && words[0] == "convert" && words.Length == 3 ? [.. arguments, "--to", "gguf"] : arguments);
        result.ShouldExitWith(4);
        Assert.Contains("error MP3006: ", result.Error);
        CollectionAssert.AreEqual(new[] { "pipe", "source.safetensors" }, folder.Names);
        Assert.AreEqual(0, ToolProcess.RunProgram("test", "-p", folder.File("pipe")).ExitCode);
    }

    [TestMethod]
    public void A_full_disk_exits_with_4_and_leaves_nothing()
    {
        using SmallDisk disk = new("1m");
        ToolResult result = ToolProcess.Run("convert", Gguf, Path.Combine(disk.Path, "m.apr"), "--json");
        result.ShouldExitWith(4);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.StartsWith($"{Gguf}: ", result.Error, "how much it will take is told first");
        Assert.MatchesRegex("^MP(30|50)[0-9]{2}$", document.RootElement.GetProperty("error").GetProperty("code").GetString()!);
        Assert.IsEmpty(Directory.GetFileSystemEntries(disk.Path));
    }

    [TestMethod]
    public void A_folder_that_cannot_be_written_exits_with_4()
    {
        using SmallDisk disk = new("1m", "ro");
        ToolResult readOnly = ToolProcess.Run("convert", Gguf, Path.Combine(disk.Path, "m.apr"));
        readOnly.ShouldExitWith(4);

        using TestFolder folder = new();
        string file = folder.Write("file", "x"u8);
        ToolResult belowFile = ToolProcess.Run("convert", Gguf, Path.Combine(file, "m.apr"));
        belowFile.ShouldExitWith(4);
        ToolResult noFolder = ToolProcess.Run("convert", Gguf, folder.File("none/m.apr"));
        noFolder.ShouldExitWith(4);
        CollectionAssert.AreEqual(new[] { "file" }, folder.Names);
    }

    [TestMethod]
    public void An_answer_that_cannot_be_written_exits_with_4()
    {
        ToolResult result = ToolProcess.RunProgram("sh", "-c", $"exec dotnet '{ToolProcess.Dll}' inspect '{Gguf}' --json >/dev/full");
        result.ShouldExitWith(4);
        Assert.Contains("error MP5021: ", result.Error);
    }

    private static void MakePipe(string path) => ToolProcess.RunProgram("mkfifo", path).ShouldExitWith(0);

    private static void WaitForTemporaryFile(TestFolder folder, ToolProcess tool, string ending = ".modelpack-tmp/model")
    {
        while (!folder.Names.Any(name => name.EndsWith(ending, StringComparison.Ordinal)))
        {
            Assert.IsFalse(tool.HasExited, "the tool ended before it wrote");
            Thread.Sleep(1);
        }
    }
}
