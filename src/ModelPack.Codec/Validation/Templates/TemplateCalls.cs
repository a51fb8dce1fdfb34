using System.Collections.Immutable;
using System.Globalization;

namespace ModelPack.Validation.Templates;

/// <summary>What functions, macros and methods give.</summary>
internal sealed class TemplateCalls(TemplateEvaluator evaluator, TemplateKnowledge knowledge)
{
    private static readonly ImmutableArray<string> Searches = ["startswith", "endswith", "find", "rfind", "index", "rindex", "count"];
    private static readonly ImmutableArray<string> Cuts = [
        "split", "rsplit", "partition", "rpartition", "replace", "removeprefix", "removesuffix", "strip", "lstrip", "rstrip"];

    public TemplateValue Call(TemplateNode node, bool isGuarded)
    {
        TemplateNode callee = node.Children[0];
        TemplateNode[] given = node.Children[1..];
        TemplateValue values = evaluator.AllOf(given, isGuarded);
        if (callee.Kind == TemplateNodeKind.Name)
        {
            return Function(node, callee.Value, given, values, isGuarded);
        }

        if (callee.Kind != TemplateNodeKind.Attribute)
        {
            knowledge.Doubt(node.Position, "a call of something that is computed");
            return evaluator.Evaluate(callee, isGuarded).Or(values).Made();
        }

        TemplateValue value = evaluator.Evaluate(callee.Children[0], isGuarded);
        if (callee.Value == "format" && value.Texts.Length > 0 && value.Texts.All(IsPlainFormat))
        {
            return value.With(values).Made();
        }

        if (!TemplateWords.Methods.Contains(callee.Value))
        {
            knowledge.Doubt(callee.Position, $"the method '{callee.Value}'");
        }

        if (TemplateWords.Changes.Contains(callee.Value))
        {
            Change(callee.Children[0], isGuarded ? values.And(TemplateTraits.Triggered) : values);
        }

        return callee.Value switch
        {
            "get" when given.Length > 0 && given[0].Kind == TemplateNodeKind.Constant => value.Field(given[0].Value).Or(values.Measure()),
            "get" => evaluator.Subscript(
                new(TemplateNodeKind.Subscript, "", node.Position, callee.Children[0], given.Length > 0 ? given[0] : node),
                isGuarded).Or(values),
            "items" => value.Pairs(),
            "values" => value.Pairs().PairValue(),
            "keys" or "copy" => value,
            "lower" or "casefold" => value.Map(text => text.ToLowerInvariant()),
            "upper" => value.Map(text => text.ToUpperInvariant()),
            _ when Searches.Contains(callee.Value) => TemplatePhrases.Compare(values, value, isMembership: true),
            _ when Cuts.Contains(callee.Value) =>
                value.AsText().Or(values.Measure()).Made().Or(callee.Value == "replace" ? values.Made() : TemplateValue.None)
                .And(TemplatePhrases.Compare(
                    evaluator.AllOf(given.Take(1), isGuarded), value, isMembership: true).Traits),
            _ => value.AsText().With(values),
        };
    }

    private TemplateValue Function(TemplateNode node, string name, TemplateNode[] given, TemplateValue values, bool isGuarded)
    {
        knowledge.LearnArgument(name, TemplateKnowledge.Any, values);
        if (knowledge.Macros.TryGetValue(name, out TemplateValue made))
        {
            for (int i = 0; i < given.Length; i++)
            {
                string parameter = given[i].Kind == TemplateNodeKind.Keyword ? given[i].Value : i.ToString(CultureInfo.InvariantCulture);
                knowledge.LearnArgument(name, parameter, evaluator.Evaluate(given[i], isGuarded));
            }

            return made.Or(values).Made();
        }

        if (!TemplateWords.Functions.Contains(name))
        {
            knowledge.Doubt(node.Position, $"the function '{name}'");
        }

        if (name == "range" && Array.Exists(given, argument => argument.IsLargeNumber))
        {
            knowledge.Doubt(node.Position, "a range of very many numbers");
        }

        return name is "raise_exception" or "range" ? values.Measure() : name == "strftime_now" ? TemplateValue.Data : values;
    }

    // What is changed within an attribute of a namespace is that attribute; within anything else, the whole.
    private void Change(TemplateNode target, TemplateValue value)
    {
        if (target is { Kind: TemplateNodeKind.Attribute, Children: [{ Kind: TemplateNodeKind.Name }] })
        {
            knowledge.LearnAttribute(target.Key, value);
            return;
        }

        while (target.Kind is TemplateNodeKind.Attribute or TemplateNodeKind.Subscript or TemplateNodeKind.Call or TemplateNodeKind.Filter)
        {
            target = target.Children[0];
        }

        knowledge.LearnChange(target.Value, value);
    }

    // '{}' and '{name}' only: '{0.x}' and '{0[x]}' reach attributes.
    private static bool IsPlainFormat(string text) => !text.Contains('{', StringComparison.Ordinal)
        || text.Split('{').Skip(1)
        .All(part => part.IndexOfAny(['.', '[']) is < 0 || part.IndexOfAny(['.', '[']) > part.IndexOf('}', StringComparison.Ordinal));
}
