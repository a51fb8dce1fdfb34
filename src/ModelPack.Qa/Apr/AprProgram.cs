using ModelPack.Diagnostics;

namespace ModelPack.Qa.Apr;

/// <summary>The command line of apr, answered by this project (apr-rosetta.md §1, qa-gates.md §5).</summary>
internal static class AprProgram
{
    private const string Group = "rosetta";
    private static readonly string[] CommonFlags = ["--json", "--verbose", "-v", "--quiet", "-q", "--offline", "--skip-contract"];

    /// <summary>Runs <c>apr ARGS</c>.</summary>
    /// <returns>The exit code, in apr's numbers.</returns>
    public static int Run(IReadOnlyList<string> args, AprConsole console, CancellationToken cancellation)
    {
        int invalidFile = AprExit.ValidationFailed;
        try
        {
            if (args is ["--version" or "-V", ..])
            {
                console.Output.Write($"apr (ModelPack) {console.Version}\n");
                return AprExit.Done;
            }

            if (args is [] || args.Any(argument => argument is "--help" or "-h"))
            {
                console.Output.Write(AprHelp.Text);
                return args.Count == 0 ? AprExit.Usage : AprExit.Done;
            }

            if (args.Any(argument => argument.Split('=')[0] == AprShim.Option))
            {
                return AprShim.Install(args, console);
            }

            AprWord word = Find(args, out int used);
            invalidFile = word.InvalidFile;
            return word.Run(Read(word, [.. args.Skip(used)], console, cancellation));
        }
        catch (Exception exception)
        {
            AprFailure failure = AprFailure.Of(exception, invalidFile);
            console.Error.Write($"error: {SafeText.Escape(failure.Message)}\n");
            return failure.ExitCode;
        }
    }

    private static AprWord Find(IReadOnlyList<string> args, out int used)
    {
        used = args[0] == Group ? 2 : 1;
        string name = string.Join(' ', args.Take(used));
        return AprWords.All.FirstOrDefault(word => word.Name == name)
            ?? throw new AprFailure(
                AprExit.Usage,
                $"unrecognized subcommand '{name}'; the words are {string.Join(", ", AprWords.All.Select(word => word.Name))}");
    }

    private static AprCall Read(AprWord word, string[] args, AprConsole console, CancellationToken cancellation)
    {
        AprCall call = new(console, cancellation);
        bool onlyPositional = false;
        for (int i = 0; i < args.Length; i++)
        {
            string argument = args[i];
            (string name, string? joined) = argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=') is > 2 and var at
                ? (argument[..at], argument[(at + 1)..])
                : (argument, null);
            if (onlyPositional || argument.Length < 2 || argument[0] != '-')
            {
                call.Add(argument);
            }
            else if (argument == "--")
            {
                onlyPositional = true;
            }
            else if (joined is null && (word.Flags.Contains(name) || CommonFlags.Contains(name)))
            {
                call.Set(name);
            }
            else if (word.Values.Contains(name))
            {
                call.Set(
                    name, joined ?? (++i < args.Length ? args[i]
                        : throw new AprFailure(AprExit.Usage, $"a value is required for '{name}' but none was supplied")));
            }
            else
            {
                throw new AprFailure(AprExit.Usage, $"unexpected argument '{argument}' found");
            }
        }

        return call.Positional.Count < word.Least
            ? throw new AprFailure(AprExit.Usage, $"'{word.Name}' needs {word.Least} argument(s) and got {call.Positional.Count}")
            : call.Positional.Count > word.Most
            ? throw new AprFailure(AprExit.Usage, $"unexpected argument '{call.Positional[word.Most]}' found")
            : call;
    }
}
