using ModelPack.Codec.Tests;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;

namespace ModelPack.Tool.Tests;

[TestClass]
public sealed class FailureTests
{
    private static readonly ErrorCode Rule = new("MP1003", "R-MAGIC", ErrorKind.InvalidFile, "Summary.", "Download it again.");

    [TestMethod]
    [DataRow(ErrorKind.NotProved, 1)]
    [DataRow(ErrorKind.Usage, 2)]
    [DataRow(ErrorKind.InvalidFile, 3)]
    [DataRow(ErrorKind.InputOutput, 4)]
    public void Each_kind_of_error_has_its_exit_code(ErrorKind kind, int exitCode) =>
        Assert.AreEqual(exitCode, Failure.Of(new ModelPackException(Rule.With((nameof(ErrorCode.Kind), kind)), "detail"), null).ExitCode);

    [TestMethod]
    public void A_kind_of_error_without_an_exit_code_does_not_exist()
    {
        foreach (ErrorKind kind in Enum.GetValues<ErrorKind>())
        {
            Assert.AreNotEqual(5, ExitCode.Of(kind), $"{kind}");
        }
    }

    [TestMethod]
    public void An_error_in_a_file_is_written_in_canonical_form()
    {
        ModelFormatException exception = new(Rule, "the file starts with 00000000", 0) { TensorName = "blk.0" };
        Failure failure = Failure.Of(exception, "dir/model.gguf");
        Assert.AreEqual(
            "dir/model.gguf: error MP1003: tensor 'blk.0': the file starts with 00000000 (at byte 0) [R-MAGIC]. Download it again.",
            failure.Canonical);
        Assert.AreEqual(3, failure.ExitCode);
        Assert.AreEqual("R-MAGIC", failure.Rule);
        Assert.AreEqual(0, failure.ByteOffset);
    }

    // With the colon behind it, and nothing else, such a path would make a warning of the error.
    [TestMethod]
    [DataRow("x : warning CS1", "x : warnin\\u0067 CS1: error MP1003: cut off [R-MAGIC]. Download it again.")]
    [DataRow("a error", "a erro\\u0072: error MP1003: cut off [R-MAGIC]. Download it again.")]
    [DataRow("##vso[x]\u001b\u202e", "#\\u0023vso[x]\\u001B\\u202E: error MP1003: cut off [R-MAGIC]. Download it again.")]
    public void A_path_makes_no_other_diagnostic_of_the_error(string path, string text) =>
        Assert.AreEqual(text, Failure.Of(new ModelPackException(Rule, "cut off"), path).Canonical);

    [TestMethod]
    public void What_an_exception_of_others_says_is_escaped() => Assert.Contains(
        "(InvalidOperationException: #\\u0023vso[x] erro\\u0072: y\\u001B)",
        Failure.Of(new InvalidOperationException("##vso[x] error: y\u001b"), "m.gguf").Canonical);

    [TestMethod]
    public void The_path_of_the_error_wins_over_that_of_the_verb() =>
        Assert.AreEqual("b", Failure.Of(new ModelPackException(Rule, "x") { FilePath = "b" }, "a").File);

    [TestMethod]
    public void Errors_of_the_operating_system_exit_with_4()
    {
        foreach (Exception exception in new Exception[] { new IOException("disk full."), new UnauthorizedAccessException("no."),
            new EndOfStreamException() })
        {
            Failure failure = Failure.Of(exception, "m.gguf");
            Assert.AreEqual(4, failure.ExitCode);
            Assert.AreEqual("MP5021", failure.Code);
        }

        Assert.AreEqual(
            "m.gguf: error MP5021: disk full. Check the path, the rights on it and the free space.",
            Failure.Of(new IOException("disk full."), "m.gguf").Canonical);
    }

    [TestMethod]
    public void Anything_else_is_a_defect_that_asks_to_be_reported()
    {
        Failure failure = Failure.Of(new InvalidOperationException("boom"), "m.gguf");
        Assert.AreEqual(5, failure.ExitCode);
        Assert.AreEqual("MP5099", failure.Code);
        Assert.Contains("InvalidOperationException: boom", failure.Canonical);
        Assert.Contains("please report it", failure.Canonical);
    }

    [TestMethod]
    public void Cancellation_exits_with_130()
    {
        Assert.AreEqual(130, Failure.Of(new OperationCanceledException(), null).ExitCode);
        Assert.AreEqual(130, Failure.Of(new TaskCanceledException(), null).ExitCode);
    }

    [TestMethod]
    public void The_json_document_of_an_error_has_every_part()
    {
        Failure failure = Failure.Of(new ModelFormatException(Rule, "wrong", 12) { TensorName = "t" }, "m.gguf");
        string json = InProcess.Json(writer => ErrorJson.Write(writer, failure));
        Assert.AreEqual(
            """
            {
              "schema": 1,
              "error": {
                "code": "MP1003",
                "rule": "R-MAGIC",
                "message": "wrong",
                "file": "m.gguf",
                "tensor": "t",
                "byteOffset": 12,
                "remedy": "Download it again."
              }
            }

            """,
            json);
    }

    [TestMethod]
    public void Every_code_of_the_tool_is_its_own_and_has_a_remedy()
    {
        ErrorCode[] all = [.. ToolErrors.All];
        Assert.HasCount(all.Length, all.Select(code => code.Id).Distinct());
        foreach (ErrorCode code in all)
        {
            Assert.MatchesRegex("^MP50[0-9]{2}$", code.Id);
            Assert.EndsWith(".", code.Remedy);
            Assert.EndsWith(".", code.Summary);
        }
    }

    [TestMethod]
    public void A_tensor_name_cannot_forge_a_line_or_steer_the_terminal()
    {
        ModelFormatException exception = new(Rule, "bad", 1) { TensorName = "a\n\u001b[2Jb: error MP0000: forged\u202e" };
        using StringWriter error = new() { NewLine = "\n" };
        ToolConsole console = new(() => Stream.Null, TextWriter.Null, error);
        console.Message(Failure.Of(exception, "m.gguf"));
        Assert.AreEqual(
            "m.gguf: error MP1003: tensor 'a\\u000A\\u001B[2Jb: erro\\u0072 MP0000: forged\\u202E': bad (at byte 1) [R-MAGIC]. Download it "
                + "again.\n",
            error.ToString());
    }
}
