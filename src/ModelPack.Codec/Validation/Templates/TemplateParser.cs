namespace ModelPack.Validation.Templates;

/// <summary>Parses the statements of a Jinja template, as far as published chat templates use them.</summary>
internal sealed class TemplateParser
{
    // A chain of operators becomes a tree as deep as it is long; the longest block of published templates has some 100 tokens.
    private const int LongestBlock = 2000;

    private readonly TemplateTokens tokens;
    private readonly TemplateExpressions expressions;

    private TemplateParser(TemplateTokens tokens)
    {
        this.tokens = tokens;
        expressions = new(tokens);
    }

    /// <summary>The template as a tree; a problem where it has a form that is not known here.</summary>
    public static (TemplateNode Body, string? Problem, int Position) Parse(string template)
    {
        List<TemplateToken> all = TemplateLexer.Read(template);
        if (LongBlock(all) is { } start)
        {
            return (new(TemplateNodeKind.Body, "", 0), $"a block has more than {LongestBlock} words and marks", start);
        }

        TemplateTokens tokens = new(all);
        TemplateParser parser = new(tokens);
        TemplateNode body = parser.Body();
        return (body, tokens.Problem, tokens.Position);
    }

    private static int? LongBlock(List<TemplateToken> tokens)
    {
        int start = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            start = tokens[i].Kind == TemplateTokenKind.Begin ? i : start;
            if (i - start > LongestBlock && tokens[i].Kind is not (TemplateTokenKind.Data or TemplateTokenKind.End))
            {
                return tokens[start].Position;
            }
        }

