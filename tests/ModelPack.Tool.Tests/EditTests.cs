using System.Text.Json;

namespace ModelPack.Tool.Tests;

[TestClass]
public sealed class EditTests
{
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    public void Every_edit_arrives_and_diff_shows_nothing_else()
    {
        using TestFolder folder = new();
        string template = folder.Write("t.jinja", "{{ messages }}é"u8.ToArray());
        string edited = folder.File("e.gguf");
        InProcess.Run(
            "edit", Model, edited, "--set", "qwen2.context_length=77", "--set", "my.list:string[]=[\"a\",\"b\"]", "--set",
            "my.number:u16=5", "--set", "my.numbers:f32[]=[1,2.5]",
            "--set-file", $"tokenizer.chat_template={template}", "--unset", "general.file_type", "--rename",
            "output_norm.weight=renamed.weight").ShouldExitWith(0);
        using JsonDocument document = JsonDocument.Parse(InProcess.Run("inspect", edited, "--json").Output);
        string text = document.RootElement.ToString();
        foreach (string part in new[] { "my.list", "my.number", "u16", "{{ messages }}", "renamed.weight", "77" })
        {
            StringAssert.Contains(text, part);
        }

        Assert.IsFalse(text.Contains("general.file_type"));
        ToolResult diff = InProcess.Run("diff", Model, edited);
        diff.ShouldExitWith(1);
        foreach (string part in new[] { "qwen2.context_length", "my.list", "my.number", "my.numbers", "tokenizer.chat_template",
            "general.file_type", "output_norm.weight" })
        {
            StringAssert.Contains(diff.Output, part);
        }
    }

    [TestMethod]
    public void An_edited_output_of_a_conversion_says_that_its_record_was_left_out_and_verify_says_what_is_true()
    {
        using TestFolder folder = new();
        InProcess.Run("convert", Model, folder.File("m.apr")).ShouldExitWith(0);
        ToolResult result = InProcess.Run("edit", folder.File("m.apr"), folder.File("m.apr"), "--set", "name=other", "--force", "--json");
        result.ShouldExitWith(0);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        StringAssert.Contains(document.RootElement.GetProperty("notes")[0].GetString()!, "origin record");
        Assert.IsFalse(File.Exists(folder.File("m.apr.modelpack.json")), "the certificate speaks of another file");
        InProcess.Run("verify", Model, folder.File("m.apr")).ShouldExitWith(1);
    }

    [TestMethod]
    [DataRow(2, "MP5001", "m.gguf")]
    [DataRow(2, "MP5001", "m.gguf", "--set", "novalue")]
    [DataRow(2, "MP5006", "m.gguf", "--set", "new=5")]
    [DataRow(2, "MP5006", "m.gguf", "--set", "qwen2.context_length=many")]
    [DataRow(2, "MP5006", "m.gguf", "--set", "qwen2.context_length=-1")]
    [DataRow(2, "MP5006", "m.gguf", "--set", "x:u32[]=5")]
    [DataRow(2, "MP2402", "m.gguf", "--unset", "none")]
    [DataRow(2, "MP2402", "m.gguf", "--remove", "none")]
    [DataRow(2, "MP2401", "m.gguf", "--rename", "output_norm.weight=token_embd.weight")]
    [DataRow(4, "MP5021", "m.gguf", "--set-file", "k=none.txt")]
    [DataRow(4, "MP3001", "there.gguf", "--set", "x:u32=5")]
    public void A_wrong_edit_says_what_is_wrong_and_leaves_nothing(int exitCode, string code, string target, params string[] edits)
    {
        using TestFolder folder = new();
        folder.Write("there.gguf", "x"u8.ToArray());
        ToolResult result = InProcess.Run(["edit", Model, folder.File(target), .. edits]);
        result.ShouldExitWith(exitCode);
        StringAssert.Contains(result.Error, code);
        Assert.IsFalse(File.Exists(folder.File("m.gguf")));
    }
}
