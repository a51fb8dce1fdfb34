using System.Collections.Immutable;
using System.Globalization;

namespace ModelPack.Validation.Templates;

/// <summary>What is known of the values of a template's expressions, and which of them are not known to be harmless.</summary>
internal sealed class TemplateEvaluator(TemplateAnalysis analysis)
{
    // A range or repetition beyond this is no conversation.
    private const int LargestNumber = 100_000;
    private const string ContentField = "content";

    private static readonly ImmutableArray<string> Searches = ["startswith", "endswith", "find", "rfind", "index", "rindex", "count"];
    private static readonly ImmutableArray<string> Cuts = [
        "split", "rsplit", "partition", "rpartition", "replace", "removeprefix", "removesuffix", "strip", "lstrip", "rstrip"];
    private static readonly ImmutableArray<string> Measures = ["length", "count", "int", "float", "abs", "wordcount", "round"];
    private static readonly ImmutableArray<string> ByAttribute = ["groupby", "selectattr", "rejectattr"];

    private readonly SortedDictionary<int, string> doubts = [];
    private readonly Dictionary<string, TemplateValue> arguments = new(StringComparer.Ordinal);

    /// <summary>What macros give.</summary>
    public Dictionary<string, TemplateValue> Macros { get; } = new(StringComparer.Ordinal);

