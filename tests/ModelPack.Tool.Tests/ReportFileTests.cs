namespace ModelPack.Tool.Tests;

/// <summary>A report never takes the place of a file that the command reads or writes, whatever name leads to it.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ReportFileTests
{
    [TestMethod]
    [DataRow("out.apr.ggml-blocks.safetensors")]
    [DataRow("out.apr.modelpack.json")]
    [DataRow("out.apr")]
    [DataRow("model.gguf")]
    [DataRow("model.gguf.ggml-blocks.safetensors")]
    [DataRow("link")]
    [DataRow("hard")]
    [DataRow("alias/model.gguf")]
    public void The_report_of_a_conversion(string report)
    {
        using TestFolder folder = new();
        string source = folder.File("model.gguf");
        File.Copy(RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf"), source);
        folder.Write("model.gguf.ggml-blocks.safetensors", ModelBytes.SafeTensors(1));
        File.CreateSymbolicLink(folder.File("link"), source);
        Directory.CreateSymbolicLink(folder.File("alias"), folder.Path);
        ToolProcess.RunProgram("ln", source, folder.File("hard")).ShouldExitWith(0);
        string before = Convert.ToHexString(File.ReadAllBytes(source));
        ToolResult result = ToolProcess.Run("convert", source, folder.File("out.apr"), "--report", folder.File(report), "--force");
        result.ShouldExitWith(2);
        Assert.Contains("error MP5003: ", result.Error);
        Assert.AreEqual(before, Convert.ToHexString(File.ReadAllBytes(source)));
        Assert.IsFalse(File.Exists(folder.File("out.apr")));
    }

    [TestMethod]
    [DataRow("inspect", "--html")]
    [DataRow("hash", "--write")]
    [DataRow("convert", "--report")]
    public void Another_part_of_the_source_is_not_replaced(string verb, string option)
    {
        using TestFolder folder = new();
        string whole = folder.Write("model.safetensors", ModelBytes.ManyTensors(8));
        ToolProcess.Run("split", whole, folder.File("parts"), "--max-shard-size", "16").ShouldExitWith(0);
        string parts = folder.File("parts");
        string index = Directory.GetFiles(parts, "*.index.json").Single();
        foreach (string part in Directory.GetFiles(parts))
        {
            byte[] before = File.ReadAllBytes(part);
            string[] words = verb == "convert" ? [verb, index, folder.File("out.gguf")] : [verb, index];
            ToolResult result = ToolProcess.Run([.. words, option, part, "--force"]);
            result.ShouldExitWith(2);
            Assert.Contains("error MP5003: ", result.Error);
            CollectionAssert.AreEqual(before, File.ReadAllBytes(part));
        }
    }

    [TestMethod]
    public void A_folder_below_that_of_the_model_is_a_part_of_it()
    {
        using TestFolder folder = new();
        Directory.CreateDirectory(folder.File("model/1_Pooling"));
        folder.Write("model/model.safetensors", ModelBytes.SafeTensors(1, 2));
        ToolResult result = ToolProcess.Run("hash", folder.File("model"), "--write", folder.File("model/1_Pooling/hashes.json"));
        result.ShouldExitWith(2);
        Assert.Contains("error MP5003: ", result.Error);
    }

    [TestMethod]
    public void A_link_is_followed_and_stays()
    {
        using TestFolder folder = new();
        string source = folder.Write("model.safetensors", ModelBytes.SafeTensors(1, 2));
        folder.Write("real.txt", "old"u8);
        File.CreateSymbolicLink(folder.File("link.txt"), "real.txt");
        ToolProcess.Run("hash", source, "--write", folder.File("link.txt")).ShouldExitWith(4);
        Assert.AreEqual("old", File.ReadAllText(folder.File("real.txt")));
        ToolProcess.Run("hash", source, "--write", folder.File("link.txt"), "--force").ShouldExitWith(0);
        Assert.AreEqual("real.txt", new FileInfo(folder.File("link.txt")).LinkTarget);
        ToolProcess.Run("hash", source, "--check", folder.File("real.txt")).ShouldExitWith(0);
        CollectionAssert.AreEqual(new[] { "link.txt", "model.safetensors", "real.txt" }, folder.Names);
    }

    [TestMethod]
    public void A_round_trip_that_is_killed_leaves_what_the_next_one_removes()
    {
        using TestFolder folder = new();
        Directory.CreateDirectory(folder.File("tmp"));
        ModelBytes.WriteSparse(folder.File("large.safetensors"), 1L << 28);
        string small = folder.Write("small.safetensors", ModelBytes.SafeTensors(1, 2));
        using (System.Diagnostics.Process tool = Start(folder.File("large.safetensors")))
        {
            while (!Directory.EnumerateFiles(
                folder.File("tmp"), "model",
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true }).Any())
            {
                Assert.IsFalse(tool.HasExited);
                Thread.Sleep(1);
            }

            tool.Kill();
            tool.WaitForExit();
        }

        Assert.IsNotEmpty(Scratch());
        using System.Diagnostics.Process next = Start(small);
        next.WaitForExit();
        Assert.AreEqual(0, next.ExitCode);
        Assert.IsEmpty(Scratch());

        string[] Scratch() => Directory.GetDirectories(folder.File("tmp"), "modelpack-scratch-*");

        System.Diagnostics.Process Start(string model)
        {
            System.Diagnostics.ProcessStartInfo start = new("dotnet", [ToolProcess.Dll, "roundtrip", model, "--via", "gguf"]);
            start.Environment["TMPDIR"] = folder.File("tmp");
            return System.Diagnostics.Process.Start(start)!;
        }
    }
}
