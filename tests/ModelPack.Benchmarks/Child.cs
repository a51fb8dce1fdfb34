using System.Diagnostics;
using System.Globalization;

namespace ModelPack.Benchmarks;

/// <summary>Work in a process of its own: what start-up and first-time compilation cost, and how much memory it took at most.</summary>
internal static class Child
{
    public const string ConvertVerb = "child-convert";

    /// <summary>Converts in a child process.</summary>
    /// <returns>Its largest resident memory in bytes.</returns>
    public static long Convert(string source, string target, ModelFormat to)
    {
        string output = Run(Environment.ProcessPath!, ConvertVerb, source, target, to.ToString());
        return long.Parse(output, CultureInfo.InvariantCulture);
    }

    /// <summary>The child's side.</summary>
    public static void ConvertHere(string source, string target, ModelFormat to)
    {
        ModelConverter.Convert(source, target, to, new() { Existing = ExistingTarget.Replace });
        using Process self = Process.GetCurrentProcess();
        Console.Write(self.PeakWorkingSet64.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Runs a program and gives back what it prints.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}");
    }
}
