namespace ModelPack.Codec.Proof.Validation.Templates;

internal enum TemplateTokenKind
{
    /// <summary>Where an expression or a statement begins.</summary>
    Begin,
    Name,
    Text,
    Mark,
}

/// <summary>A token of the code of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The name, the text without quotes and escapes, the mark; <c>{{</c> or <c>{%</c> for a beginning.</param>
/// <param name="Position">Where it stands in the template.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Value, int Position)
{
    public bool IsMark(char mark) => Kind == TemplateTokenKind.Mark && Value[0] == mark;
}
