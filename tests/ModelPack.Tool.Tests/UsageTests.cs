using System.Text.Json;

namespace ModelPack.Tool.Tests;

[TestClass]
public sealed class UsageTests
{
    [TestMethod]
    [DataRow("", "MP5001: A verb is missing; the verbs are convert, verify, roundtrip, split, merge, edit, inspect, validate, diff, hash, "
        + "pack, unpack, store, qa, apr, rosetta, explain, completion, help.")]
    [DataRow("convrt a.gguf b.apr", "MP5001: Unknown verb 'convrt'. Did you mean 'convert'? The verbs are convert,")]
    [DataRow("convert a.gguf", "MP5001: Required argument 'TARGET' missing")]
    [DataRow("convert a.gguf b.apr c", "MP5001: Unrecognized command or argument 'c'")]
    [DataRow("convert a.gguf --frob", "MP5001: Unknown option '--frob'")]
    [DataRow("convert a.gguf --quantised", "MP5001: Unknown option '--quantised'. Did you mean '--quantized'? Add --help")]
    [DataRow("help convrt", "MP5001: Unknown verb 'convrt'. Did you mean 'convert'?")]
    [DataRow("explain MP0000", "MP5001: There is no error code 'MP0000'")]
    [DataRow("completion tcsh", "MP5001: Argument 'tcsh' not recognized")]
    [DataRow("convert a.gguf b.apr --quantized all", "MP5001: --quantized takes auto, blocks or native, not 'all'")]
    [DataRow("convert a.gguf b.apr --dtype q4", "MP5001: --dtype takes bf16 or f16, not 'q4'")]
    [DataRow(
        "convert a.gguf b.apr --dtype f16 --epsilon 0,1",
        "MP5001: --epsilon takes a number from 0 on, for example 0.01 or 1e-3, not '0,1'")]
    [DataRow("convert a.gguf b.apr --dtype f16 --epsilon -1", "MP5001: --epsilon needs a value, and '-1' is none")]
    [DataRow("convert a.gguf b.apr --dtype f16 --epsilon NaN", "MP5001: --epsilon takes a number from 0 on")]
    [DataRow("convert a.gguf b.apr --epsilon 0.1", "MP5001: --epsilon limits what --dtype does, which is not given.")]
    [DataRow("convert a.gguf b.apr --naming x", "MP5001: --naming takes native or verbatim, not 'x'")]
    [DataRow("convert a.gguf b.apr --origin x", "MP5001: --origin takes embed or none, not 'x'")]
    [DataRow("convert a.gguf b.apr --to onnx", "MP5001: --to takes gguf, apr or safetensors, not 'onnx'")]
    [DataRow("convert a.gguf b.apr --to --force", "MP5001: --to needs a value, and '--force' is none")]
    [DataRow("convert a.gguf b.apr --report --force", "MP5001: --report needs a value, and '--force' is none")]
    [DataRow("convert a.gguf b.apr --threads 0", "MP5001: --threads takes a number from 1 to 1024, not '0'")]
    [DataRow("convert a.gguf b.apr --threads many", "MP5001: --threads takes a number from 1 to 1024, not 'many'")]
    [DataRow(
        "convert a.gguf b",
        "b: error MP5002: the name of the output has no ending. Let TARGET end in .gguf, .apr or .safetensors, or add --to")]
    [DataRow("convert a.gguf b.onnx", "b.onnx: error MP5002: the name of the output ends in '.onnx', which is no format.")]
    [DataRow("convert a.gguf b.apr --report a.gguf", "a.gguf: error MP5003: the report would overwrite a file that the command works on.")]
    [DataRow("convert a.gguf b.apr --report ./b.apr", "MP5003")]
    [DataRow("convert a.gguf b.apr --report b.apr.modelpack.json", "MP5003")]
    [DataRow("convert a.gguf out/ --to gguf --report out/proof.json", "MP5003: the report would lie in the folder of a model")]
    [DataRow("convert a.gguf out/", "out/: error MP5002: the name of the output has no ending.")]
    [DataRow(
        "convert a.gguf out/ --to gguf --max-shard-size 5GiB",
        "MP5001: --max-shard-size takes a size like 300KB, 500MB or 5GB, not '5GiB'")]
    [DataRow(
        "convert a.gguf b.apr --dry-run --report c.json", "MP5001: --dry-run proves nothing, so there is nothing for --report to copy.")]
    [DataRow("split a.gguf out", "MP5001: Option '--max-shard-size' is required")]
    [DataRow("split a.gguf out --max-shard-size 0", "MP5001: --max-shard-size takes a size")]
    [DataRow("split a.gguf --max-shard-size 1MB", "MP5001: Required argument 'FOLDER' missing")]
    [DataRow("split a.gguf out --max-shard-size 1MB --quantized blocks", "MP5001: Unrecognized command or argument '--quantized'")]
    [DataRow("merge out", "MP5001: Required argument 'TARGET' missing")]
    [DataRow("merge parts out/", "MP5001: merge writes one file, and 'out/' is a folder: name the file in it.")]
    [DataRow("verify a.gguf", "MP5001: Required argument 'B' missing")]
    [DataRow("verify a.gguf b.apr --level L9", "MP5001: --level takes L1, L2 or L3, not 'L9'")]
    [DataRow("roundtrip a.gguf", "MP5001: Option '--via' is required")]
    [DataRow("roundtrip a.gguf --via", "MP5001: Required argument missing for option: '--via'")]
    [DataRow("roundtrip a.gguf --via apr,onnx", "MP5001: 'onnx' is no format; write gguf, apr or safetensors, separated by commas")]
    [DataRow("inspect", "MP5001: Required argument 'FILE' missing")]
    [DataRow("validate", "MP5001: Required argument 'FILE' missing")]
    public void A_wrong_command_line_exits_with_2_and_says_what_to_write(string line, string message)
    {
        string[] args = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ToolResult result = InProcess.Run(args);
        result.ShouldExitWith(2);
        Assert.AreEqual("", result.Output);
        Assert.Contains(message, result.Error);

        ToolResult json = InProcess.Run([.. args, "--json"]);
        json.ShouldExitWith(2);
        using JsonDocument document = JsonDocument.Parse(json.Output);
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.StartsWith("MP500", error.GetProperty("code").GetString()!);
        Assert.AreNotEqual("", error.GetProperty("remedy").GetString());
    }

