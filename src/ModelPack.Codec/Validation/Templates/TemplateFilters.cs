using System.Collections.Immutable;

namespace ModelPack.Validation.Templates;

/// <summary>What filters give, and tests.</summary>
internal sealed class TemplateFilters(TemplateEvaluator evaluator, TemplateKnowledge knowledge)
{
    private static readonly ImmutableArray<string> Measures = ["length", "count", "int", "float", "abs", "wordcount", "round"];
    private static readonly ImmutableArray<string> ByAttribute = ["groupby", "selectattr", "rejectattr"];

    public TemplateValue Filter(TemplateNode node, bool isGuarded)
    {
        TemplateValue value = evaluator.Evaluate(node.Children[0], isGuarded);
        TemplateNode[] given = node.Children[1..];
        TemplateValue values = evaluator.AllOf(given, isGuarded);
        if (!TemplateWords.Filters.Contains(node.Value))
        {
            knowledge.Doubt(node.Position, $"the filter '{node.Value}'");
        }

        TemplateNode? attribute = Array.Find(
            given, argument => argument is { Kind: TemplateNodeKind.Keyword, Value: "attribute" }) is { } named ? named.Children[0]
            : ByAttribute.Contains(node.Value) && given.Length > 0 ? given[0]
            : null;
        if (attribute is not null)
        {
            return WithAttribute(node, value, attribute, given);
        }

        if (node.Value is "map" or "select" or "reject" && given.Length > 0)
        {
            return Inner(node, value, given, values);
        }

        return node.Value switch
        {
            "tojson" or "to_json" or "string" or "pprint" or "join" => value.AsText().With(values),
            "lower" => value.Map(text => text.ToLowerInvariant()),
            "upper" => value.Map(text => text.ToUpperInvariant()),
            "trim" => value.Map(text => text.Trim()),
            "list" or "safe" or "e" or "escape" or "sort" or "unique" => value,
            "items" or "dictsort" => value.Pairs(),
            "default" or "d" => value.Or(values),
            "first" or "last" => value.Has(TemplateTraits.Content | TemplateTraits.Pairs | TemplateTraits.Groups)
                ? value.Element().And(TemplateTraits.Text)
                : value.Element(),
            "replace" =>
                value.AsText().With(values)
                .And(TemplatePhrases.Compare(
                    evaluator.AllOf(given.Take(1), isGuarded), value, isMembership: true).Traits),
            _ when Measures.Contains(node.Value) => value.Measure(),
            _ => value.AsText().With(values).Made(),
        };
    }

    public TemplateValue Test(TemplateNode node, bool isGuarded)
    {
        TemplateValue value = evaluator.Evaluate(node.Children[0], isGuarded);
        TemplateValue values = evaluator.AllOf(node.Children[1..], isGuarded);
        if (!TemplateWords.Tests.Contains(node.Value))
        {
            knowledge.Doubt(node.Position, $"the test '{node.Value}'");
        }

        return node.Children.Length > 1 ? TemplatePhrases.Compare(value, values, node.Value == "in") : value.Measure();
    }

    private TemplateValue WithAttribute(TemplateNode node, TemplateValue value, TemplateNode attribute, TemplateNode[] given)
    {
        if (attribute.Kind is not (TemplateNodeKind.Constant or TemplateNodeKind.Number))
        {
            knowledge.Doubt(attribute.Position, "an attribute whose name the template computes");
            return value.Made();
        }

        foreach (string part in attribute.Value.Split('.'))
        {
            knowledge.EnsureKey(attribute.Position, part);
        }

        TemplateValue field = attribute.Value.Split('.').Aggregate(value.Element(), (inside, part) => inside.Field(part));
        if (node.Value is "selectattr" or "rejectattr" && given.Length > 2)
        {
            TemplateValue phrase = evaluator.AllOf(given[2..], isGuarded: false);
            return value.And(TemplatePhrases.Compare(phrase, field, isMembership: true).Traits);
        }

        return node.Value switch
        {
            "map" => field.Has(TemplateTraits.Content) ? field.And(TemplateTraits.Text) : field,
            "sum" or "join" => field.AsText().Made(),
            "groupby" => value.And(field.IsText ? TemplateTraits.Groups : TemplateTraits.Pairs),
            _ => value,
        };
    }

    // map('lower'), select('equalto', x): the filter or test is named by a text.
    private TemplateValue Inner(TemplateNode node, TemplateValue value, TemplateNode[] given, TemplateValue values)
    {
        string? name = given[0] is { Kind: TemplateNodeKind.Constant } constant ? constant.Value : null;
        bool isKnown = name is not null && (node.Value == "map" ? TemplateWords.Filters : TemplateWords.Tests).Contains(name);
        if (!isKnown)
        {
            knowledge.Doubt(node.Position, $"{(node.Value == "map" ? "the filter" : "the test")} '{name ?? "that the template computes"}'");
        }

        return node.Value == "map"
            ? value.With(values).Or(value)
            : value.And(TemplatePhrases.Compare(values, value, isMembership: true).Traits);
    }
}
