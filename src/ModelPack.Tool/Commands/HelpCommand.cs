using System.CommandLine;
using ModelPack.Tool.Help;

namespace ModelPack.Tool.Commands;

/// <summary><c>help [VERB]</c></summary>
internal static class HelpCommand
{
    public static Verb Create(ToolSession session, RootCommand root)
    {
        Argument<string?> name = new("VERB")
        {
            Description = "The verb to show; without it, all verbs are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Verb verb = new("help", "Show how a verb is used.")
        {
            Synopsis = "[VERB]",
            Examples = [new("the words and examples of one verb", "dotnet modelpack help convert")],
            Outcomes = [new("0", "shown"), new("2", "there is no such verb")],
        };
        name.CompletionSources.Add(
            _ => root.Subcommands.Select(command => new System.CommandLine.Completions.CompletionItem(command.Name)));
        name.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && Find(root, result.Tokens[0].Value) is null)
            {
                result.AddError(UsageErrors.UnknownVerb(result.Tokens[0].Value, root));
            }
        });
        verb.Arguments.Add(name);
        verb.SetAction(parsed =>
        {
            session.Console.Output.Write(
                HelpPage.Of(parsed.GetValue(name) is { } wanted ? Find(root, wanted)! : root, session.Console.Screen.Width));
            return Diagnostics.ExitCode.Done;
        });
        return verb;
    }

    private static Command? Find(RootCommand root, string name) => root.Subcommands.FirstOrDefault(command => command.Name == name);
}
