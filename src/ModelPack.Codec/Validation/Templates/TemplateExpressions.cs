namespace ModelPack.Validation.Templates;

/// <summary>Parses Jinja's expressions, with Jinja's precedence.</summary>
internal sealed class TemplateExpressions(TemplateTokens tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">"];
    private static readonly string[][] Operators = [["+", "-"], ["~"], ["//", "*", "/", "%"]];

    /// <summary>One expression, with commas a tuple.</summary>
    public TemplateNode Tuple()
    {
        TemplateNode first = Expression();
        if (!tokens.IsMark(","))
        {
            return first;
        }

        List<TemplateNode> items = [first];
        while (tokens.TryMark(",") && StartsExpression())
        {
            items.Add(Expression());
        }

        return new(TemplateNodeKind.List, "", first.Position, [.. items]);
    }

    public TemplateNode Expression() => tokens.Nested(() =>
    {
        TemplateNode value = Or();
        while (tokens.TryWord("if"))
        {
            TemplateNode condition = Or();
            TemplateNode other = tokens.TryWord("else") ? Expression() : Nothing();
            value = new(TemplateNodeKind.Condition, "", value.Position, condition, value, other);
        }

        return value;
    });

    /// <summary>What a loop goes through: its own "if" and "else" are no conditional expression.</summary>
    public TemplateNode WithoutCondition() => tokens.Nested(Or);

    /// <summary>Filters behind a statement: {% filter a | b %}, {% set x | a %}.</summary>
    public TemplateNode Filters(TemplateNode value)
    {
        do
        {
            value = Filter(value);
        }
        while (tokens.TryMark("|"));
        return value;
    }

    private static TemplateNode Nothing() => new(TemplateNodeKind.Nothing, "", 0);

    private bool StartsExpression() => tokens.Current.Kind is TemplateTokenKind.Name or TemplateTokenKind.Text
        || tokens.IsMark("(") || tokens.IsMark("[") || tokens.IsMark("{") || tokens.IsMark("-") || tokens.IsMark("+");

    private TemplateNode Or()
    {
        TemplateNode left = And();
        while (tokens.TryWord("or"))
        {
            left = new(TemplateNodeKind.Logic, "or", left.Position, left, And());
        }

        return left;
    }

    private TemplateNode And()
    {
        TemplateNode left = Not();
        while (tokens.TryWord("and"))
        {
            left = new(TemplateNodeKind.Logic, "and", left.Position, left, Not());
        }

        return left;
    }

    private TemplateNode Not()
    {
        int position = tokens.Position;
        return tokens.TryWord("not") ? new(TemplateNodeKind.Logic, "not", position, tokens.Nested(Not)) : Compare();
    }

    private TemplateNode Compare()
    {
        TemplateNode left = Binary(0);
        while (Comparison() is { } comparison)
        {
            left = new(TemplateNodeKind.Compare, comparison, left.Position, left, Binary(0));
        }

        return left;
    }

    private string? Comparison()
    {
        if (tokens.TryWord("in"))
        {
            return "in";
        }

        if (tokens.TryWord("not"))
        {
            if (!tokens.TryWord("in"))
            {
                tokens.Fail("'in' is missing");
            }

            return "in";
        }

        return Array.Find(Comparisons, tokens.TryMark);
    }

    private TemplateNode Binary(int level)
    {
        if (level == Operators.Length)
        {
            return Power();
        }

        TemplateNode left = Binary(level + 1);
        while (Array.Find(Operators[level], tokens.TryMark) is { } mark)
        {
            left = new(TemplateNodeKind.Binary, mark, left.Position, left, Binary(level + 1));
        }

        return left;
    }

    private TemplateNode Power()
    {
        TemplateNode left = Unary();
        while (tokens.TryMark("**"))
        {
            left = new(TemplateNodeKind.Binary, "**", left.Position, left, Unary());
        }

        return left;
    }

    private TemplateNode Unary()
    {
        int position = tokens.Position;
        return tokens.TryMark("-") || tokens.TryMark("+")
            ? new(TemplateNodeKind.Binary, "-", position, tokens.Nested(Unary), Nothing())
            : Postfix(Primary());
    }

    private TemplateNode Primary()
    {
        TemplateToken token = tokens.Current;
        switch (token.Kind)
        {
            case TemplateTokenKind.Text:
                string text = "";
                while (tokens.Current.Kind == TemplateTokenKind.Text)
                {
                    text += tokens.Take().Value;
                }

                return new(TemplateNodeKind.Constant, text, token.Position);
            case TemplateTokenKind.Name:
                tokens.Take();
                return new(char.IsDigit(token.Value[0]) ? TemplateNodeKind.Number : TemplateNodeKind.Name, token.Value, token.Position);
            default:
                return tokens.TryMark("(") ? Parenthesis(token.Position)
                    : tokens.TryMark("[") ? Items("]", token.Position)
                    : tokens.TryMark("{") ? Pairs(token.Position)
                    : tokens.Fail("an expression is missing");
        }
    }

    private TemplateNode Parenthesis(int position)
    {
        if (tokens.TryMark(")"))
        {
            return new(TemplateNodeKind.List, "", position);
        }

        TemplateNode inner = Tuple();
        tokens.Expect(")");
        return inner;
    }

    private TemplateNode Items(string close, int position)
    {
        List<TemplateNode> items = [];
        while (!tokens.IsAtEnd && !tokens.TryMark(close))
        {
            items.Add(Expression());
            if (!tokens.IsMark(close))
            {
                tokens.Expect(",");
            }
        }

        return new(TemplateNodeKind.List, "", position, [.. items]);
    }

    private TemplateNode Pairs(int position)
    {
        List<TemplateNode> items = [];
        while (!tokens.IsAtEnd && !tokens.TryMark("}"))
        {
            items.Add(Expression());
            tokens.Expect(":");
            items.Add(Expression());
            if (!tokens.IsMark("}"))
            {
                tokens.Expect(",");
            }
        }

        return new(TemplateNodeKind.Dictionary, "", position, [.. items]);
    }

    private TemplateNode Postfix(TemplateNode value)
    {
        while (!tokens.IsAtEnd)
        {
            if (tokens.TryMark("."))
            {
                // x.0 is x[0], and 1.5 a number.
                value = tokens.Current is { Kind: TemplateTokenKind.Name } part && char.IsDigit(part.Value[0])
                    ? Indexed(value, tokens.Take())
                    : new(TemplateNodeKind.Attribute, tokens.Name(), value.Position, value);
            }
            else if (tokens.TryMark("["))
            {
                value = new(TemplateNodeKind.Subscript, "", value.Position, value, Index());
            }
            else if (tokens.TryMark("("))
            {
                value = new(TemplateNodeKind.Call, "", value.Position, [value, .. Arguments()]);
            }
            else if (tokens.TryMark("|"))
            {
                value = Filter(value);
            }
            else if (tokens.TryWord("is"))
            {
                value = Test(value);
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private static TemplateNode Indexed(TemplateNode value, TemplateToken digits) => value.Kind == TemplateNodeKind.Number
        ? value with { Value = $"{value.Value}.{digits.Value}" }
        : new(TemplateNodeKind.Subscript, "", value.Position, value,
            new TemplateNode(TemplateNodeKind.Number, digits.Value, digits.Position));

    private TemplateNode Index()
    {
        List<TemplateNode> parts = [];
        int position = tokens.Position;
        bool isSlice = false;
        while (!tokens.IsAtEnd && !tokens.TryMark("]"))
        {
            if (tokens.TryMark(":"))
            {
                isSlice = true;
            }
            else
            {
                parts.Add(Tuple());
            }
        }

        return isSlice || parts.Count != 1 ? new(TemplateNodeKind.Slice, "", position, [.. parts]) : parts[0];
    }

    private List<TemplateNode> Arguments()
    {
        List<TemplateNode> arguments = [];
        while (!tokens.IsAtEnd && !tokens.TryMark(")"))
        {
            _ = tokens.TryMark("**") || tokens.TryMark("*");
            TemplateNode argument = Expression();
            arguments.Add(
                argument.Kind == TemplateNodeKind.Name && tokens.TryMark("=")
                    ? new(TemplateNodeKind.Keyword, argument.Value, argument.Position, Expression())
                    : argument);
            if (!tokens.IsMark(")"))
            {
                tokens.Expect(",");
            }
        }

        return arguments;
    }

    private TemplateNode Filter(TemplateNode value)
    {
        int position = tokens.Position;
        string name = tokens.Name();
        while (tokens.TryMark("."))
        {
            name += $".{tokens.Name()}";
        }

        return new(TemplateNodeKind.Filter, name, position, [value, .. tokens.TryMark("(") ? Arguments() : []]);
    }

    private TemplateNode Test(TemplateNode value)
    {
        int position = tokens.Position;
        bool isNegated = tokens.TryWord("not");
        string name = tokens.Name();

        // x is divisibleby 3: one argument may stand without parentheses.
        bool isBare = tokens.Current.Kind is TemplateTokenKind.Text
            || (tokens.Current.Kind is TemplateTokenKind.Name
                && tokens.Current.Value is not ("and" or "or" or "else" or "if" or "is" or "in" or "not" or "recursive"))
            || tokens.IsMark("[") || tokens.IsMark("{");
        TemplateNode test = new(
            TemplateNodeKind.Test, name, position,
            [value, .. tokens.TryMark("(") ? Arguments() : isBare ? [Postfix(Primary())] : new List<TemplateNode>()]);
        return isNegated ? new(TemplateNodeKind.Logic, "not", position, test) : test;
    }
}
