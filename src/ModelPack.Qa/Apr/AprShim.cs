using ModelPack.Diagnostics;
using ModelPack.Qa.Engines;

namespace ModelPack.Qa.Apr;

/// <summary>Writes a program <c>apr</c> that forwards everything, so that PATH is all that a client needs.</summary>
internal static class AprShim
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static int Install(IReadOnlyList<string> args, AprConsole console)
    {
        string? runner = null;
        string? folder = null;
        for (int i = 0; i < args.Count; i += 2)
        {
            string value = i + 1 < args.Count ? args[i + 1] : throw new AprFailure(AprExit.Usage, $"a value is required for '{args[i]}'");
            (folder, runner) = args[i] switch
            {
                "--install-shim" => (value, runner),
                EngineSetting.Option => (folder, value),
                _ => throw new AprFailure(AprExit.Usage, $"unexpected argument '{args[i]}' found"),
            };
        }

        Directory.CreateDirectory(folder!);
        bool isWindows = OperatingSystem.IsWindows();
        string path = Path.Combine(folder!, isWindows ? "apr.cmd" : "apr");
        File.WriteAllText(path, isWindows ? Batch(console.Program, runner) : Shell(console.Program, runner));
        if (!isWindows)
        {
            File.SetUnixFileMode(path, Executable);
        }

        console.Output.Write($"{SafeText.Escape(path)}\n");
        return AprExit.Done;
    }

    /// <summary>A script for POSIX shells.</summary>
    public static string Shell(IReadOnlyList<string> program, string? runner)
    {
        string setting = runner is null ? "" : $"[ -n \"${EngineSetting.Variable}\" ] || {EngineSetting.Variable}={Quote(runner)}\n"
            + $"export {EngineSetting.Variable}\n";
        return $"#!/bin/sh\n{setting}exec {string.Join(' ', program.Select(Quote))} apr \"$@\"\n";
    }

    private static string Batch(IReadOnlyList<string> program, string? runner)
    {
        string setting = runner is null ? "" : $"if not defined {EngineSetting.Variable} set \"{EngineSetting.Variable}={runner}\"\r\n";
        return $"@echo off\r\n{setting}{string.Join(' ', program.Select(word => $"\"{word}\""))} apr %*\r\n";
    }

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
