using ModelPack.Diagnostics;
using ModelPack.Qa.Engines;

namespace ModelPack.Qa.Apr;

/// <summary>Writes a program <c>apr</c> that forwards everything, so that PATH is all that a client needs.</summary>
internal static class AprShim
{
    public const string Option = "--install-shim";

    private const string Mark = "forwards to ModelPack";

    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static int Install(IReadOnlyList<string> given, AprConsole console)
    {
        string[] args = [
            .. given.SelectMany(argument => new[] { Option, EngineSetting.Option }
                .FirstOrDefault(name => argument.StartsWith(name + "=", StringComparison.Ordinal)) is { } name
                ? [name, argument[(name.Length + 1)..]]
                : (string[])[argument])];
        string? runner = null;
        string? folder = null;
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new AprFailure(AprExit.Usage, $"a value is required for '{args[i]}'");
            (folder, runner) = args[i] switch
            {
                Option => (value, runner),
                EngineSetting.Option => (folder, value),
                _ => throw new AprFailure(AprExit.Usage, $"unexpected argument '{args[i]}' found"),
            };
        }

        if (string.IsNullOrWhiteSpace(folder))
        {
            throw new AprFailure(AprExit.Usage, $"a value is required for '{Option}'");
        }

        bool isWindows = OperatingSystem.IsWindows();
        string path = Path.Combine(folder, isWindows ? "apr.cmd" : "apr");
        if (Path.Exists(path) && !IsOwn(path))
        {
            throw new AprFailure(AprExit.ValidationFailed, $"'{path}' exists and is another program: choose another folder");
        }

        Directory.CreateDirectory(folder);
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
        return $"#!/bin/sh\n# {Mark}\n{setting}exec {string.Join(' ', program.Select(Quote))} apr \"$@\"\n";
    }

    // A real apr may lie there.
    private static bool IsOwn(string path)
    {
        using StreamReader reader = new(path);
        char[] start = new char[64];
        return new string(start, 0, reader.ReadBlock(start)).Contains(Mark, StringComparison.Ordinal);
    }

    private static string Batch(IReadOnlyList<string> program, string? runner)
    {
        string setting = runner is null ? "" : $"if not defined {EngineSetting.Variable} set \"{EngineSetting.Variable}={runner}\"\r\n";
        return $"@echo off\r\nrem {Mark}\r\n{setting}{string.Join(' ', program.Select(word => $"\"{word}\""))} apr %*\r\n";
    }

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
