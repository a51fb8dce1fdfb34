using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ModelPack.Codec.Tests.Conversion.Faults;

/// <summary>A conversion in a process of its own, which can be killed: this program again, with its orders in the environment.</summary>
internal static class ConvertingProcess
{
    private const string Source = "MODELPACK_TEST_CONVERT_SOURCE";
    private const string Target = "MODELPACK_TEST_CONVERT_TARGET";

    public static Process Start(string source, string target) => Process.Start(Order(source, target))!;

    public static ProcessStartInfo Order(string source, string target)
    {
        ProcessStartInfo start = ThisProgram.Again();
        start.Environment[Source] = source;
        start.Environment[Target] = target;
        return start;
    }

    /// <summary>Runs before the test program's own beginning, and instead of it if there are orders.</summary>
    [ModuleInitializer]
    internal static void ConvertIfOrdered()
    {
        if (Environment.GetEnvironmentVariable(Source) is { } source && Environment.GetEnvironmentVariable(Target) is { } target)
        {
            ModelConverter.Convert(source, target, ModelFormat.Apr, new() { Existing = ExistingTarget.Replace });
            Environment.Exit(0);
        }
    }
}
