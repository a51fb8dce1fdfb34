using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

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
        string verbs = string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(command => command.Name));
        return parsed.UnmatchedTokens.Count == 0
            ? $"A verb is missing; the verbs are {verbs}."
            : $"Unknown verb '{parsed.UnmatchedTokens[0]}'; the verbs are {verbs}.";
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
                    : $"Unknown option '{token.Value}'.";
            }
        }
    }
}
