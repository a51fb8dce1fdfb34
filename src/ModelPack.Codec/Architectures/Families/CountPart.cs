using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
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
