namespace ModelPack.Validation.Templates;

/// <summary>The values of a template's expressions, as far as they are known without running it.</summary>
internal sealed class TemplateEvaluator
{
    private readonly TemplateAnalysis analysis;
    private readonly TemplateKnowledge knowledge;
    private readonly TemplateCalls calls;
    private readonly TemplateFilters filters;

    public TemplateEvaluator(TemplateAnalysis analysis, TemplateKnowledge knowledge)
    {
        this.analysis = analysis;
        this.knowledge = knowledge;
        calls = new(this, knowledge);
        filters = new(this, knowledge);
    }

    public int Steps { get; private set; }

    public TemplateValue Evaluate(TemplateNode node, bool isGuarded)
    {
        Steps++;
        switch (node.Kind)
        {
            case TemplateNodeKind.Constant:
                return TemplateValue.Literal(node.Value);
            case TemplateNodeKind.Number:
                return TemplateValue.None;
            case TemplateNodeKind.Name:
                return Name(node);
            case TemplateNodeKind.Attribute:
                return Attribute(node, isGuarded);
            case TemplateNodeKind.Subscript:
                return Subscript(node, isGuarded);
            case TemplateNodeKind.Call:
                return calls.Call(node, isGuarded);
            case TemplateNodeKind.Filter:
                return filters.Filter(node, isGuarded);
            case TemplateNodeKind.Test:
                return filters.Test(node, isGuarded);
            case TemplateNodeKind.Compare:
                return TemplatePhrases.Compare(
                    Evaluate(node.Children[0], isGuarded), Evaluate(node.Children[1], isGuarded), node.Value == "in");
            case TemplateNodeKind.Binary:
                return Binary(node, isGuarded);
            case TemplateNodeKind.Condition:
                TemplateValue condition = Evaluate(node.Children[0], isGuarded);
                TemplateValue either = Evaluate(node.Children[1], isGuarded).Or(Evaluate(node.Children[2], isGuarded));
                return condition.Has(TemplateTraits.Triggered) ? either.And(TemplateTraits.Triggered) : either;
            case TemplateNodeKind.Logic when node.Value == "not":
                return Evaluate(node.Children[0], isGuarded).Measure();
            case TemplateNodeKind.List or TemplateNodeKind.Dictionary:
                return AllOf(node.Children, isGuarded).And(TemplateTraits.Table);
            default:
                return AllOf(node.Children, isGuarded);
        }
    }

    /// <summary>Any of several expressions, arguments that are given by name among them.</summary>
    public TemplateValue AllOf(IEnumerable<TemplateNode> nodes, bool isGuarded) =>
        nodes.Aggregate(TemplateValue.None, (all, node) => all.Or(Evaluate(node, isGuarded)));

    /// <summary>What stands under a key, or in a slice.</summary>
    public TemplateValue Subscript(TemplateNode node, bool isGuarded)
    {
        TemplateValue value = Evaluate(node.Children[0], isGuarded);
        TemplateNode index = node.Children[1];
        TemplateValue key = Evaluate(index, isGuarded);
        if (index.Kind == TemplateNodeKind.Constant)
        {
            knowledge.EnsureKey(index.Position, index.Value);
            return value.Field(index.Value);
        }

        if (index.Kind == TemplateNodeKind.Slice)
        {
            return value.Or(key.Measure()).Made();
        }

        if (key.Has(TemplateTraits.Composed))
        {
            knowledge.Doubt(index.Position, "a key that the template puts together");
        }

        foreach (string text in key.Texts)
        {
            knowledge.EnsureKey(index.Position, text);
        }

        // A table of the template's own that is asked with a text of somebody answers to phrases.
        TemplateTraits trigger = key.Traits & TemplateTraits.Triggered;
        trigger |= value.Has(TemplateTraits.Table) && value.Has(TemplateTraits.Letters) && key.IsText ? TemplateTraits.Triggered : 0;
        TemplateValue element = key.Texts.IsEmpty
            ? value.Element()
            : key.Texts.Aggregate(TemplateValue.None, (all, text) => all.Or(value.Field(text)));
        bool mayBeText = value.Has(TemplateTraits.Content | TemplateTraits.Message | TemplateTraits.Part) && key.Texts.IsEmpty;
        return (mayBeText ? element.And(TemplateTraits.Text) : element).And(trigger);
    }

    private TemplateValue Name(TemplateNode node)
    {
        if (analysis.Find(node.Value) is { } known)
        {
            return known.Or(knowledge.ChangesOf(node.Value));
        }

        if (TemplateWords.Insides.Contains(node.Value) || node.Value.StartsWith('_'))
        {
            knowledge.Doubt(node.Position, $"'{node.Value}', which leads inside the program that renders it");
        }

        return node.Value switch
        {
            "messages" => TemplateValue.Of(TemplateTraits.Messages),
            "true" or "false" or "none" or "True" or "False" or "None" or "loop" => TemplateValue.None,
            _ => TemplateValue.Data,
        };
    }

    private TemplateValue Attribute(TemplateNode node, bool isGuarded)
    {
        knowledge.EnsureKey(node.Position, node.Value);
        TemplateValue field = Evaluate(node.Children[0], isGuarded).Field(node.Value);
        bool isSet = knowledge.Attributes.TryGetValue(node.Key, out TemplateValue set);
        return (analysis.Find(node.Key), isSet) switch
        {
            ({ } here, true) => here.Or(set).Or(field),
            ({ } here, false) => here.Or(field),
            (null, true) => set.Or(field),
            _ => field,
        };
    }

    private TemplateValue Binary(TemplateNode node, bool isGuarded)
    {
        TemplateValue left = Evaluate(node.Children[0], isGuarded);
        TemplateValue right = Evaluate(node.Children[1], isGuarded);
        bool isRepeated = node.Value == "*" && Array.Exists(node.Children, child => child.IsLargeNumber);
        if (node.Value == "**" || isRepeated)
        {
            knowledge.Doubt(node.Position, "a power or a very long repetition");
        }

        return node.Value switch
        {
            "~" => left.AsText().With(right.AsText()),
            "+" => left.With(right),
            _ => left.Or(right).Made(),
        };
    }
}
