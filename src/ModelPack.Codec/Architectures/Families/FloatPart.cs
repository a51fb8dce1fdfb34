using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>A number of single precision.</summary>
internal sealed class FloatPart(ImmutableArray<string> fields, ImmutableArray<string> keys) : FieldPart<float>(fields, keys)
{
    protected override float? ReadField(ConfigObject config, string field) => config.Float(field);

    protected override float? ReadKey(ConfigWriter config, string key)
    {
        if (config.OptionalFloat(key)?.Value is not { } number)
        {
            return null;
        }

        if (float.IsFinite((float)number))
        {
            return (float)number;
        }

        config.Refuse($"{config.Key(key)} is more than single precision holds");
        return null;
    }

    protected override void WriteKey(ConfigReader draft, string key, float value) => draft.Float(key, value);

    protected override void WriteField(JsonFields made, string field, float value) => made.Set(field, new FiniteNumber(value));
}
