using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ModelPack.Tool.Tests;

/// <summary>What a run of the tool left behind.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    public void ShouldExitWith(int exitCode) => Assert.AreEqual(exitCode, ExitCode, $"stdout:\n{Output}\nstderr:\n{Error}");
}

/// <summary>The built tool as a process of its own.</summary>
internal sealed class ToolProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private ToolProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        process = Process.Start(start)!;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    public static string Dll { get; } = Path.Combine(AppContext.BaseDirectory, "dotnet-modelpack.dll");

    public bool HasExited => process.HasExited;

    public int Id => process.Id;

    public static ToolResult Run(params string[] args) => Start(args).Wait();

    public static ToolProcess Start(params string[] args) => StartProgram("dotnet", [Dll, .. args]);

    public static ToolResult RunProgram(string program, params string[] args) => StartProgram(program, args).Wait();

    public static ToolProcess StartProgram(string program, string[] args, string? folder = null) =>
        new(new ProcessStartInfo(program, args) { WorkingDirectory = folder ?? "" });

    public void Signal(PosixSignal signal)
    {
        string name = signal switch
        {
            PosixSignal.SIGINT => "-INT",
            PosixSignal.SIGTERM => "-TERM",
            _ => throw new ArgumentOutOfRangeException(nameof(signal)),
        };
        using Process kill = Process.Start("kill", [name, $"{process.Id}"]);
        kill.WaitForExit();
        Assert.AreEqual(0, kill.ExitCode);
    }

    public void Kill() => process.Kill();

    public ToolResult Wait(TimeSpan? limit = null)
    {
        using (process)
        {
            if (!process.WaitForExit(limit ?? Limit))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"the tool did not end within {limit ?? Limit}");
            }

            return new(process.ExitCode, output.Result, error.Result);
        }
    }
}