    [TestMethod]
    public void A_missing_verb_shows_the_help_beside_the_error()
    {
        Assert.Contains("Usage:\n  dotnet modelpack VERB", InProcess.Run().Error);
        Assert.DoesNotContain("Usage:", InProcess.Run("convert").Error);
    }

    [TestMethod]
    public void An_empty_path_is_wrong_usage()
    {
        ToolResult result = InProcess.Run("inspect", "");
        result.ShouldExitWith(2);
        Assert.Contains("FILE is empty", result.Error);
    }

    [TestMethod]
    public void A_name_that_starts_with_a_dash_is_a_file_after_two_dashes()
    {
        ToolResult result = InProcess.Run("convert", "--", "-model.gguf", "-model.onnx");
        result.ShouldExitWith(2);
        Assert.Contains("-model.onnx: error MP5002", result.Error);
    }

    [TestMethod]
    public void A_name_that_starts_with_an_at_sign_is_no_response_file()
    {
        ToolResult result = InProcess.Run("convert", "@model.gguf", "@model.onnx");
        Assert.Contains("@model.onnx: error MP5002", result.Error);
    }

    [TestMethod]
    public void Words_are_understood_in_any_case()
    {
        ToolResult result = InProcess.Run("convert", "a", "b.onnx", "--quantized", "BLOCKS");
        Assert.Contains("MP5002", result.Error);
    }
}
