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

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ToolProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public static string Dll { get; } = Path.Combine(AppContext.BaseDirectory, "dotnet-modelpack.dll");

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

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
        using Process kill = Process.Start("kill", [name, $"{_process.Id}"]);
        kill.WaitForExit();
        Assert.AreEqual(0, kill.ExitCode);
    }

    public void Kill() => _process.Kill();

    public ToolResult Wait()
    {
        using (_process)
        {
            if (!_process.WaitForExit(Limit))
            {
                _process.Kill(entireProcessTree: true);
                Assert.Fail($"the tool did not end within {Limit}");
            }

            return new(_process.ExitCode, _output.Result, _error.Result);
        }
    }
}
