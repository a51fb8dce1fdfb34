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
            if (args is [])
            {
                console.Error.Write(AprHelp.Text);
                return AprExit.Usage;
            }

            if (args is ["help", ..])
            {
                args = [.. args.Skip(1), "--help"];
            }

            if (args is ["--version" or "-V", ..])
            {
                console.Output.Write($"apr (ModelPack) {console.Version}\n");
                return AprExit.Done;
            }

            if (args.TakeWhile(argument => argument != "--").Any(argument => argument is "--help" or "-h"))
            {
                console.Output.Write(Find(args, out _, out _) is { } known ? AprHelp.Of(known) : AprHelp.Text);
                return AprExit.Done;
            }

            if (args.Any(argument => argument.Split('=')[0] == AprShim.Option))
            {
                return AprShim.Install(args, console);
            }

            AprWord word = Find(args, out string name, out string[] rest)
                ?? throw new AprFailure(
                    AprExit.Usage,
                    $"{(name.Length == 0 ? "a subcommand is required" : $"unrecognized subcommand '{name}'")}; the words are "
                        + string.Join(", ", AprWords.All.Select(word => word.Name)));
            invalidFile = word.InvalidFile;
            return word.Run(Read(word, rest, console, cancellation));
        }
        catch (Exception exception)
        {
            AprFailure failure = AprFailure.Of(exception, invalidFile);
            console.Error.Write($"error: {SafeText.Escape(failure.Message)}\n");
            return failure.ExitCode;
        }
    }

    // Flags that every word takes may stand before it.
    private static AprWord? Find(IReadOnlyList<string> args, out string name, out string[] rest)
    {
        List<string> left = [.. args];
        string word = Take();
        name = word == Group ? $"{Group} {Take()}".TrimEnd() : word;
        rest = [.. left];
        string wanted = name;
        return AprWords.All.FirstOrDefault(one => one.Name == wanted);

        string Take()
        {
            int at = left.FindIndex(argument => !CommonFlags.Contains(argument));
            string found = at < 0 ? "" : left[at];
            left.RemoveRange(Math.Max(at, 0), at < 0 ? 0 : 1);
            return found;
        }
    }

    private static AprCall Read(AprWord word, string[] args, AprConsole console, CancellationToken cancellation)
    {
        AprCall call = new(console, cancellation);
        bool onlyPositional = false;
        for (int i = 0; i < args.Length; i++)
        {
            string argument = args[i];
            (string name, string? joined) = Split(word, argument);
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
                    name, joined ?? (++i < args.Length && !IsOption(word, args[i]) ? args[i]
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

    // --name=value, and -nVALUE where -n has one.
    private static (string Name, string? Joined) Split(AprWord word, string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
            ? argument.IndexOf('=') is > 2 and var at ? (argument[..at], argument[(at + 1)..]) : (argument, null)
            : argument.Length > 2 && word.Values.Contains(argument[..2])
            ? (argument[..2], argument[2] == '=' ? argument[3..] : argument[2..])
            : (argument, null);

    // A prompt may begin with a dash; the name of an option in its place is a value that was forgotten.
    private static bool IsOption(AprWord word, string argument) =>
        word.Values.Contains(argument) || word.Flags.Contains(argument) || CommonFlags.Contains(argument);
}
