using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ModelPack.Conversion;

namespace ModelPack.Tool.Commands;

/// <summary>Arguments as several verbs declare them.</summary>
internal static class Arguments
{
    /// <summary>Whether a path means a folder.</summary>
    public static bool IsFolder(string path) => System.IO.Path.EndsInDirectorySeparator(path) || Directory.Exists(path);

    public static Argument<string> Path(string name, string description)
    {
        Argument<string> argument = new(name) { Description = description };
        argument.Validators.Add(result => EnsureNotEmpty(name, result));
        return argument;
    }

    /// <summary>One path or several.</summary>
    public static Argument<string[]> Paths(string name, string description)
    {
        Argument<string[]> argument = new(name) { Description = description, Arity = ArgumentArity.OneOrMore };
        argument.Validators.Add(result => EnsureNotEmpty(name, result));
        return argument;
    }

    /// <summary>An option that takes one of a few words.</summary>
    public static Option<string> Word(string name, string description, string preset, params string[] words)
    {
        Option<string> option = Word(name, $"{description} Default: {preset}.", words);
        option.DefaultValueFactory = _ => preset;
        return option;
    }

    /// <summary>An option that takes one of a few words, or is left out.</summary>
    public static Option<string> Word(string name, string description, string[] words)
    {
        Option<string> option = new(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result =>
            {
                string word = result.Tokens[0].Value;
                string? known = words.FirstOrDefault(known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
                if (known is null)
                {
                    result.AddError($"{name} takes {string.Join(", ", words[..^1])} or {words[^1]}, not '{word}'.");
                }

                return known;
            },
        };
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int> Number(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < least || number > most)
            {
                result.AddError($"{name} takes a number from {least} to {most}, not '{word}'.");
            }

            return number;
        },
    };

    /// <summary>An option that takes a distance: a number that is not negative.</summary>
    public static Option<double?> Distance(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "E",
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (!double.TryParse(
                word, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number)
                    || !double.IsFinite(number))
            {
                result.AddError($"{name} takes a number from 0 on, for example 0.01 or 1e-3, not '{word}'.");
            }

            return number;
        },
    };

    /// <summary>An option that takes a size in bytes.</summary>
    public static Option<long?> Size(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (!ShardSize.TryParse(word, out long bytes))
            {
                result.AddError($"{name} takes a size like 300KB, 500MB or 5GB, not '{word}'.");
            }

            return bytes;
        },
    };

    /// <summary>An option that takes a distance between values.</summary>
    public static Option<ValueTolerance?> Tolerance(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "E",
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (!ValueTolerance.TryParse(word, out ValueTolerance? tolerance))
            {
                result.AddError($"{name} takes a limit like 1e-3, 1e-3rel or 4ulp, not '{word}'.");
            }

            return tolerance;
        },
    };

    /// <summary>The option that takes a file by itself.</summary>
    public static Option<bool> Alone() => Flag(
        "--alone",
        "Read the named file only. Without it, a .safetensors file among the companions of its model (config.json, a tokenizer, an index) "
            + "means their folder, and a part means all parts.");

    /// <summary>What that option says of paths.</summary>
    public static PathScope Scope(this ParseResult parsed, Option<bool> alone) =>
        parsed.GetValue(alone) ? PathScope.FileAlone : PathScope.Model;

    /// <summary>An option that names a file.</summary>
    public static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static void EnsureNotEmpty(string name, ArgumentResult result)
    {
        if (result.Tokens.Any(token => token.Value.Length == 0))
        {
            result.AddError($"{name} is empty.");
        }
    }
}
