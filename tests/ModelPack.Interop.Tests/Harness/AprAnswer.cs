using ModelPack.Qa.Apr;

namespace ModelPack.Interop.Tests.Harness;

/// <summary>What one call of apr's words gave.</summary>
internal sealed record AprAnswer(int ExitCode, string Output, string Error)
{
    public static AprAnswer Of(string engine, string input, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        AprConsole console = new(output, error, new StringReader(input), "0.0.0")
        {
            Variable = name => name == "MODELPACK_RUNNER" ? engine : Environment.GetEnvironmentVariable(name),
        };
        return new(AprProgram.Run(args, console, CancellationToken.None), output.ToString(), error.ToString());
    }
}
