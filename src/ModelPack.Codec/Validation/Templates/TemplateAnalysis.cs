using System.Globalization;

namespace ModelPack.Validation.Templates;

/// <summary>
/// Follows the data through a template without running it. Finds text of the template's own that appears only when a message holds a
/// phrase, and whatever keeps the template from being shown to be harmless: only known functions, filters and methods are, and keys that
/// come from outside or stand in the template.
/// </summary>
internal sealed class TemplateAnalysis
{
    // Loops and macros are gone through until nothing new is learned of a variable; templates in use settle in two or three rounds.
    private const int MaximumRounds = 6;
    private const int MaximumSteps = 400_000;

    private readonly TemplateKnowledge knowledge = new();
    private readonly TemplateEvaluator evaluator;
    private readonly SortedDictionary<int, string> triggered = [];
    private readonly Stack<TemplateValue> emitted = new();

    // Whether a phrase may have left the body of the loop that is gone through: what follows appears only with it, or without it.
    private bool isLeft;
    private Dictionary<string, TemplateValue> variables = new(StringComparer.Ordinal);

    private TemplateAnalysis() => evaluator = new(this, knowledge);

    /// <summary>What a template does.</summary>
    /// <param name="Triggered">Positions of texts that a phrase in a message switches on; the text, or nothing where it stands in
    /// code.</param>
    /// <param name="Doubts">Positions of what is not known to be harmless, with what it is.</param>
    internal sealed record Outcome(IReadOnlyDictionary<int, string> Triggered, IReadOnlyDictionary<int, string> Doubts);

    public static Outcome Of(string template)
    {
        (TemplateNode body, string? problem, int position) = TemplateParser.Parse(template);
        TemplateAnalysis analysis = new();
        if (problem is not null)
        {
            analysis.knowledge.Doubt(position, problem);
        }

        analysis.emitted.Push(TemplateValue.None);
        int known;
        int round = 0;
        do
        {
            known = analysis.knowledge.Learned;
            analysis.Run(body, isGuarded: false);
        }
        while (known != analysis.knowledge.Learned && ++round < MaximumRounds);
        return new(analysis.triggered, analysis.knowledge.Doubts);
    }

    /// <summary>What a name means at this place; null if the template gives it no meaning.</summary>
    public TemplateValue? Find(string name) => variables.TryGetValue(name, out TemplateValue value) ? value : null;

    private void Run(TemplateNode node, bool isGuarded)
    {
        if (evaluator.Steps > MaximumSteps)
        {
            knowledge.Doubt(node.Position, "it is too long to be followed to its end");
            return;
        }

        switch (node.Kind)
        {
            case TemplateNodeKind.Body:
                foreach (TemplateNode child in node.Children)
                {
                    Run(child, isGuarded || isLeft);
                }

                break;
            case TemplateNodeKind.Jump:
                isLeft |= isGuarded;
                break;
            case TemplateNodeKind.Data:
                Emit(node.Position, TemplateValue.Literal(node.Value), node.Value, isGuarded);
                break;
            case TemplateNodeKind.Output:
                Emit(node.Position, evaluator.Evaluate(node.Children[0], isGuarded), "", isGuarded);
                break;
            case TemplateNodeKind.If:
                RunIf(node, isGuarded);
                break;
            case TemplateNodeKind.For:
                RunFor(node, isGuarded);
                break;
            case TemplateNodeKind.Set
                when node.Children[1] is { Kind: TemplateNodeKind.Call,
                    Children: [{ Kind: TemplateNodeKind.Name, Value: "namespace" }, ..] }:
                AssignNamespace(node.Children[0], node.Children[1].Children[1..], isGuarded);
                break;
            case TemplateNodeKind.Set:
                Assign(node.Children[0], Guarded(node.Position, evaluator.Evaluate(node.Children[1], isGuarded), "", isGuarded), isGuarded);
                break;
            case TemplateNodeKind.SetBlock:
                TemplateValue text = Collect(node.Children[1], isGuarded);
                evaluator.Evaluate(node.Children[2], isGuarded);
                Assign(node.Children[0], text.Made(), isGuarded);
                break;
            case TemplateNodeKind.Macro:
                RunMacro(node);
                break;
            case TemplateNodeKind.Block:
                Emit(node.Position, evaluator.Evaluate(node.Children[0], isGuarded), "", isGuarded);
                foreach (TemplateNode parameter in node.Children[2].Children)
                {
                    variables[parameter.Value] = knowledge.ArgumentsOf("caller", TemplateKnowledge.Any);
                }

                Run(node.Children[1], isGuarded);
                break;
        }
    }

    private void Emit(int position, TemplateValue value, string text, bool isGuarded)
    {
        Guarded(position, value, text, isGuarded || value.Has(TemplateTraits.Triggered));
        emitted.Push(emitted.Pop().Or(value.Made()));
    }

    private TemplateValue Guarded(int position, TemplateValue value, string text, bool isGuarded)
    {
        if (isGuarded && value.Has(TemplateTraits.Words))
        {
            triggered.TryAdd(position, text);
        }

        return isGuarded ? value.And(TemplateTraits.Triggered) : value;
    }

    private TemplateValue Collect(TemplateNode body, bool isGuarded)
    {
        emitted.Push(TemplateValue.None);
        Run(body, isGuarded);
        return emitted.Pop();
    }

