using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>What a dotnet command did.</summary>
internal sealed record DotNetResult(int ExitCode, string Output)
{
    public DotNetResult Succeeded()
    {
        Assert.AreEqual(0, ExitCode, Output);
        return this;
    }

    public DotNetResult Failed()
    {
        Assert.AreNotEqual(0, ExitCode, Output);
        return this;
    }

    /// <summary>The different lines of the output that report the error; the summary at the end repeats them.</summary>
    public IReadOnlyList<string> Errors(string code) =>
        [.. Output.Split('\n').Select(line => line.Trim()).Where(line => line.Contains($"error {code}:", StringComparison.Ordinal))
            .Distinct()];

    /// <summary>The different lines that report the warning.</summary>
    public IReadOnlyList<string> Warnings(string code) =>
        [.. Output.Split('\n').Select(line => line.Trim()).Where(line => line.Contains($"warning {code}:", StringComparison.Ordinal))
            .Distinct()];

    public int Count(string text) => Output.Split(text).Length - 1;
}

/// <summary>Runs real dotnet commands, with nothing of the test run's own MSBuild environment in them.</summary>
internal static partial class DotNet
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static DotNetResult Run(string directory, params string[] arguments) => Run(directory, "dotnet", arguments);

    /// <summary>The same with a program that runs a dotnet command, or prepares one.</summary>
    public static DotNetResult RunProgram(string directory, string program, params string[] arguments) =>
        Run(directory, program, arguments);

    /// <summary>The same on a pseudo terminal of 400 columns, made by script of util-linux. What the terminal logger draws is given without
    /// its control sequences.</summary>
    public static DotNetResult RunInTerminal(string directory, params string[] arguments)
    {
        Assert.IsTrue(File.Exists("/usr/bin/script"), "run this on Linux, and install util-linux: its script makes the pseudo terminal");

        string command = "stty cols 400; dotnet " + string.Join(' ', arguments.Select(argument => $"'{argument}'"));
        DotNetResult drawn = Run(directory, "/usr/bin/script", ["-qec", command, "/dev/null"]);
        return drawn with { Output = ControlSequence().Replace(drawn.Output, "").Replace("\r", "", StringComparison.Ordinal) };
    }

    [GeneratedRegex(@"\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\))")]
    private static partial Regex ControlSequence();

    /// <summary>Runs a dotnet command, and kills it when it is time.</summary>
    /// <returns>Whether it was killed before it ended by itself.</returns>
    public static bool Kill(string directory, Func<bool> isTime, params string[] arguments)
    {
        using Process process = Process.Start(StartOf(directory, "dotnet", arguments))!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Assert.IsTrue(SpinWait.SpinUntil(() => process.HasExited || isTime(), Limit));
        process.Kill();
        process.WaitForExit();
        return process.ExitCode != 0;
    }

    private static DotNetResult Run(string directory, string program, string[] arguments)
    {
        using Process process = Process.Start(StartOf(directory, program, arguments))!;
        var output = new StringBuilder();
        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"dotnet {string.Join(' ', arguments)} did not end:\n{output}");
        }

        process.WaitForExit();
        return new DotNetResult(process.ExitCode, output.ToString());

        void Append(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.Append(line.Data).Append('\n');
            }
        }
    }

    private static ProcessStartInfo StartOf(string directory, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (string name in start.Environment.Keys.Where(IsOfThisRun).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["DOTNET_TieredPGO"] = "0";
        if (directory.StartsWith(PackedFeed.Root, StringComparison.Ordinal))
        {
            // Hundreds of builds of a project without code: its style and its packages' records need not be looked at each time.
            start.Environment["RunAnalyzers"] = "false";
            start.Environment["NuGetAudit"] = "false";
        }

        return start;
    }

    private static bool IsOfThisRun(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "NUGET_PACKAGES"
            or "Configuration" or "Platform" or "GITHUB_ACTIONS" or "TF_BUILD";
}
