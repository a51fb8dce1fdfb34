using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>A count or an id.</summary>
internal sealed class CountPart(ImmutableArray<string> fields, ImmutableArray<string> keys) : FieldPart<long>(fields, keys)
{
    /// <summary>The least value that makes sense.</summary>
    public long Least { get; init; }

    /// <summary>The field of a line before, whose value is not exceeded; null for none.</summary>
    public string? Most { get; init; }

    protected override string? Wrong(long value, IReadOnlyDictionary<string, long> numbers) => value < Least
        ? string.Create(CultureInfo.InvariantCulture, $"is {value}")
        : Most is not null && numbers.TryGetValue(Most, out long most) && value > most
        ? string.Create(CultureInfo.InvariantCulture, $"is {value}, but {Most} is {most}") : null;

    protected override long? ReadField(ConfigObject config, string field) => config.Count(field);

    protected override long? ReadKey(ConfigWriter config, string key) => config.OptionalCount(key, perLayer: true);

    protected override void WriteKey(ConfigReader draft, string key, long value) => draft.Count(key, value);

    protected override void WriteField(JsonFields made, string field, long value) => made.Set(field, value);

    protected override void Remember(IDictionary<string, long> numbers, string field, long value) => numbers[field] = value;
}