    private void RunIf(TemplateNode node, bool isGuarded)
    {
        Dictionary<string, TemplateValue> before = variables;
        Dictionary<string, TemplateValue>? after = null;
        bool hasElse = node.Children.Length % 2 == 1;
        bool wasLeft = isLeft;
        bool isLeftInOne = isLeft;
        for (int i = 0; i < node.Children.Length; i += 2)
        {
            isLeft = wasLeft;
            variables = new(before, StringComparer.Ordinal);
            bool isLast = i + 1 == node.Children.Length;
            isGuarded |= !isLast && evaluator.Evaluate(node.Children[i], isGuarded).Has(TemplateTraits.Triggered);
            Run(node.Children[isLast ? i : i + 1], isGuarded);
            after = after is null ? variables : Join(after, variables);
            isLeftInOne |= isLeft;
        }

        isLeft = isLeftInOne;
        variables = hasElse ? after! : Join(after!, before);
    }

    private void RunFor(TemplateNode node, bool isGuarded)
    {
        TemplateValue items = evaluator.Evaluate(node.Children[1], isGuarded);
        bool isChosen = false;
        bool wasLeft = isLeft;
        for (int round = 0; round < MaximumRounds; round++)
        {
            Dictionary<string, TemplateValue> before = variables;
            int known = knowledge.Learned;
            TemplateValue item = items.Element();
            variables = new(
                before, StringComparer.Ordinal) { ["loop"] = TemplateValue.None, ["loop.previtem"] = item, ["loop.nextitem"] = item };
            Bind(node.Children[0], item);
            isChosen |= evaluator.Evaluate(node.Children[2], isGuarded).Has(TemplateTraits.Triggered);
            Run(node.Children[3], isGuarded || isChosen || items.Has(TemplateTraits.Triggered));
            isLeft = wasLeft;
            Dictionary<string, TemplateValue> joined = Join(variables, before);
            bool isSettled = known == knowledge.Learned && joined.Count == before.Count
                && joined.All(pair => before[pair.Key].IsSameAs(pair.Value));
            variables = joined;
            if (isSettled)
            {
                break;
            }
        }

        Run(node.Children[4], isGuarded || isChosen || items.Has(TemplateTraits.Triggered));
    }

    private void RunMacro(TemplateNode node)
    {
        Dictionary<string, TemplateValue> before = variables;
        variables = new(before, StringComparer.Ordinal);
        knowledge.LearnMacro(node.Value, TemplateValue.None);
        TemplateNode[] parameters = node.Children[0].Children;
        for (int i = 0; i < parameters.Length; i++)
        {
            TemplateNode parameter = parameters[i];
            TemplateValue value = parameter.Kind == TemplateNodeKind.Keyword
                ? evaluator.Evaluate(parameter.Children[0], isGuarded: false)
                : TemplateValue.None;
            variables[parameter.Value] = value
                .Or(knowledge.ArgumentsOf(node.Value, i.ToString(CultureInfo.InvariantCulture)))
                .Or(knowledge.ArgumentsOf(node.Value, parameter.Value));
        }

        variables["varargs"] = variables["kwargs"] = knowledge.ArgumentsOf(node.Value, TemplateKnowledge.Any);

        knowledge.LearnMacro(node.Value, Collect(node.Children[1], isGuarded: false));
        variables = before;
    }

    // Several targets of one value each get a part of it: which one is not told apart, but for names and what stands under them.
    private void Bind(TemplateNode target, TemplateValue value)
    {
        if (target.Kind == TemplateNodeKind.List && value.Has(TemplateTraits.Pairs | TemplateTraits.Groups))
        {
            Bind(target.Children[0], value.PairKey());
            foreach (TemplateNode part in target.Children[1..])
            {
                Bind(part, value.PairValue());
            }
        }
        else if (target.Kind == TemplateNodeKind.List)
        {
            foreach (TemplateNode part in target.Children)
            {
                Bind(part, value);
            }
        }
        else if (target.Kind != TemplateNodeKind.Nothing)
        {
            variables[target.Key] = value;
        }
    }

    private void Assign(TemplateNode target, TemplateValue value, bool isGuarded)
    {
        if (target.Kind == TemplateNodeKind.List)
        {
            Bind(target, value.Element().Or(value));
        }
        else if (target.Kind == TemplateNodeKind.Attribute || isGuarded)
        {
            // An attribute of a namespace outlives the loop in which it is set.
            knowledge.LearnAttribute(target.Key, value);
            Bind(target, value.Or(Find(target.Key) ?? TemplateValue.None));
        }
        else
        {
            Bind(target, value);
        }
    }

    private void AssignNamespace(TemplateNode target, TemplateNode[] attributes, bool isGuarded)
    {
        TemplateValue whole = TemplateValue.None;
        foreach (TemplateNode attribute in attributes)
        {
            TemplateValue value = evaluator.Evaluate(attribute, isGuarded);
            value = Guarded(attribute.Position, value, "", isGuarded);
            if (attribute.Kind == TemplateNodeKind.Keyword)
            {
                knowledge.LearnAttribute($"{target.Value}.{attribute.Value}", value);
            }
            else
            {
                whole = whole.Or(value);
            }
        }

        Bind(target, whole);
    }

    private static Dictionary<string, TemplateValue> Join(Dictionary<string, TemplateValue> first, Dictionary<string, TemplateValue> second)
    {
        Dictionary<string, TemplateValue> joined = new(first, StringComparer.Ordinal);
        foreach ((string name, TemplateValue value) in second)
        {
            joined[name] = joined.TryGetValue(name, out TemplateValue other) ? other.Or(value) : value;
        }

        return joined;
    }
}
