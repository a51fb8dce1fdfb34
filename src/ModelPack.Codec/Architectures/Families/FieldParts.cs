using System.Collections.Frozen;
using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>A count or an id.</summary>
internal sealed class CountPart(ImmutableArray<string> fields, ImmutableArray<string> keys) : FieldPart<long>(fields, keys)
{
    protected override long? ReadField(ConfigObject config, string field) => config.Count(field);

    protected override long? ReadKey(ConfigWriter config, string key) => config.OptionalCount(key, perLayer: true);

    protected override void WriteKey(ConfigReader draft, string key, long value) => draft.Count(key, value);

    protected override void WriteField(JsonFields made, string field, long value) => made.Set(field, value);

    protected override void Remember(IDictionary<string, long> numbers, string field, long value) => numbers[field] = value;
}

/// <summary>A number of single precision.</summary>
internal sealed class FloatPart(ImmutableArray<string> fields, ImmutableArray<string> keys) : FieldPart<float>(fields, keys)
{
    protected override float? ReadField(ConfigObject config, string field) => config.Float(field);

    protected override float? ReadKey(ConfigWriter config, string key) => config.OptionalFloat(key)?.Value is { } number ? (float)number : null;

    protected override void WriteKey(ConfigReader draft, string key, float value) => draft.Float(key, value);

    protected override void WriteField(JsonFields made, string field, float value) => made.Set(field, new FiniteNumber(value));
}

/// <summary>A flag.</summary>
internal sealed class FlagPart(ImmutableArray<string> fields, ImmutableArray<string> keys) : FieldPart<bool>(fields, keys)
{
    protected override bool? ReadField(ConfigObject config, string field) => config.Bool(field);

    protected override bool? ReadKey(ConfigWriter config, string key) => config.OptionalBool(key);

    protected override void WriteKey(ConfigReader draft, string key, bool value) => draft.Flag(key, value);

    protected override void WriteField(JsonFields made, string field, bool value) => made.Set(field, value);
}

/// <summary>A word of config.json that GGUF has a number for.</summary>
internal sealed class WordPart(string field, string key, FrozenDictionary<string, long> words) : ConfigPart
{
    /// <summary>What the class takes without the field.</summary>
    public string? Absent { get; init; }

    /// <summary>What runtimes take without the key.</summary>
    public string? Missing { get; init; }

    public override IEnumerable<string> RequiredKeys => Missing is null ? [key] : [];

    public override void Read(ConfigReader draft)
    {
        if ((draft.Config.Text(field) ?? Absent) is not { } word)
        {
            draft.Obstruct($"{field} is missing");
        }
        else if (words.TryGetValue(word, out long number))
        {
            draft.Count(key, number);
        }
        else
        {
            draft.Obstruct($"{field} is '{SafeText.Shorten(word)}', which is none of {string.Join(", ", words.Keys.Order(StringComparer.Ordinal))}");
        }
    }

    public override void Write(ConfigWriter config)
    {
        string? word = config.OptionalCount(key) is { } number ? words.FirstOrDefault(pair => pair.Value == number).Key : Missing;
        if (word is null)
        {
            config.Refuse($"{config.Key(key)} is {(config.OptionalCount(key) is { } other ? $"{other}, which no word stands for" : "missing")}");
            return;
        }

        config.Fields.Set(field, word);
    }
}

/// <summary>A word that the architecture has one meaning for, under one or several spellings.</summary>
internal sealed class TextPart(string field, ImmutableArray<string> allowed) : ConfigPart
{
    public override void Read(ConfigReader draft) => draft.Allow(field, allowed.AsSpan());

    public override void Write(ConfigWriter config) => config.Fields.Set(field, allowed[0]);
}

/// <summary>A text that a GGUF of the architecture always has.</summary>
internal sealed class ConstantTextPart(string key, string value) : ConfigPart
{
    public override void Read(ConfigReader draft) => draft.Text(key, value);

    public override void Write(ConfigWriter config)
    {
        if (config.OptionalText(key) is { } stated && stated != value)
        {
            config.Refuse($"{config.Key(key)} is '{SafeText.Shorten(stated)}' instead of '{value}'");
        }
    }
}

/// <summary>Fields for which there is no key.</summary>
internal sealed class LostPart(ImmutableArray<string> fields) : ConfigPart
{
    public override void Read(ConfigReader draft) => draft.Lose([.. fields]);

    public override void Write(ConfigWriter config) => config.Lose([.. fields]);
}

/// <summary>What needs code: both directions of a rule of the family's own.</summary>
internal sealed class RulePart(Action<ConfigReader> read, Action<ConfigWriter> write) : ConfigPart
{
    public override void Read(ConfigReader draft) => read(draft);

    public override void Write(ConfigWriter config) => write(config);
}
