namespace ModelPack.Validation.Templates;

/// <summary>Whether a comparison asks what somebody wrote for a phrase.</summary>
internal static class TemplatePhrases
{
    // A phrase on one side, and on the other what somebody wrote. Whether a message or a part has a key says nothing of its text.
    public static TemplateValue Compare(TemplateValue left, TemplateValue right, bool isMembership)
    {
        bool isTriggered = (left.IsPhrase && (IsWritten(right, isMembership) || IsLiteralMessage(left, right)))
            || (right.IsPhrase && (IsWritten(left, isMembership: false) || (!isMembership && IsLiteralMessage(right, left))));
        return TemplateValue.Of(((left.Traits | right.Traits) & TemplateTraits.Triggered) | (isTriggered ? TemplateTraits.Triggered : 0));
    }

    private static bool IsWritten(TemplateValue value, bool isMembership) =>
        value.IsText || (!isMembership && value.Has(TemplateTraits.Part));

    // A message that stands in the template: {'role': 'user', 'content': 'a phrase'}.
    private static bool IsLiteralMessage(TemplateValue literal, TemplateValue value) =>
        literal.Has(TemplateTraits.Table) && value.Has(TemplateTraits.Messages | TemplateTraits.Message);
}