        return null;
    }

    // Up to one of the statements that end the block, whose beginning is taken; the word itself is not.
    private TemplateNode Body(params string[] ends)
    {
        List<TemplateNode> statements = [];
        int position = tokens.Position;
        while (!tokens.IsAtEnd)
        {
            TemplateToken token = tokens.Take();
            if (token.Kind == TemplateTokenKind.Data)
            {
                statements.Add(new(TemplateNodeKind.Data, token.Value, token.Position));
                continue;
            }

            _ = tokens.TryMark("-") || tokens.TryMark("+");
            if (token.Value == "{{")
            {
                statements.Add(new(TemplateNodeKind.Output, "", token.Position, expressions.Tuple()));
                End("}}");
            }
            else if (tokens.Current.Kind == TemplateTokenKind.Name && ends.Contains(tokens.Current.Value))
            {
                return new(TemplateNodeKind.Body, "", position, [.. statements]);
            }
            else
            {
                statements.Add(tokens.Nested(Statement));
            }
        }

        if (ends.Length > 0)
        {
            tokens.Fail($"'{ends[^1]}' is missing");
        }

        return new(TemplateNodeKind.Body, "", position, [.. statements]);
    }

    private void End(string mark)
    {
        if (tokens.Current.IsMark('-') || tokens.Current.IsMark('+'))
        {
            tokens.Take();
        }

        if (tokens.Current.Kind != TemplateTokenKind.End || tokens.Current.Value != mark)
        {
            tokens.Fail($"'{mark}' is missing");
            return;
        }

        tokens.Take();
    }

    private TemplateNode Block(params string[] ends)
    {
        End("%}");
        return Body(ends);
    }

    // Takes the word that ended a block, and its closing mark.
    private void Close()
    {
        tokens.Take();
        if (tokens.Current.Kind == TemplateTokenKind.Name)
        {
            tokens.Take();
        }

        End("%}");
    }

    private TemplateNode Statement()
    {
        int position = tokens.Position;
        string word = tokens.Name();
        switch (word)
        {
            case "if":
                return If(position);
            case "for":
                return For(position);
            case "set":
                return Set(position);
            case "macro":
                return Macro(position);
            case "call":
                IReadOnlyList<TemplateNode> parameters = tokens.IsMark("(") ? Parameters() : [];
                return Enclosed(position, expressions.Expression(), "endcall", [.. parameters]);
            case "filter":
                return Enclosed(position, expressions.Filters(new(TemplateNodeKind.Nothing, "", position)), "endfilter");
            case "generation":
                return Enclosed(position, new(TemplateNodeKind.Nothing, "", position), "endgeneration");
            case "do":
                TemplateNode done = new(
                    TemplateNodeKind.Set, "", position, new TemplateNode(TemplateNodeKind.Nothing, "", position), expressions.Tuple());
                End("%}");
                return done;
            case "break" or "continue":
                End("%}");
                return new(TemplateNodeKind.Jump, word, position);
            default:
                return tokens.Fail($"the statement '{word}' is not known");
        }
    }

    private TemplateNode Enclosed(int position, TemplateNode expression, string end, params TemplateNode[] parameters)
    {
        TemplateNode body = Block(end);
        Close();
        return new(
            TemplateNodeKind.Block, end, position, expression, body, new TemplateNode(TemplateNodeKind.List, "", position, parameters));
    }

    private TemplateNode If(int position)
    {
        List<TemplateNode> parts = [expressions.Tuple(), Block("elif", "else", "endif")];
        while (tokens.TryWord("elif"))
        {
            parts.Add(expressions.Tuple());
            parts.Add(Block("elif", "else", "endif"));
        }

        if (tokens.TryWord("else"))
        {
            parts.Add(Block("endif"));
        }

        Close();
        return new(TemplateNodeKind.If, "", position, [.. parts]);
    }

    private TemplateNode For(int position)
    {
        TemplateNode target = Targets();
        if (!tokens.TryWord("in"))
        {
            tokens.Fail("'in' is missing");
        }

        TemplateNode list = expressions.WithoutCondition();
        TemplateNode filter = tokens.TryWord("if") ? expressions.Expression() : new(TemplateNodeKind.Nothing, "", position);
        tokens.TryWord("recursive");
        TemplateNode body = Block("else", "endfor");
        TemplateNode other = tokens.TryWord("else") ? Block("endfor") : new(TemplateNodeKind.Body, "", position);
        Close();
        return new(TemplateNodeKind.For, "", position, target, list, filter, body, other);
    }

    private TemplateNode Set(int position)
    {
        TemplateNode target = Targets();
        if (tokens.TryMark("="))
        {
            TemplateNode value = expressions.Tuple();
            End("%}");
            return new(TemplateNodeKind.Set, "", position, target, value);
        }

        TemplateNode nothing = new(TemplateNodeKind.Nothing, "", position);
        TemplateNode filters = tokens.TryMark("|") ? expressions.Filters(nothing) : nothing;
        TemplateNode body = Block("endset");
        Close();
        return new(TemplateNodeKind.SetBlock, "", position, target, body, filters);
    }

    private TemplateNode Macro(int position)
    {
        string name = tokens.Name();
        TemplateNode parameters = new(TemplateNodeKind.List, "", position, [.. Parameters()]);
        TemplateNode body = Block("endmacro");
        Close();
        return new(TemplateNodeKind.Macro, name, position, parameters, body);
    }

    private List<TemplateNode> Parameters()
    {
        List<TemplateNode> parameters = [];
        tokens.Expect("(");
        while (!tokens.IsAtEnd && !tokens.TryMark(")"))
        {
            TemplateNode name = new(TemplateNodeKind.Name, tokens.Name(), tokens.Position);
            parameters.Add(tokens.TryMark("=") ? new(TemplateNodeKind.Keyword, name.Value, name.Position, expressions.Expression()) : name);
            if (!tokens.IsMark(")"))
            {
                tokens.Expect(",");
            }
        }

        return parameters;
    }

    // a, b or ns.a
    private TemplateNode Targets()
    {
        List<TemplateNode> targets = [];
        bool isTuple = tokens.TryMark("(");
        do
        {
            TemplateNode name = new(TemplateNodeKind.Name, tokens.Name(), tokens.Position);
            targets.Add(tokens.TryMark(".") ? new(TemplateNodeKind.Attribute, tokens.Name(), name.Position, name) : name);
        }
        while (tokens.TryMark(","));
        if (isTuple)
        {
            tokens.Expect(")");
        }

        return targets.Count == 1 ? targets[0] : new(TemplateNodeKind.List, "", targets[0].Position, [.. targets]);
    }
}