    /// <summary>What the attributes of namespaces were ever set to.</summary>
    public Dictionary<string, TemplateValue> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>What was ever put into lists and dictionaries, by the names of these.</summary>
    private Dictionary<string, TemplateValue> Changed { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<int, string> Doubts => doubts;

    /// <summary>Grows whenever something new was learned that holds for the whole template.</summary>
    public int Learned { get; private set; }

    public int Steps { get; private set; }

    public static string Key(TemplateNode target) =>
        target.Kind == TemplateNodeKind.Attribute ? $"{target.Children[0].Value}.{target.Value}" : target.Value;

    public void Doubt(int position, string what) => doubts.TryAdd(position, what);

    public void Learn(Dictionary<string, TemplateValue> table, string name, TemplateValue value)
    {
        TemplateValue known = table.GetValueOrDefault(name, TemplateValue.None);
        TemplateValue joined = known.Or(value);
        table[name] = joined;
        Learned += joined.IsSameAs(known) ? 0 : 1;
    }

    /// <summary>What calls of a macro give to a parameter, by its place or by its name.</summary>
    public TemplateValue ArgumentsOf(string macro, int place, string name) =>
        arguments.GetValueOrDefault($"{macro}({place}", TemplateValue.None)
        .Or(arguments.GetValueOrDefault($"{macro}({name}", TemplateValue.None));

    /// <summary>What calls of a macro give to it, whatever place or name it is given under.</summary>
    public TemplateValue AllArgumentsOf(string macro) => arguments.GetValueOrDefault($"{macro}(*", TemplateValue.None);

    /// <summary>The name of a pair.</summary>
    public static TemplateValue PairKey(TemplateValue pair) => TemplateValue.Of(
        (pair.Traits & TemplateTraits.Triggered) | (pair.Has(TemplateTraits.Groups) ? TemplateTraits.Text : TemplateTraits.Data));

    /// <summary>What stands under the name of a pair.</summary>
    public static TemplateValue PairValue(TemplateValue pair) =>
        pair with { Traits = (pair.Traits & ~(TemplateTraits.Pairs | TemplateTraits.Groups)) | TemplateTraits.Text };

    /// <summary>What a loop over a value goes through.</summary>
    public static TemplateValue Element(TemplateValue value)
    {
        TemplateTraits traits = value.Traits & ~(TemplateTraits.Messages | TemplateTraits.Content);
        traits |= value.Has(TemplateTraits.Messages) ? TemplateTraits.Message : 0;
        traits |= value.Has(TemplateTraits.Content) ? TemplateTraits.Part : 0;
        return value with { Traits = traits };
    }

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
                return Call(node, isGuarded);
            case TemplateNodeKind.Filter:
                return Filter(node, isGuarded);
            case TemplateNodeKind.Test:
                return Test(node, isGuarded);
            case TemplateNodeKind.Compare:
                return Compare(Evaluate(node.Children[0], isGuarded), Evaluate(node.Children[1], isGuarded), node.Value == "in");
            case TemplateNodeKind.Binary:
                return Binary(node, isGuarded);
            case TemplateNodeKind.Condition:
                TemplateValue condition = Evaluate(node.Children[0], isGuarded);
                TemplateValue either = Evaluate(node.Children[1], isGuarded).Or(Evaluate(node.Children[2], isGuarded));
                return condition.Has(TemplateTraits.Triggered) ? either.And(TemplateTraits.Triggered) : either;
            case TemplateNodeKind.Logic when node.Value == "not":
                return Evaluate(node.Children[0], isGuarded).Measure();
            case TemplateNodeKind.List or TemplateNodeKind.Dictionary:
                return Union(node, isGuarded).And(TemplateTraits.Table);
            default:
                return Union(node, isGuarded);
        }
    }

    private TemplateValue Union(TemplateNode node, bool isGuarded) =>
        node.Children.Aggregate(TemplateValue.None, (value, child) => value.Or(Evaluate(child, isGuarded)));

    private TemplateValue Name(TemplateNode node)
    {
        if (analysis.Find(node.Value) is { } known)
        {
            return known.Or(Changed.GetValueOrDefault(node.Value, TemplateValue.None));
        }

        if (TemplateWords.Insides.Contains(node.Value) || node.Value.StartsWith('_'))
        {
            Doubt(node.Position, $"'{node.Value}', which leads inside the program that renders it");
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
        EnsureKey(node.Position, node.Value);
        TemplateValue field = Field(Evaluate(node.Children[0], isGuarded), node.Value);
        bool isSet = Attributes.TryGetValue(Key(node), out TemplateValue set);
        return (analysis.Find(Key(node)), isSet) switch
        {
            ({ } here, true) => here.Or(set).Or(field),
            ({ } here, false) => here.Or(field),
            (null, true) => set.Or(field),
            _ => field,
        };
    }

    private static TemplateValue Field(TemplateValue value, string name)
    {
        if (!value.Has(TemplateTraits.Messages | TemplateTraits.Message | TemplateTraits.Content | TemplateTraits.Part))
        {
            return value;
        }

        // A text has no fields: what has them is not one.
        TemplateTraits kept = value.Traits
            & ~(TemplateTraits.Messages | TemplateTraits.Message | TemplateTraits.Content | TemplateTraits.Part | TemplateTraits.Text);
        TemplateTraits own = TemplateWords.StructuralFields.Contains(name)
            ? TemplateTraits.Data
            : name == ContentField ? TemplateTraits.Content : TemplateTraits.Text;
        return value with { Traits = kept | own };
    }

    private TemplateValue Subscript(TemplateNode node, bool isGuarded)
    {
        TemplateValue value = Evaluate(node.Children[0], isGuarded);
        TemplateNode index = node.Children[1];
        TemplateValue key = Evaluate(index, isGuarded);
        if (index.Kind == TemplateNodeKind.Constant)
        {
            EnsureKey(index.Position, index.Value);
            return Field(value, index.Value);
        }

        if (index.Kind == TemplateNodeKind.Slice)
        {
            return value.Or(key.Measure()).Made();
        }

        if (key.Has(TemplateTraits.Composed))
        {
            Doubt(index.Position, "a key that the template puts together");
        }

        foreach (string text in key.Texts)
        {
            EnsureKey(index.Position, text);
        }

        // A table of the template's own that is asked with a text of somebody answers to phrases.
        TemplateTraits trigger = key.Traits & TemplateTraits.Triggered;
        trigger |= value.Has(TemplateTraits.Table) && value.Has(TemplateTraits.Letters) && key.IsText ? TemplateTraits.Triggered : 0;
        TemplateValue element = key.Texts.IsEmpty
            ? Element(value)
            : key.Texts.Aggregate(TemplateValue.None, (all, text) => all.Or(Field(value, text)));
        bool mayBeText = value.Has(TemplateTraits.Content | TemplateTraits.Message | TemplateTraits.Part) && key.Texts.IsEmpty;
        return (mayBeText ? element.And(TemplateTraits.Text) : element).And(trigger);
    }

    private void EnsureKey(int position, string name)
    {
        if (name.StartsWith('_') || TemplateWords.Attributes.Contains(name))
        {
            Doubt(position, $"the attribute '{name}', which leads inside Python");
        }
    }

    private TemplateValue Call(TemplateNode node, bool isGuarded)
    {
        TemplateNode callee = node.Children[0];
        TemplateNode[] given = node.Children[1..];
        TemplateValue values = given.Aggregate(TemplateValue.None, (all, argument) => all.Or(Evaluate(Plain(argument), isGuarded)));
        if (callee.Kind == TemplateNodeKind.Name)
        {
            return Function(node, callee.Value, given, values, isGuarded);
        }

        if (callee.Kind != TemplateNodeKind.Attribute)
        {
            Doubt(node.Position, "a call of something that is computed");
            return Evaluate(callee, isGuarded).Or(values).Made();
        }

        TemplateValue value = Evaluate(callee.Children[0], isGuarded);
        if (callee.Value == "format" && value.Texts.Length > 0 && value.Texts.All(IsPlainFormat))
        {
            return value.With(values).Made();
        }

        if (!TemplateWords.Methods.Contains(callee.Value))
        {
            Doubt(callee.Position, $"the method '{callee.Value}'");
        }

        if (TemplateWords.Changes.Contains(callee.Value))
        {
            Change(callee.Children[0], isGuarded ? values.And(TemplateTraits.Triggered) : values);
        }

        return callee.Value switch
        {
            "get" when given.Length > 0 && given[0].Kind == TemplateNodeKind.Constant => Field(value, given[0].Value).Or(values.Measure()),
            "get" => Subscript(
                new(TemplateNodeKind.Subscript, "", node.Position, callee.Children[0], given.Length > 0 ? Plain(given[0]) : node),
                isGuarded).Or(values),
            "items" => Pairs(value),
            "values" => PairValue(Pairs(value)),
            "keys" or "copy" => value,
            "lower" or "casefold" => value.Map(text => text.ToLowerInvariant()),
            "upper" => value.Map(text => text.ToUpperInvariant()),
            _ when Searches.Contains(callee.Value) => Compare(values, value, isMembership: true),
            _ when Cuts.Contains(callee.Value) =>
                Text(value).Or(values.Measure()).Made().Or(callee.Value == "replace" ? values.Made() : TemplateValue.None)
                .And(Compare(
                    given.Length > 0 ? Evaluate(Plain(given[0]), isGuarded) : TemplateValue.None, value, isMembership: true).Traits),
            _ => Text(value).With(values),
        };
    }

    // What is changed within an attribute of a namespace is that attribute; within anything else, the whole.
    private void Change(TemplateNode target, TemplateValue value)
    {
        if (target is { Kind: TemplateNodeKind.Attribute, Children: [{ Kind: TemplateNodeKind.Name }] })
        {
            Learn(Attributes, Key(target), value);
            return;
        }

        while (target.Kind is TemplateNodeKind.Attribute or TemplateNodeKind.Subscript or TemplateNodeKind.Call or TemplateNodeKind.Filter)
        {
            target = target.Children[0];
        }

        Learn(Changed, target.Value, value);
    }

    private static TemplateValue Pairs(TemplateValue value) =>
        value.Has(TemplateTraits.Messages | TemplateTraits.Message | TemplateTraits.Content | TemplateTraits.Part)
        ? value.And(TemplateTraits.Pairs)
        : value;

    private TemplateValue Function(TemplateNode node, string name, TemplateNode[] given, TemplateValue values, bool isGuarded)
    {
        Learn(arguments, $"{name}(*", values);
        if (Macros.ContainsKey(name))
        {
            for (int i = 0; i < given.Length; i++)
            {
                string parameter = given[i].Kind == TemplateNodeKind.Keyword ? given[i].Value : i.ToString(CultureInfo.InvariantCulture);
                Learn(arguments, $"{name}({parameter}", Evaluate(Plain(given[i]), isGuarded));
            }

            return Macros[name].Or(values).Made();
        }

        if (!TemplateWords.Functions.Contains(name))
        {
            Doubt(node.Position, $"the function '{name}'");
        }

        if (name == "range" && given.Any(IsLarge))
        {
            Doubt(node.Position, "a range of very many numbers");
        }

        return name is "raise_exception" or "range" ? values.Measure() : name == "strftime_now" ? TemplateValue.Data : values;
    }

    private TemplateValue Filter(TemplateNode node, bool isGuarded)
    {
        TemplateValue value = Evaluate(node.Children[0], isGuarded);
        TemplateNode[] given = node.Children[1..];
        TemplateValue values = given.Aggregate(TemplateValue.None, (all, argument) => all.Or(Evaluate(Plain(argument), isGuarded)));
        if (!TemplateWords.Filters.Contains(node.Value))
        {
            Doubt(node.Position, $"the filter '{node.Value}'");
        }

        TemplateNode? attribute = Array.Find(
            given, argument => argument is { Kind: TemplateNodeKind.Keyword, Value: "attribute" }) is { } named ? named.Children[0]
            : ByAttribute.Contains(node.Value) && given.Length > 0 ? Plain(given[0])
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
            "tojson" or "to_json" or "string" or "pprint" or "join" => Text(value).With(values),
            "lower" => value.Map(text => text.ToLowerInvariant()),
            "upper" => value.Map(text => text.ToUpperInvariant()),
            "trim" => value.Map(text => text.Trim()),
            "list" or "safe" or "e" or "escape" or "sort" or "unique" => value,
            "items" or "dictsort" => Pairs(value),
            "default" or "d" => value.Or(values),
            "first" or "last" => value.Has(TemplateTraits.Content | TemplateTraits.Pairs | TemplateTraits.Groups)
                ? Element(value).And(TemplateTraits.Text)
                : Element(value),
            "replace" =>
                Text(value).With(values)
                .And(Compare(
                    given.Length > 0 ? Evaluate(Plain(given[0]), isGuarded) : TemplateValue.None, value, isMembership: true).Traits),
            _ when Measures.Contains(node.Value) => value.Measure(),
            _ => Text(value).With(values).Made(),
        };
    }

    private TemplateValue WithAttribute(TemplateNode node, TemplateValue value, TemplateNode attribute, TemplateNode[] given)
    {
        if (attribute.Kind is not (TemplateNodeKind.Constant or TemplateNodeKind.Number))
        {
            Doubt(attribute.Position, "an attribute whose name the template computes");
            return value.Made();
        }

        foreach (string part in attribute.Value.Split('.'))
        {
            EnsureKey(attribute.Position, part);
        }

        TemplateValue field = attribute.Value.Split('.').Aggregate(Element(value), Field);
        if (node.Value is "selectattr" or "rejectattr" && given.Length > 2)
        {
            TemplateValue phrase = given[2..].Aggregate(
                TemplateValue.None, (all, argument) => all.Or(Evaluate(Plain(argument), isGuarded: false)));
            return value.And(Compare(phrase, field, isMembership: true).Traits);
        }

        return node.Value switch
        {
            "map" => field.Has(TemplateTraits.Content) ? field.And(TemplateTraits.Text) : field,
            "sum" or "join" => Text(field).Made(),
            "groupby" => value.And(field.IsText ? TemplateTraits.Groups : TemplateTraits.Pairs),
            _ => value,
        };
    }

    // map('lower'), select('equalto', x): the filter or test is named by a text.
    private TemplateValue Inner(TemplateNode node, TemplateValue value, TemplateNode[] given, TemplateValue values)
    {
        string? name = Plain(given[0]) is { Kind: TemplateNodeKind.Constant } constant ? constant.Value : null;
        bool isKnown = name is not null && (node.Value == "map" ? TemplateWords.Filters : TemplateWords.Tests).Contains(name);
        if (!isKnown)
        {
            Doubt(node.Position, $"{(node.Value == "map" ? "the filter" : "the test")} '{name ?? "that the template computes"}'");
        }

        return node.Value == "map" ? value.With(values).Or(value) : value.And(Compare(values, value, isMembership: true).Traits);
    }

    private TemplateValue Test(TemplateNode node, bool isGuarded)
    {
        TemplateValue value = Evaluate(node.Children[0], isGuarded);
        TemplateValue values = node.Children[1..].Aggregate(
            TemplateValue.None, (all, argument) => all.Or(Evaluate(Plain(argument), isGuarded)));
        if (!TemplateWords.Tests.Contains(node.Value))
        {
            Doubt(node.Position, $"the test '{node.Value}'");
        }

        return node.Children.Length > 1 ? Compare(value, values, node.Value == "in") : value.Measure();
    }

    // A phrase on one side, and on the other what somebody wrote. Whether a message or a part has a key says nothing of its text.
    private static TemplateValue Compare(TemplateValue left, TemplateValue right, bool isMembership)
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

    private TemplateValue Binary(TemplateNode node, bool isGuarded)
    {
        TemplateValue left = Evaluate(node.Children[0], isGuarded);
        TemplateValue right = Evaluate(node.Children[1], isGuarded);
        bool isRepeated = node.Value == "*" && Array.Exists(node.Children, IsLarge);
        if (node.Value == "**" || isRepeated)
        {
            Doubt(node.Position, "a power or a very long repetition");
        }

        return node.Value is "~" or "+" ? (node.Value == "~" ? Text(left).With(Text(right)) : left.With(right)) : left.Or(right).Made();
    }

    private static TemplateValue Text(TemplateValue value) =>
        value.Has(TemplateTraits.Messages | TemplateTraits.Message | TemplateTraits.Content | TemplateTraits.Part)
        ? value with
        {
            Traits = TemplateTraits.Text
                | (value.Traits & ~(TemplateTraits.Messages | TemplateTraits.Message | TemplateTraits.Content | TemplateTraits.Part)),
        }
        : value;

    private static TemplateNode Plain(TemplateNode argument) => argument.Kind == TemplateNodeKind.Keyword ? argument.Children[0] : argument;

    private static bool IsLarge(TemplateNode node) =>
        node.Kind == TemplateNodeKind.Number
        && !(double.TryParse(node.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number <= LargestNumber);

    // '{}' and '{name}' only: '{0.x}' and '{0[x]}' reach attributes.
    private static bool IsPlainFormat(string text) => !text.Contains('{', StringComparison.Ordinal)
        || text.Split('{').Skip(1)
        .All(part => part.IndexOfAny(['.', '[']) is < 0 || part.IndexOfAny(['.', '[']) > part.IndexOf('}', StringComparison.Ordinal));
}
