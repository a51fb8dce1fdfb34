using System.CommandLine;
using ModelPack.Tool.Commands;
using ModelPack.Tool.Commands.Apr;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output;

namespace ModelPack.Tool;

/// <summary>From the words of the command line to an exit code. Nothing escapes: every error becomes a message and a number.</summary>
internal static class ToolProgram
{
    // A file may be called @model.gguf: no response files.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static int Run(string[] args, ToolConsole console)
    {
        OutputMode mode = args.TakeWhile(word => word != "--").Contains(CommandTree.JsonOptionName) ? OutputMode.Json : OutputMode.Text;
        if (args.TakeWhile(word => word != "--").Contains(CommandTree.NoColourOptionName))
        {
            console.Screen = console.Screen with { HasColour = false };
        }

        using ToolSession session = new(console, mode);
        try
        {
            // apr's words are its own: its options, its answers and its exit codes.
            if (args is [AprCommand.Name or AprCommand.Group, ..])
            {
                return AprCommand.Run(args, session);
            }

            ParseResult parsed = CommandTree.Create(session).Parse(args, Parsing);
            IReadOnlyList<string> errors = UsageErrors.Of(parsed, args);
            session.Verbosity = parsed.GetValue<string>(CommandTree.VerbosityOptionName) == CommandTree.Detailed
                ? Verbosity.Detailed
                : Verbosity.Normal;
            return errors.Count > 0 ? Misunderstood(parsed, errors, session) : parsed.Invoke(Invocation(console));
        }
        catch (Exception exception)
        {
            return Fail(exception, session);
        }
    }

    private static int Misunderstood(ParseResult parsed, IReadOnlyList<string> errors, ToolSession session)
    {
        string detail = string.Join(" ", errors).TrimEnd('.');
        int exitCode = session.Fail(Failure.Of(new ModelPackException(ToolErrors.CommandLine, detail), null));
        if (parsed.Tokens.Count == 0)
        {
            session.Console.Error.Write("\n" + HelpPage.Of(parsed.CommandResult.Command, session.Console.ErrorScreen.Width));
        }

        return exitCode;
    }

    private static int Fail(Exception exception, ToolSession session)
    {
        Failure failure = Failure.Of(exception, session.Subject);
        failure = exception is OperationCanceledException ? failure with { ExitCode = session.CancelledExitCode } : failure;
        if (failure.ExitCode == ExitCode.InternalError)
        {
            foreach (string line in exception.ToString().Split('\n'))
            {
                session.Console.Message(line.TrimEnd('\r'));
            }
        }

        try
        {
            return session.Fail(failure);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException)
        {
            return failure.ExitCode;
        }
    }

    // Signals are handled by the session: the library's own timeout would end a clean-up half way.
    private static InvocationConfiguration Invocation(ToolConsole console) => new()
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
        Output = console.Output,
        Error = console.Error,
    };
}
