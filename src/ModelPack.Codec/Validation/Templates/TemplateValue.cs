using System.Collections.Immutable;

namespace ModelPack.Validation.Templates;

/// <summary>A value: its traits, and the texts that it can be where these stand in the template.</summary>
internal readonly record struct TemplateValue(TemplateTraits Traits, ImmutableArray<string> Texts)
{
    private const int MostTexts = 32;

    private const string ContentField = "content";

    private const TemplateTraits Conversation =
        TemplateTraits.Messages | TemplateTraits.Message | TemplateTraits.Content | TemplateTraits.Part;

    private const TemplateTraits Origins = Conversation | TemplateTraits.Text | TemplateTraits.Data;

    public static TemplateValue None { get; } = new(TemplateTraits.None, []);

    public static TemplateValue Data { get; } = new(TemplateTraits.Data, []);

    /// <summary>A text as people write it, or a list that may be searched like one.</summary>
    public bool IsText => Has(TemplateTraits.Text) || Has(TemplateTraits.Content);

    /// <summary>A phrase of plain words, as far as it can be told; what is composed of letters may be one.</summary>
    public bool IsPhrase => Texts.Any(TemplateWords.IsPhrase) || (Has(TemplateTraits.Composed) && Has(TemplateTraits.Letters));

    public static TemplateValue Of(TemplateTraits traits) => new(traits, []);

    public static TemplateValue Literal(string text) => new(
        (TemplateWords.HasLetters(text) ? TemplateTraits.Letters : 0) | (TemplateWords.HasWords(text) ? TemplateTraits.Words : 0), [text]);

    public bool Has(TemplateTraits traits) => (Traits & traits) != 0;

    /// <summary>Either of the two.</summary>
    public TemplateValue Or(TemplateValue other)
    {
        ImmutableArray<string> texts = Texts.IsEmpty
            ? other.Texts
            : other.Texts.IsEmpty ? Texts : [.. Texts.Union(other.Texts, StringComparer.Ordinal)];
        return texts.Length > MostTexts ? new(Traits | other.Traits | TemplateTraits.Composed, []) : new(Traits | other.Traits, texts);
    }

    /// <summary>Made of both: the texts are no longer those of the template, unless both are one each.</summary>
    public TemplateValue With(TemplateValue other)
    {
        if (Texts.Length == 1 && other.Texts.Length == 1 && !Has(Origins | TemplateTraits.Composed)
            && !other.Has(Origins | TemplateTraits.Composed))
        {
            TemplateValue folded = Literal(Texts[0] + other.Texts[0]);
            return folded with { Traits = folded.Traits | ((Traits | other.Traits) & (TemplateTraits.Triggered | TemplateTraits.Table)) };
        }

        return Made().Or(other.Made());
    }

    /// <summary>What a function makes of it.</summary>
    public TemplateValue Made() => Texts.IsEmpty ? this : new(Traits | TemplateTraits.Composed, []);

    /// <summary>A number or a truth about it: only what it depends on remains.</summary>
    public TemplateValue Measure() => Of(Traits & TemplateTraits.Triggered);

    public bool IsSameAs(TemplateValue other) => Traits == other.Traits && Texts.Length == other.Texts.Length;

    public TemplateValue And(TemplateTraits traits) => this with { Traits = Traits | traits };

    public TemplateValue Map(Func<string, string> change) => this with { Texts = [.. Texts.Select(change)] };

    /// <summary>What a loop over it goes through.</summary>
    public TemplateValue Element()
    {
        TemplateTraits traits = Traits & ~(TemplateTraits.Messages | TemplateTraits.Content);
        traits |= Has(TemplateTraits.Messages) ? TemplateTraits.Message : 0;
        traits |= Has(TemplateTraits.Content) ? TemplateTraits.Part : 0;
        return this with { Traits = traits };
    }

    /// <summary>What stands in it under a name. A text has no fields: what has them is not one.</summary>
    public TemplateValue Field(string name)
    {
        if (!Has(Conversation))
        {
            return this;
        }

        TemplateTraits own = TemplateWords.StructuralFields.Contains(name)
            ? TemplateTraits.Data
            : name == ContentField ? TemplateTraits.Content : TemplateTraits.Text;
        return this with { Traits = (Traits & ~(Conversation | TemplateTraits.Text)) | own };
    }

    /// <summary>It as one text.</summary>
    public TemplateValue AsText() => Has(Conversation) ? this with { Traits = (Traits & ~Conversation) | TemplateTraits.Text } : this;

    /// <summary>Its names, each with what stands under it.</summary>
    public TemplateValue Pairs() => Has(Conversation) ? And(TemplateTraits.Pairs) : this;

    /// <summary>The name of a pair.</summary>
    public TemplateValue PairKey() =>
        Of((Traits & TemplateTraits.Triggered) | (Has(TemplateTraits.Groups) ? TemplateTraits.Text : TemplateTraits.Data));

    /// <summary>What stands under the name of a pair.</summary>
    public TemplateValue PairValue() =>
        this with { Traits = (Traits & ~(TemplateTraits.Pairs | TemplateTraits.Groups)) | TemplateTraits.Text };
}
