using ModelPack.Codec.Proof.Validation.Facts;
using ModelPack.Codec.Proof.Validation.Templates;

namespace ModelPack.Codec.Proof.Validation.Checks;

/// <summary>Chat templates that reach beyond their data. A template is read as text; nothing renders it.</summary>
internal static class TemplateCheck
{
    public static void Run(ValidationContext context)
    {
        foreach (ChatTemplate template in context.Templates)
        {
            foreach (TemplateConstruct construct in TemplateScanner.Scan(template.Text))
            {
                context.Find(
                    ValidationErrors.Template,
                    template.Place,
                    $"line {construct.Line} uses {construct.What}: '{construct.Excerpt}'",
                    template.ByteOffset);
            }
        }
    }
}
