using System.Globalization;

namespace ModelPack.Validation.Templates;

/// <summary>A piece of a parsed template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The name, operator or text; empty where there is none.</param>
/// <param name="Position">Where it stands in the template.</param>
/// <param name="Children">Its parts.</param>
internal sealed record TemplateNode(TemplateNodeKind Kind, string Value, int Position, params TemplateNode[] Children)
{
    // A range or repetition beyond this is no conversation.
    private const int LargestNumber = 100_000;

    /// <summary>What a variable, or an attribute of a namespace, is remembered by.</summary>
    public string Key => Kind == TemplateNodeKind.Attribute ? $"{Children[0].Value}.{Value}" : Value;

    public bool IsLargeNumber =>
        Kind == TemplateNodeKind.Number
        && !(double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number <= LargestNumber);
}
