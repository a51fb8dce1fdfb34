using System.Globalization;
using System.Text;

namespace ModelPack.Validation.Templates;

/// <summary>A Jinja template as tokens: its text, and the code between <c>{{ }}</c> and <c>{% %}</c>. Comments are left out.</summary>
internal sealed class TemplateLexer
{
    private readonly string template;
    private readonly List<TemplateToken> tokens = [];
    private int position;

    private TemplateLexer(string template) => this.template = template;

    public static List<TemplateToken> Read(string template)
    {
        TemplateLexer lexer = new(template);
        lexer.ReadAll();
        return lexer.tokens;
    }

    private void ReadAll()
    {
        int data = 0;
        while ((position = template.IndexOf('{', position)) >= 0 && position + 1 < template.Length)
        {
            switch (template[position + 1])
            {
                case '#':
                    AddData(data, position);
                    int end = template.IndexOf("#}", position + 2, StringComparison.Ordinal);
                    data = position = end < 0 ? template.Length : end + 2;
                    break;
                case '{' or '%':
                    AddData(data, position);
                    tokens.Add(new(TemplateTokenKind.Begin, template.Substring(position, 2), position));
                    char close = template[position + 1] == '%' ? '%' : '}';
                    position += 2;
                    ReadCode(close);
                    data = position;
                    break;
                default:
                    position++;
                    break;
            }
        }

        AddData(data, template.Length);
    }

    private void AddData(int start, int end)
    {
        if (end > start)
        {
            tokens.Add(new(TemplateTokenKind.Data, template[start..end], start));
        }
    }

    // Like Jinja's own lexer, this takes a closing brace for the end only where no bracket is open.
    private void ReadCode(char close)
    {
        int depth = 0;
        while (position < template.Length)
        {
            char next = template[position];
            if (depth == 0 && next == close && position + 1 < template.Length && template[position + 1] == '}')
            {
                tokens.Add(new(TemplateTokenKind.End, template.Substring(position, 2), position));
                position += 2;
                return;
            }

            if (char.IsWhiteSpace(next))
            {
                position++;
            }
            else if (next is '\'' or '"')
            {
                ReadText(next);
            }
            else if (char.IsLetterOrDigit(next) || next == '_')
            {
                int start = position;
                while (position < template.Length && (char.IsLetterOrDigit(template[position]) || template[position] == '_'))
                {
                    position++;
                }

                tokens.Add(new(TemplateTokenKind.Name, template[start..position], start));
            }
            else
            {
                depth += next is '(' or '[' or '{' ? 1 : next is ')' or ']' or '}' && depth > 0 ? -1 : 0;
                tokens.Add(new(TemplateTokenKind.Mark, next.ToString(), position++));
            }
        }
    }

    private void ReadText(char quote)
    {
        int start = position++;
        StringBuilder text = new();
        while (position < template.Length && template[position] != quote)
        {
            text.Append(template[position] == '\\' ? ReadEscape() : template[position++]);
        }

        position = Math.Min(position + 1, template.Length);
        tokens.Add(new(TemplateTokenKind.Text, text.ToString(), start));
    }

    // Python's escapes: \x5f, \u005f and \137 are all an underscore.
    private char ReadEscape()
    {
        position++;
        if (position >= template.Length)
        {
            return '\\';
        }

        char kind = template[position++];
        int digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            bool isCode = position + digits <= template.Length
                & int.TryParse(
                    template.AsSpan(position, Math.Min(digits, template.Length - position)), NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture, out int code);
            position += isCode ? digits : 0;
            return isCode && code is >= 0 and <= char.MaxValue ? (char)code : kind;
        }

        if (kind is < '0' or > '7')
        {
            return kind switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'f' => '\f', 'v' => '\v', 'a' => '\a', 'b' => '\b', _ => kind };
        }

        int octal = kind - '0';
        for (int i = 0; i < 2 && position < template.Length && template[position] is >= '0' and <= '7'; i++)
        {
            octal = (octal * 8) + template[position++] - '0';
        }

        return (char)octal;
    }
}
