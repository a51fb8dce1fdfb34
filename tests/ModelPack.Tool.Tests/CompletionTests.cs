namespace ModelPack.Tool.Tests;

/// <summary>What each shell completes after the lines of <c>completion</c>. A shell that is not installed is not asked.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class CompletionTests
{
    private static readonly (string Line, string Completed)[] Cases =
    [
        ("dotnet-modelpack con", "convert"),
        ("dotnet modelpack con", "convert"),
        ("dotnet modelpack convert a --quant", "--quantized"),
        ("dotnet-modelpack convert a b --to s", "safetensors"),
        ("dotnet modelpack convert a b --to ", "apr gguf safetensors"),
        ("dotnet modelpack explain MP230", "MP2301 MP2302 MP2303 MP2304 MP2305 MP2306 MP2307 MP2308"),
        ("./dotnet-modelpack val", "validate"),
    ];

    // A word that the tool has nothing for is a file; options do not hide it.
    private static readonly string[] Files =
        ["dotnet-modelpack convert ", "dotnet modelpack validate --sarif o", "dotnet modelpack convert my"];

    [TestMethod]
    public void Bash_completes()
    {
        string answer = """
            ask() {
                COMP_LINE="$1"; COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"
                if [[ "$1" == *' ' ]]; then COMP_WORDS+=(''); fi
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
                if [[ "$1" == dotnet\ * ]]; then _modelpack_dotnet; else _modelpack; fi
                echo "${COMPREPLY[*]}"
            }

            """;
        Ask("bash", "bash", [], answer, line => $"ask '{line}'", "");
    }

    [TestMethod]
    public void Zsh_completes()
    {
        // The widgets of completion work on a terminal only: these stand for them.
        string before = """
            typeset -A _comps
            compdef() { }
            compadd() { shift; print -- "$*" }
            _files() { print FILES }
            ask() {
                words=("${(@s: :)1}"); CURRENT=$#words; PREFIX="${words[-1]}"
                if [[ "$1" == dotnet\ * ]]; then _modelpack_dotnet; else _modelpack_tool; fi
            }

            """;
        Ask("zsh", "zsh", ["-f"], before, line => $"ask '{line}'", "FILES");
    }

    [TestMethod]
    public void Fish_completes() =>
        Ask("fish", "fish", ["--no-config"], "", line => $"set answer (complete -C '{line}'); echo \"$answer\"", null);

    [TestMethod]
    public void PowerShell_completes() => Ask(
        "powershell", "pwsh", ["-NoProfile", "-File"], "",
        line => $"(TabExpansion2 '{line}' {line.Length}).CompletionMatches.CompletionText -join ' '", null);

    // files: what the shell says where it looks for files itself; null: the files of the folder.
    private static void Ask(string name, string shell, string[] options, string helpers, Func<string, string> question, string? files)
    {
        NeededProgram.Require(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, shell))),
            $"{shell} is not installed");

        using TestFolder folder = new();
        Directory.CreateDirectory(folder.File("in"));
        foreach (string file in new[] { "in/my model.gguf", "in/other.apr" })
        {
            folder.Write(file, []);
        }

        File.WriteAllText(folder.File("dotnet-modelpack"), $"#!/bin/sh\nexec dotnet '{ToolProcess.Dll}' \"$@\"\n");
        ToolProcess.RunProgram("chmod", "+x", folder.File("dotnet-modelpack")).ShouldExitWith(0);
        string[] lines = [.. Cases.Select(known => known.Line), .. Files];
        string printed = InProcess.Run("completion", name).Output;
        File.WriteAllText(folder.File("script.ps1"), $"{helpers}{printed}\n{string.Join('\n', lines.Select(question))}\n");
        string path = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        ToolResult result = ToolProcess.StartProgram(
            "env", [$"PATH={path}", $"HOME={folder.Path}", shell, .. options, folder.File("script.ps1")], folder.File("in")).Wait();
        result.ShouldExitWith(0);
        string[] answers = result.Output.TrimEnd('\n').Split('\n');
        for (int i = 0; i < Cases.Length; i++)
        {
            Assert.AreEqual(Cases[i].Completed, answers[i].Trim(), $"{Cases[i].Line}\n{result.Output}\n{result.Error}");
        }

        // An empty line at the end is an answer too.
        answers = [.. answers, .. Enumerable.Repeat("", lines.Length - answers.Length)];
        Assert.AreEqual(files ?? Listed("my model.gguf", "other.apr"), Plain(answers[^3]), result.Output);
        if (shell == "fish")
        {
            // Asked without a terminal, it names no files that begin with a word.
            return;
        }

        Assert.AreEqual(files ?? "other.apr", Plain(answers[^2]), result.Output);
        Assert.AreEqual(files ?? "my model.gguf", Plain(answers[^1]), result.Output);
    }

    private static string Listed(params string[] files) => string.Join(' ', files);

    // Shells quote names, and say where they lie, each in its way.
    private static string Plain(string names) => names.Replace("'", "", StringComparison.Ordinal)
        .Replace("./", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal).Trim();
}
