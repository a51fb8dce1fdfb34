using System.Diagnostics;
using System.Text;

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
        [.. Output.Split('\n').Select(line => line.Trim()).Where(line => line.Contains($"error {code}:", StringComparison.Ordinal)).Distinct()];

    public int Count(string text) => Output.Split(text).Length - 1;
}

/// <summary>Runs real dotnet commands, with nothing of the test run's own MSBuild environment in them.</summary>
internal static class DotNet
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static DotNetResult Run(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
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

        using Process process = Process.Start(start)!;
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

    private static bool IsOfThisRun(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "NUGET_PACKAGES" or "Configuration" or "Platform";
}
