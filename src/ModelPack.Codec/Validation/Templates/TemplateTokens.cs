namespace ModelPack.Validation.Templates;

/// <summary>The tokens of a template on their way through the parser. A failure ends everything: from then on there are no more
/// tokens.</summary>
internal sealed class TemplateTokens(List<TemplateToken> tokens)
{
    // Published templates nest expressions and statements some ten levels deep.
    private const int MaximumDepth = 64;

    private int next;
    private int depth;

    public string? Problem { get; private set; }

    public bool IsAtEnd => next >= tokens.Count;

    public TemplateToken Current => IsAtEnd ? default : tokens[next];

    public int Position => tokens.Count == 0 ? 0 : IsAtEnd ? tokens[^1].Position : tokens[next].Position;

    public TemplateToken Take()
    {
        TemplateToken token = Current;
        next++;
        return token;
    }

    public TemplateNode Fail(string problem)
    {
        Problem ??= problem;
        next = tokens.Count;
        return new(TemplateNodeKind.Nothing, "", 0);
    }

    /// <summary>Takes an operator of one or two marks that stand side by side.</summary>
    public bool TryMark(string mark)
    {
        if (!IsMark(mark))
        {
            return false;
        }

        next += mark.Length;
        return true;
    }

    /// <summary>Whether the operator comes next, and is not the beginning of a longer one.</summary>
    public bool IsMark(string mark)
    {
        for (int i = 0; i < mark.Length; i++)
        {
            if (next + i >= tokens.Count || !tokens[next + i].IsMark(mark[i])
                || (i > 0 && tokens[next + i].Position != tokens[next + i - 1].Position + 1))
            {
                return false;
            }
        }

        // {{ x -}}: the mark belongs to the end.
        return !(mark is "-" or "+" && next + 1 < tokens.Count && tokens[next + 1].Kind == TemplateTokenKind.End)
            && !(mark is "*" or "/" or "=" or "<" or ">" && IsFollowedBy(mark is "*" or "/" ? mark[0] : '='));
    }

    public bool TryWord(string word)
    {
        bool found = Current.Kind == TemplateTokenKind.Name && Current.Value == word;
        next += found ? 1 : 0;
        return found;
    }

    public void Expect(string mark)
    {
        if (!TryMark(mark))
        {
            Fail($"'{mark}' is missing");
        }
    }

    public string Name()
    {
        if (Current.Kind == TemplateTokenKind.Name && !char.IsDigit(Current.Value[0]))
        {
            return Take().Value;
        }

        Fail("a name is missing");
        return "";
    }

    /// <summary>Parses something that may hold more of its kind.</summary>
    public TemplateNode Nested(Func<TemplateNode> parse)
    {
        if (++depth > MaximumDepth)
        {
            return Fail($"it is nested deeper than {MaximumDepth} levels");
        }

        TemplateNode node = parse();
        depth--;
        return node;
    }

    private bool IsFollowedBy(char mark) =>
        next + 1 < tokens.Count && tokens[next + 1].IsMark(mark) && tokens[next + 1].Position == tokens[next].Position + 1;
}
