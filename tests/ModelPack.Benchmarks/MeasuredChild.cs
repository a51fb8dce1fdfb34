using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ModelPack.Benchmarks;

/// <summary>A program that ran: what it took.</summary>
/// <param name="Seconds">From start to end.</param>
/// <param name="ProcessorSeconds">On all processors, in the program and in the system.</param>
/// <param name="Memory">Largest resident memory in bytes; 0 where the system does not tell.</param>
internal readonly record struct MeasuredChild(double Seconds, double ProcessorSeconds, long Memory)
{
    private const int OfChildren = -1;
    private const int RusageNumbers = 18;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(4);

    /// <summary>Runs a program to its end; what it prints is thrown away.</summary>
    public static MeasuredChild Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        double before = ProcessorOfChildren();
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        long memory = 0;
        while (!process.WaitForExit(Glance))
        {
            memory = Math.Max(memory, PeakMemory(process.Id));
        }

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        process.WaitForExit();
        return process.ExitCode == 0
            ? new(seconds, ProcessorOfChildren() - before, memory)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}");
    }

    private static double ProcessorOfChildren()
    {
        long[] numbers = new long[RusageNumbers];
        return OperatingSystem.IsLinux() && GetRusage(OfChildren, numbers) == 0
            ? numbers[0] + numbers[2] + ((numbers[1] + numbers[3]) / 1e6)
            : 0;
    }

    private static long PeakMemory(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(
                line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            string? kilobytes = line?.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[^2];
            return kilobytes is null ? 0 : long.Parse(kilobytes, CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [DllImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetRusage(int who, [Out] long[] usage);
}
