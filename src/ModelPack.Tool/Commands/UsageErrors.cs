using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ModelPack.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>What is wrong with a command line, in sentences that say what to write.</summary>
internal static class UsageErrors
{
    public static IReadOnlyList<string> Of(ParseResult parsed, string[] args)
    {
        if (parsed.CommandResult.Command is RootCommand && parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction)
        {
            return [NoVerb(parsed)];
        }

        string[] misplaced = [.. MisplacedOptions(parsed, args).Distinct()];
        return misplaced.Length > 0 ? misplaced : [.. parsed.Errors.Select(error => error.Message).Distinct()];
    }

    private static string NoVerb(ParseResult parsed)
    {
        Command root = parsed.CommandResult.Command;
        return parsed.UnmatchedTokens.Count == 0
            ? $"A verb is missing; the verbs are {Verbs(root)}."
            : UnknownVerb(parsed.UnmatchedTokens[0], root);
    }

    /// <summary>What to say of a word that is no verb.</summary>
    public static string UnknownVerb(string word, Command root) =>
        $"Unknown verb '{word}'.{Meant(word, root.Subcommands.Select(command => command.Name))} The verbs are {Verbs(root)}.";

    private static string Verbs(Command root) => string.Join(", ", root.Subcommands.Select(command => command.Name));

    private static string Meant(string word, IEnumerable<string> known) =>
        known.Where(name => Spelling.IsNear(name, word)).OrderBy(name => Spelling.Distance(name, word)).FirstOrDefault() is { } near
            ? $" Did you mean '{near}'?"
            : "";

    private static string UnknownOption(string word, ParseResult parsed)
    {
        IEnumerable<string> known = parsed.CommandResult.Command.Options
            .Concat(parsed.RootCommandResult.Command.Options.Where(option => option.Recursive)).Select(option => option.Name);
        return $"Unknown option '{word}'.{Meant(word, known)}";
    }

    // The parser takes an option for a file name where one fits. A name that starts with '-' can be written after '--', or as ./-name.
    private static IEnumerable<string> MisplacedOptions(ParseResult parsed, string[] args)
    {
        string[] words = [.. args.TakeWhile(word => word != "--").Where(word => word.StartsWith('-') && word.Length > 1)];
        foreach (SymbolResult symbol in parsed.CommandResult.Children)
        {
            foreach (Token token in symbol.Tokens.Where(token => words.Contains(token.Value)))
            {
                yield return symbol is OptionResult option
                    ? $"{option.Option.Name} needs a value, and '{token.Value}' is none."
                    : UnknownOption(token.Value, parsed);
            }
        }
    }
}
