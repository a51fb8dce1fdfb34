using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>One value: a field of config.json, the keys that hold it, or both (hf-companions.md §1.1).</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <param name="fields">Names of the field: the class's own first. None for a key that is a constant of the architecture.</param>
/// <param name="keys">Keys that hold the value, all of them. None for a field that the architecture has one value for.</param>
internal abstract class FieldPart<T>(ImmutableArray<string> fields, ImmutableArray<string> keys) : ConfigPart
    where T : struct, IEquatable<T>
{
    /// <summary>What the class takes without the field.</summary>
    public T? Absent { get; init; }

    /// <summary>What runtimes take without the key.</summary>
    public T? Missing { get; init; }

    /// <summary>The values that the architecture computes with; none for all.</summary>
    public ImmutableArray<T> Allowed { get; init; } = [];

    /// <summary>Neither needs to be there, and nothing takes its place.</summary>
    public bool IsOptional { get; init; }

    /// <summary>A value that no key is written for.</summary>
    public T? Unwritten { get; init; }

    /// <summary>The tensor whose presence says true.</summary>
    public string? Tensor { get; init; }

    public override void Read(ConfigReader draft)
    {
        if (Stated(draft) is not { } value)
        {
            if (!IsOptional && Tensor is null)
            {
                draft.Obstruct($"{string.Join(" and ", fields)} {(fields.Length == 1 ? "is" : "are")} missing");
            }

            return;
        }

        if (!Allowed.IsEmpty && !Allowed.Contains(value))
        {
            draft.Obstruct($"{draft.Config.FirstOf([.. fields]) ?? fields[0]} is {Show(value)} instead of {Show(Allowed[0])}");
        }

        if (Wrong(value, draft.Numbers) is { } wrong)
        {
            throw draft.Config.WrongValue(draft.Config.FirstOf([.. fields]) ?? fields[0], wrong);
        }

        foreach (string field in fields)
        {
            Remember(draft.Numbers, field, value);
        }

        if (Tensor is not null && value is bool flag)
        {
            draft.RequireAgreement(draft.Config.FirstOf([.. fields]) ?? fields[0], flag, Tensor);
        }

        if (Unwritten?.Equals(value) != true)
        {
            foreach (string key in keys)
            {
                WriteKey(draft, key, value);
            }
        }
    }

    public override void Write(ConfigWriter config)
    {
        if (Found(config) is not { } value)
        {
            return;
        }

        if (!Allowed.IsEmpty && !Allowed.Contains(value))
        {
            config.Refuse($"{(keys.IsEmpty ? fields[0] : config.Key(keys[0]))} is {Show(value)} instead of {Show(Allowed[0])}");
        }

        if (Wrong(value, config.Numbers) is { } wrong)
        {
            config.Refuse($"{(keys.IsEmpty ? fields[0] : config.Key(keys[0]))} {wrong}");
            return;
        }

        foreach (string field in fields.Take(1))
        {
            Remember(config.Numbers, field, value);
            WriteField(config.Fields, field, value);
        }
    }

    protected static string Show(T value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    protected abstract T? ReadField(ConfigObject config, string field);

    protected abstract T? ReadKey(ConfigWriter config, string key);

    protected abstract void WriteKey(ConfigReader draft, string key, T value);

    protected abstract void WriteField(JsonFields made, string field, T value);

    /// <summary>What is wrong with a value, as the rest of a sentence; null if nothing is.</summary>
    protected virtual string? Wrong(T value, IReadOnlyDictionary<string, long> numbers) => null;

    protected virtual void Remember(IDictionary<string, long> numbers, string field, T value)
    {
    }

    private T? Stated(ConfigReader draft)
    {
        if (fields.IsEmpty)
        {
            return Absent;
        }

        T? first = null;
        foreach (string field in fields.Where(draft.Config.Has))
        {
            T? value = ReadField(draft.Config, field);
            if (first is { } stated && value is { } other && !stated.Equals(other))
            {
                throw draft.Config.Contradiction(
                    $"{draft.Config.Path(draft.Config.FirstOf([.. fields])!)} is {Show(stated)}, but {field} is {Show(other)}");
            }

            first ??= value;
        }

        return first ?? Absent;
    }

    private T? Found(ConfigWriter config)
    {
        if (Tensor is not null)
        {
            return config.Derivation.HasTensor(Tensor) is T present ? present : null;
        }

        if (keys.IsEmpty)
        {
            return Allowed.IsEmpty ? null : Allowed[0];
        }

        T? first = null;
        foreach (string key in keys)
        {
            T? value = ReadKey(config, key);
            if (value is null && key == keys[0] && Missing is null && Unwritten is null)
            {
                // The others say it again for programs that look for them; the first is the one that counts.
                if (!IsOptional)
                {
                    config.Refuse($"{config.Key(key)} is missing");
                }

                break;
            }

            if (first is { } stated && value is { } other && !stated.Equals(other))
            {
                config.Refuse($"{config.Key(keys[0])} is {Show(stated)}, but {config.Key(key)} is {Show(other)}");
            }

            first ??= value;
        }

        return first ?? Missing ?? Unwritten;
    }
}
