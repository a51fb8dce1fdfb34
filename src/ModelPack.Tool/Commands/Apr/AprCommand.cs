using System.CommandLine;
using ModelPack.Qa.Apr;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;

namespace ModelPack.Tool.Commands.Apr;

/// <summary><c>apr WORD …</c>, and <c>rosetta WORD …</c> for its group of that name.</summary>
internal static class AprCommand
{
    public const string Name = "apr";
    public const string Group = "rosetta";

    private const string Library = "dotnet-modelpack.dll";

    /// <summary>The verb as help and completion show it; its words are read by <see cref="Run"/>.</summary>
    public static Verb Create(string name)
    {
        string prefix = name == Name ? "apr rosetta" : Group;
        Verb verb = new(
            name,
            name == Name
                ? "Answer the command line of apr: its words, its JSON, its exit codes. 'apr --help' lists the words."
                : "Short for 'apr rosetta': convert, inspect, verify, diff-tensors, validate-stats, fingerprint, chain.")
        {
            Synopsis = "WORD ARGUMENTS",
            Examples =
            [
                new("convert and prove", $"dotnet modelpack {prefix} convert model.gguf model.apr"),
                new("are all tensors equal?", $"dotnet modelpack {prefix} diff-tensors model.gguf model.apr --json"),
            ],
            Outcomes = [
                new("0", "done"), new("5", "validation failed"), new("14", "not available: no engine"), .. StandardOutcomes.Interrupted],
        };
        verb.Arguments.Add(new Argument<string[]>("WORDS") { Description = "A word of apr and what follows it.", Hidden = true });
        return verb;
    }

    /// <summary>Answers a command line that begins with one of the two names.</summary>
    public static int Run(string[] args, ToolSession session)
    {
        AprConsole console = new(session.Console.Output, session.Console.Error, Console.In, CommandTree.Version) { Program = Program() };
        int exitCode = AprProgram.Run(args[0] == Name ? args[1..] : args, console, session.Cancellation);
        return exitCode == ExitCode.Cancelled ? session.CancelledExitCode : exitCode;
    }

    private static string[] Program()
    {
        string process = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(process) == "dotnet"
            ? [process, Path.Combine(AppContext.BaseDirectory, Library)]
            : [process];
    }
}
