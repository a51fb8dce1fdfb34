using System.Text.RegularExpressions;
using ModelPack.Diagnostics.Logs;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Tests;

/// <summary>What a CI service reads in the log of the tool.</summary>
[TestClass]
public sealed partial class AnnotationTests
{
    private const string Hostile = "a::set-env name=x::y,z;]%0A##vso[task.complete].onnx";

    [TestMethod]
    public void In_GitHub_Actions_an_error_is_an_annotation_and_fits_the_problem_matcher()
    {
        string[] lines = Fail(LogService.GitHubActions, "b.onnx");
        Match matched = ProblemMatcher().Match(lines[0]);
        Assert.IsTrue(matched.Success, lines[0]);
        Assert.AreEqual("b.onnx", matched.Groups[1].Value);
        Assert.AreEqual("MP5002", matched.Groups[4].Value);
        Assert.StartsWith("::error file=b.onnx,line=1,title=MP5002::the name of the output ends in", lines[1]);
    }

    [TestMethod]
    public void In_Azure_Pipelines_an_error_is_an_issue_of_the_log()
    {
        string[] lines = Fail(LogService.AzurePipelines, "b.onnx");
        Assert.StartsWith("b.onnx: error MP5002: ", lines[0]);
        Assert.StartsWith("##vso[task.logissue type=error;sourcepath=b.onnx;linenumber=1;code=MP5002;]the name", lines[1]);
    }

    [TestMethod]
    public void Elsewhere_there_is_the_message_only() => Assert.HasCount(1, Fail(LogService.None, "b.onnx"));

    [TestMethod]
    [DataRow("GitHubActions")]
    [DataRow("AzurePipelines")]
    public void A_name_forges_neither_a_command_nor_a_field(string name)
    {
        LogService service = Enum.Parse<LogService>(name);
        string[] lines = Fail(service, Hostile);
        Assert.HasCount(2, lines);
        Assert.HasCount(service == LogService.GitHubActions ? 2 : 0, Regex.Matches(lines[1], "::"));
        Assert.HasCount(service == LogService.AzurePipelines ? 1 : 0, Regex.Matches(lines[1], @"##\w*\["));
        Assert.DoesNotContain("::", lines[0]);
        (string end, char separator, int count) = service == LogService.GitHubActions ? ("::", ',', 3) : ("]", ';', 4);
        string fields = lines[1].Split(end, StringSplitOptions.RemoveEmptyEntries)[0];
        Assert.HasCount(count, fields.Split(separator, StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("%0A", lines[1]);
    }

    [TestMethod]
    [DataRow("x(1): warning CS1", "x(1): warnin\\u0067 CS1(1): error MP5002: ")]
    public void A_path_makes_no_other_diagnostic_of_the_error(string path, string beginning)
    {
        Failure failure = Failure.Of(new ModelPackException(ToolErrors.UnknownEnding, "it ends"), path);
        Assert.StartsWith(beginning, Annotation.Matched(failure));
    }

    [TestMethod]
    public void What_ends_a_property_is_escaped_by_the_rules_of_the_service()
    {
        Assert.StartsWith("::error file=b%3Ac%2Cd.onnx,line=1,", Fail(LogService.GitHubActions, "b:c,d.onnx")[1]);
        Assert.Contains("sourcepath=b%3Bc%5Dd.onnx;", Fail(LogService.AzurePipelines, "b;c]d.onnx")[1]);
    }

    [TestMethod]
    public void A_path_makes_no_other_diagnostic_of_a_warning()
    {
        using StringWriter error = new() { NewLine = "\n" };
        new ToolConsole(() => Stream.Null, TextWriter.Null, error).Warn(
            new ModelPackException(ToolErrors.UnknownEnding, "it ends") { FilePath = "x: error CS1\u001b[2J" });
        Assert.StartsWith("x: erro\\u0072 CS1\\u001B[2J: warning MP5002: ", error.ToString());
    }

    [TestMethod]
    [DataRow("GITHUB_ACTIONS=true", "::error ")]
    [DataRow("TF_BUILD=True", "##vso[task.logissue ")]
    public void The_process_knows_the_service_by_its_variable(string variable, string annotation)
    {
        ToolResult result = ToolProcess.RunProgram(
            "env", "-u", "GITHUB_ACTIONS", "-u", "TF_BUILD", variable, "dotnet", ToolProcess.Dll, "convert", "a.gguf", "b.onnx");
        result.ShouldExitWith(2);
        Assert.Contains($"\n{annotation}", result.Error);
    }

    private static string[] Fail(LogService service, string target)
    {
        using StringWriter error = new() { NewLine = "\n" };
        ToolConsole console = new(() => Stream.Null, TextWriter.Null, error)
        {
            Service = service,
        };
        Assert.AreEqual(2, ToolProgram.Run(["convert", "a.gguf", target], console));
        return error.ToString().TrimEnd('\n').Split('\n');
    }

    // The expression of setup-dotnet.
    [GeneratedRegex(@"^(.*)\((\d+)(?:,\d+|,\d+,\d+)?\):\s+(error|warning)\s+([a-zA-Z]+(?<!MSB)\d+):\s*(.*?)\s+\[(.*?)\]$")]
    private static partial Regex ProblemMatcher();
}
