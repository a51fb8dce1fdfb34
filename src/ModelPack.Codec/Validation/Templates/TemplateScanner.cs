using System.Collections.Frozen;

namespace ModelPack.Validation.Templates;

/// <summary>Something in a template that has no business there.</summary>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="What">What it is, in words.</param>
/// <param name="Excerpt">The code around it.</param>
internal readonly record struct TemplateConstruct(int Line, string What, string Excerpt);

/// <summary>
/// Looks through the code of a template for the ways out of a template language: Python's internals, calls that run code or open files,
/// other templates. Plain text of a template may say anything.
/// </summary>
internal static class TemplateScanner
{
    private const int Shown = 60;
    private const int Before = 20;
    private const int MaximumFound = 20;
    private const int MaximumJoined = 64;
    private const string DoubleUnderscore = "__";

    private static readonly FrozenSet<string> Statements = FrozenSet.ToFrozenSet(
        ["import", "from", "include", "extends"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Calls = FrozenSet.ToFrozenSet(
        [
            "eval", "exec", "execfile", "compile", "open", "popen", "spawn", "getattr", "setattr", "delattr", "globals", "locals", "vars",
            "breakpoint",
            "getoutput", "check_output", "import_module",
        ],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> Modules = FrozenSet.ToFrozenSet(
        ["os", "sys", "subprocess", "builtins", "importlib", "shutil", "socket", "pickle", "ctypes", "pty", "posix", "nt", "platform"],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> Internals = FrozenSet.ToFrozenSet(
        [
            "mro", "func_globals", "func_code", "im_func", "im_self", "gi_frame", "gi_code", "cr_frame", "cr_code", "ag_frame", "ag_code",
            "tb_frame",
            "f_globals", "f_builtins", "f_locals", "f_back", "f_code",
        ],
        StringComparer.Ordinal);

    // Texts such as <__media__> are legitimate, so in a text only these names count.
    private static readonly string[] InternalTexts =
    [
        "__class__", "__globals__", "__builtins__", "__subclasses__", "__mro__", "__base__", "__bases__", "__init__", "__import__",
        "__dict__", "__code__",
        "__getattribute__", "__getattr__", "__getitem__", "__reduce__", "__reduce_ex__", "__self__", "__module__", "__func__",
        "__closure__", "__call__", "__new__",
        "__loader__", "__spec__", "__wrapped__",
    ];

    /// <summary>The first of such places, in the order of the template.</summary>
    public static IEnumerable<TemplateConstruct> Scan(string template)
    {
        List<TemplateToken> tokens = TemplateLexer.Read(template);
        return Find(template, tokens)
            .DistinctBy(found => (found.Line, found.What))
            .Take(MaximumFound)
            .Select(found => new TemplateConstruct(found.Line, found.What, Excerpt(template, found.Position)));
    }

    private static IEnumerable<(int Line, string What, int Position)> Find(string template, List<TemplateToken> tokens)
    {
        int line = 1;
        int counted = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            line += template.AsSpan(counted, tokens[i].Position - counted).Count('\n');
            counted = tokens[i].Position;
            string? what = tokens[i].Kind switch
            {
                TemplateTokenKind.Name => Name(tokens, i),
                TemplateTokenKind.Text => Text(tokens, i),
                _ => null,
            };
            if (what is not null)
            {
                yield return (line, what, tokens[i].Position);
            }
        }
    }

    private static string? Name(List<TemplateToken> tokens, int i)
    {
        string name = tokens[i].Value;
        TemplateToken before = i > 0 ? tokens[i - 1] : default;
        TemplateToken after = i + 1 < tokens.Count ? tokens[i + 1] : default;
        bool isCall = after.IsMark('(');
        bool isMember = before.IsMark('.');
        return name switch
        {
            _ when name.StartsWith(DoubleUnderscore, StringComparison.Ordinal) || Internals.Contains(name) && isMember =>
                $"the Python internal '{name}'",
            _ when Statements.Contains(name) && IsStatement(tokens, i) => $"the statement '{name}', which loads other templates",
            "import" => "the word 'import'",
            "attr" when before.IsMark('|') => "the filter 'attr', which reaches any attribute",
            "system" when isCall && isMember => "a call of 'system'",
            _ when isCall && Calls.Contains(name) => $"a call of '{name}'",
            _ when Modules.Contains(name) && after.IsMark('.') => $"the module '{name}'",
            _ => null,
        };
    }

    private static bool IsStatement(List<TemplateToken> tokens, int i)
    {
        int first = i - 1;
        while (first > 0 && (tokens[first].IsMark('-') || tokens[first].IsMark('+')))
        {
            first--;
        }

        return first >= 0 && tokens[first] is { Kind: TemplateTokenKind.Begin, Value: "{%" };
    }

    private static string? Text(List<TemplateToken> tokens, int i)
    {
        // A name in pieces is joined: 'a' ~ 'b', 'a' + 'b' and 'a' 'b' are one text.
        string text = tokens[i].Value;
        for (int next = i + 1; next < Math.Min(tokens.Count, i + MaximumJoined); next++)
        {
            if (tokens[next].Kind == TemplateTokenKind.Text)
            {
                text += tokens[next].Value;
            }
            else if (!tokens[next].IsMark('~') && !tokens[next].IsMark('+'))
            {
                break;
            }
        }

        bool isFilterName = text == "attr" && i >= 2 && tokens[i - 1].IsMark('(') && tokens[i - 2].Value == "map";
        return isFilterName ? "the filter 'attr', which reaches any attribute"
            : InternalTexts.FirstOrDefault(name => text.Contains(name, StringComparison.Ordinal)) is { } found
            ? $"the Python internal '{found}' as a text"
            : null;
    }

    private static string Excerpt(string template, int position)
    {
        int start = Math.Max(0, position - Before);
        string text = template.Substring(start, Math.Min(Shown, template.Length - start));
        return string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
    }
}
