using System.CommandLine;
using System.Text;

namespace ModelPack.Tool.Help;

/// <summary>A term and its explanation.</summary>
internal sealed record HelpRow(string Term, string Text);

/// <summary>The text behind <c>--help</c>.</summary>
internal sealed class HelpPage
{
    // Lines that are longer are hard to read, on any terminal.
    private const int Widest = 100;
    private const int Deeper = 4;

    private readonly int width;
    private readonly StringBuilder text = new();

    private HelpPage(int width) => this.width = Math.Min(width, Widest);

    public static string Of(Command command, int width = Widest)
    {
        HelpPage page = new(width);
        page.Wrap(command.Description ?? "", 0);
        if (command is Verb verb)
        {
            page.Verb(verb);
        }
        else
        {
            page.Root(command);
        }

        return page.text.ToString();
    }

    private static HelpRow Row(Option option)
    {
        string value = option.HelpName is null ? "" : $" {option.HelpName}";
        return new(string.Join(", ", option.Aliases.Prepend(option.Name)) + value, option.Description ?? "");
    }

    private void Root(Command root)
    {
        Heading("Usage");
        Line("  dotnet modelpack VERB ARGUMENTS [OPTIONS]");
        Heading("Verbs");
        Rows([.. root.Subcommands.OfType<Verb>().Select(verb => new HelpRow($"{verb.Name} {verb.Synopsis}", verb.Description ?? ""))]);
        Heading("Options");
        Rows([.. root.Options.Select(Row)]);
        Examples(RootHelp.Examples);
        Heading("Exit codes");
        Rows(RootHelp.ExitCodes);
        foreach (HelpSection section in RootHelp.Sections)
        {
            Heading(section.Heading);
            foreach (string line in section.Lines)
            {
                text.Append("  ");
                Wrap(line, 2);
            }
        }
    }

    private void Verb(Verb verb)
    {
        Heading("Usage");
        text.Append("  ");
        Wrap($"dotnet modelpack {verb.Name} {verb.Synopsis} [OPTIONS]", Deeper);
        Heading("Arguments");
        Rows([.. verb.Arguments.Select(argument => new HelpRow(argument.Name, argument.Description ?? ""))]);
        Heading("Options");
        Rows([.. verb.Options.Concat(verb.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive))
            .Select(Row)]);
        Examples(verb.Examples);
        Heading("Exit codes");
        Rows(verb.Outcomes);
    }

    private void Examples(IReadOnlyList<Example> examples)
    {
        Heading("Examples");
        foreach (Example example in examples)
        {
            text.Append("  # ");
            Wrap(example.Purpose, Deeper, begin: "  # ");
            text.Append("  ");
            Wrap(example.CommandLine, Deeper, end: " \\");
        }
    }

    private void Heading(string heading)
    {
        Line();
        Line($"{heading}:");
    }

    private void Rows(IReadOnlyList<HelpRow> rows)
    {
        int column = Math.Min(rows.Max(row => row.Term.Length) + 4, 36);
        foreach (HelpRow row in rows)
        {
            string term = $"  {row.Term}";
            if (term.Length + 2 > column)
            {
                Line(term);
                term = "";
            }

            text.Append(term.PadRight(column));
            Wrap(row.Text, column);
        }
    }

    // A line ends in 'end' where the text goes on, so that a shell takes it as one, and goes on with 'begin'.
    private void Wrap(string text, int indent, string end = "", string begin = "")
    {
        int column = indent;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > indent && column + 1 + word.Length + end.Length > width)
            {
                this.text.Append(end).Append('\n').Append(begin.PadRight(indent));
                column = indent;
            }

            if (column > indent)
            {
                this.text.Append(' ');
                column++;
            }

            this.text.Append(word);
            column += word.Length;
        }

        Line();
    }

    private void Line(string text = "") => this.text.Append(text).Append('\n');
}
