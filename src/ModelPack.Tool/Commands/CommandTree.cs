using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using ModelPack.Tool.Commands.Apr;
using ModelPack.Tool.Commands.Qa;
using ModelPack.Tool.Help;

namespace ModelPack.Tool.Commands;

/// <summary>All the words of the command line.</summary>
internal static class CommandTree
{
    public const string JsonOptionName = "--json";
    public const string VerbosityOptionName = "--verbosity";
    public const string Detailed = "detailed";
    public const string NoColourOptionName = "--no-color";

    public static string Version { get; } = typeof(CommandTree).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static RootCommand Create(ToolSession session)
    {
        RootCommand root = new("Converts models between GGUF, APR and SafeTensors, and proves that nothing was lost.")
        {
            ConvertCommand.Create(session),
            VerifyCommand.Create(session),
            RoundTripCommand.Create(session),
            SplitCommand.Create(session),
            MergeCommand.Create(session),
            EditCommand.Create(session),
            InspectCommand.Create(session),
            ValidateCommand.Create(session),
            DiffCommand.Create(session),
            HashCommand.Create(session),
            PackCommand.Create(session),
            UnpackCommand.Create(session),
            StoreCommand.Create(session),
            QaCommand.Create(session),
            AprCommand.Create(AprCommand.Name),
            AprCommand.Create(AprCommand.Group),
            ExplainCommand.Create(session),
            CompletionCommand.Create(session),
        };

        root.Subcommands.Add(HelpCommand.Create(session, root));

        root.Options.Clear();
        HelpPageAction help = new(session.Console.Screen.Width);
        root.Options.Add(new HelpOption("--help", "-h") { Description = "Show this text.", Action = help });
        root.Options.Add(new VersionOption { Description = "Show the version.", Action = new VersionAction() });
        root.Options.Add(new Option<bool>(JsonOptionName)
        {
            Description = "Answer with one JSON document on standard output and nothing else there.",
            Arity = ArgumentArity.Zero,
            Recursive = true,
        });
        root.Options.Add(new Option<bool>(NoColourOptionName)
        {
            Description = "No colours on a terminal, as NO_COLOR=1 in the environment.",
            Arity = ArgumentArity.Zero,
            Recursive = true,
        });
        Option<string> verbosity = Arguments.Word(
            VerbosityOptionName, "How much a report shows: 'detailed' lists notes without effect, which are counted otherwise.", "normal",
            "normal", Detailed);
        verbosity.Recursive = true;
        root.Options.Add(verbosity);
        return root;
    }

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(Version);
            return 0;
        }
    }
}
