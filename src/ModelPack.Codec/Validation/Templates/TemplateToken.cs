namespace ModelPack.Validation.Templates;

internal enum TemplateTokenKind
{
    /// <summary>The text of the template itself, outside expressions and statements.</summary>
    Data,

    /// <summary>Where an expression or a statement begins.</summary>
    Begin,

    /// <summary>Where it ends.</summary>
    End,
    Name,
    Text,
    Mark,
}

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The name, the text without quotes and escapes, the mark; <c>{{</c> or <c>{%</c> for a beginning, <c>}}</c> or
/// <c>%}</c> for an end.</param>
/// <param name="Position">Where it stands in the template.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Value, int Position)
{
    public bool IsMark(char mark) => Kind == TemplateTokenKind.Mark && Value[0] == mark;
}
