namespace ModelPack.Validation.Templates;

/// <summary>A piece of a parsed template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The name, operator or text; empty where there is none.</param>
/// <param name="Position">Where it stands in the template.</param>
/// <param name="Children">Its parts.</param>
internal sealed record TemplateNode(TemplateNodeKind Kind, string Value, int Position, params TemplateNode[] Children);
