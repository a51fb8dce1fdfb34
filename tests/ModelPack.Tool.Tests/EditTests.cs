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
    [DataRow(2, "MP5006", "m.gguf", "--set", "x:f32=1e40")]
    [DataRow(2, "MP5006", "m.gguf", "--set", "x:f64=1e400")]
    [DataRow(2, "MP5006", "m.gguf", "--set", "x:f32=0,5")]
    [DataRow(2, "MP5006", "m.gguf", "--set", "x:f64=1,000")]
    [DataRow(2, "MP2410", "m.apr", "--set", "x:u32=5")]
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
        Assert.IsFalse(File.Exists(folder.File(target)) && target != "there.gguf");
    }

    [TestMethod]
    public void Numbers_of_an_apr_keep_every_digit_that_was_typed()
    {
        using TestFolder folder = new();
        string source = RepositoryData.Corpus("apr/valid/metadata-all-fields.apr");
        string edited = folder.File("e.apr");
        InProcess.Run(
            "edit", source, edited, "--set", "total_size=18446744073709551615", "--set", "x.u:u64=18446744073709551615",
            "--set", "x.list:f64[]=[0.1234567890123456,1e-300]", "--set", "x.long:i64[]=[9007199254740993]", "--set",
            "x.flags:bool[]=[true,false]", "--set", "x.d:f64=0.30000000000000004").ShouldExitWith(0);
        using ModelPack.Model model = ModelPack.Model.Open(edited);
        foreach ((string key, string text) in new[]
        {
            ("total_size", "18446744073709551615"), ("x.u", "18446744073709551615"), ("x.list", "[0.1234567890123456,1e-300]"),
            ("x.long", "[9007199254740993]"), ("x.flags", "[true,false]"), ("x.d", "0.30000000000000004"),
        })
        {
            Assert.AreEqual(text, System.Text.Encoding.UTF8.GetString(model.Metadata[key].RawBytes.Span), key);
        }

        foreach (string wrong in new[] { "x:f64=1e400", "x:f64=NaN", "x:u8=256", "x:u8[]=[256]", "x:bool=1", "hidden_size=1.5.2" })
        {
            ToolResult result = InProcess.Run("edit", source, folder.File("w.apr"), "--set", wrong);
            result.ShouldExitWith(2);
            StringAssert.Contains(result.Error, "MP5006", wrong);
        }

        ToolResult broken = InProcess.Run("edit", source, folder.File("w.apr"), "--set", "hidden_size=1.5");
        broken.ShouldExitWith(2);
        StringAssert.Contains(broken.Error, "MP2418");
        ToolResult texts = InProcess.Run(
            "edit", RepositoryData.Corpus("safetensors/valid/all_dtypes.safetensors"), folder.File("w.safetensors"), "--set", "x:u32=5");
        texts.ShouldExitWith(2);
        StringAssert.Contains(texts.Error, "--set x=5");
    }
}
