using System.Text.Json;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Tests;

/// <summary>The verbs that explain the tool: <c>explain</c>, <c>help</c>, <c>completion</c>.</summary>
[TestClass]
public sealed class ExplainTests
{
    [TestMethod]
    [DataRow("MP2002", "exit code")]
    [DataRow("mp1003", "R-ENDIAN")]
    [DataRow("MP4010", "The output was changed after it was proved.")]
    [DataRow("MP5002", "exit code")]
    public void A_code_of_library_build_and_tool_is_explained(string code, string text)
    {
        ToolResult result = InProcess.Run("explain", code);
        result.ShouldExitWith(0);
        Assert.StartsWith(code.ToUpperInvariant(), result.Output);
        Assert.Contains(text, result.Output);
        Assert.Contains("remedy", result.Output);
    }

    [TestMethod]
    public void Every_code_that_the_documents_list_is_explained()
    {
        string[] codes =
        [
            .. File.ReadLines(Path.Combine(RepositoryData.Repository, "docs", "errors.md"))
                .Where(line => line.StartsWith("| MP", StringComparison.Ordinal)).Select(line => line[2..8]),
            .. ToolErrors.All.Select(code => code.Id),
        ];
        Assert.IsGreaterThan(100, codes.Length);
        foreach (string code in codes)
        {
            InProcess.Run("explain", code).ShouldExitWith(0);
        }
    }

    [TestMethod]
    public void An_explanation_is_a_document_too()
    {
        using JsonDocument document = JsonDocument.Parse(InProcess.Run("explain", "MP1003", "--json").Output);
        Assert.AreEqual("R-ENDIAN", document.RootElement.GetProperty("rule").GetString());
        Assert.AreEqual(3, document.RootElement.GetProperty("exitCode").GetInt32());
    }

    [TestMethod]
    public void Help_is_a_verb_as_well_as_an_option()
    {
        Assert.AreEqual(InProcess.Run("convert", "--help").Output, InProcess.Run("help", "convert").Output);
        Assert.AreEqual(InProcess.Run("--help").Output, InProcess.Run("help").Output);
    }

    [TestMethod]
    [DataRow("dotnet-modelpack con")]
    [DataRow("dotnet modelpack con")]
    public void Bash_completes_both_spellings(string line)
    {
        using TestFolder folder = new();
        File.WriteAllText(folder.File("dotnet-modelpack"), $"#!/bin/sh\nexec dotnet '{ToolProcess.Dll}' \"$@\"\n");
        File.WriteAllText(folder.File("completion"), InProcess.Run("completion", "bash").Output);
        string[] words = line.Split(' ');
        string script = $"chmod +x dotnet-modelpack; PATH=.:$PATH; . ./completion; COMP_LINE='{line}'; COMP_POINT={line.Length}; "
            + $"COMP_WORDS=({line}); COMP_CWORD={words.Length - 1}; "
            + $"{(words[0] == "dotnet" ? "_modelpack_dotnet" : "_modelpack")}; printf '%s\\n' \"${{COMPREPLY[@]}}\"";
        ToolResult result = ToolProcess.StartProgram("bash", ["-c", script], folder.Path).Wait();
        result.ShouldExitWith(0);
        CollectionAssert.AreEqual(new[] { "convert" }, result.Output.TrimEnd('\n').Split('\n'));
    }
}
