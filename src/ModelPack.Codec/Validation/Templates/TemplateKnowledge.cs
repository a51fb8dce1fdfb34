namespace ModelPack.Validation.Templates;

/// <summary>What holds for a whole template, wherever in it that was learned: what macros give and get, what attributes of namespaces were
/// set to, what was put into lists, and what is not known to be harmless.</summary>
internal sealed class TemplateKnowledge
{
    /// <summary>Stands for all parameters of a macro.</summary>
    public const string Any = "*";

    private readonly SortedDictionary<int, string> doubts = [];
    private readonly Dictionary<string, TemplateValue> macros = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TemplateValue> attributes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TemplateValue> changes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Macro, string Parameter), TemplateValue> arguments = [];

    public IReadOnlyDictionary<int, string> Doubts => doubts;

    /// <summary>What macros give.</summary>
    public IReadOnlyDictionary<string, TemplateValue> Macros => macros;

    /// <summary>What the attributes of namespaces were ever set to.</summary>
    public IReadOnlyDictionary<string, TemplateValue> Attributes => attributes;

    /// <summary>Grows whenever something new was learned.</summary>
    public int Learned { get; private set; }

    public void Doubt(int position, string what) => doubts.TryAdd(position, what);

    /// <summary>Doubts a key that leads inside the program that renders the template.</summary>
    public void EnsureKey(int position, string name)
    {
        if (name.StartsWith('_') || TemplateWords.Attributes.Contains(name))
        {
            Doubt(position, $"the attribute '{name}', which leads inside Python");
        }
    }

    public void LearnMacro(string name, TemplateValue value) => Learn(macros, name, value);

    public void LearnAttribute(string name, TemplateValue value) => Learn(attributes, name, value);

    public void LearnChange(string name, TemplateValue value) => Learn(changes, name, value);

    /// <summary>What a call gives to a parameter, by its place or by its name, or to <see cref="Any"/>.</summary>
    public void LearnArgument(string macro, string parameter, TemplateValue value) => Learn(arguments, (macro, parameter), value);

    /// <summary>What was ever put into a list or dictionary.</summary>
    public TemplateValue ChangesOf(string name) => changes.GetValueOrDefault(name, TemplateValue.None);

    /// <summary>What calls of a macro give to a parameter, by its place or by its name, or to <see cref="Any"/>.</summary>
    public TemplateValue ArgumentsOf(string macro, string parameter) => arguments.GetValueOrDefault((macro, parameter), TemplateValue.None);

    private void Learn<TKey>(Dictionary<TKey, TemplateValue> table, TKey key, TemplateValue value)
        where TKey : notnull
    {
        bool isKnown = table.TryGetValue(key, out TemplateValue known);
        known = isKnown ? known : TemplateValue.None;
        TemplateValue joined = known.Or(value);
        table[key] = joined;
        Learned += joined.IsSameAs(known) ? 0 : 1;
    }
}
