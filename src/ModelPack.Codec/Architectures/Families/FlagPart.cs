using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>A flag.</summary>
internal sealed class FlagPart(ImmutableArray<string> fields, ImmutableArray<string> keys) : FieldPart<bool>(fields, keys)
{
    protected override bool? ReadField(ConfigObject config, string field) => config.Bool(field);

    protected override bool? ReadKey(ConfigWriter config, string key) => config.OptionalBool(key);

    protected override void WriteKey(ConfigReader draft, string key, bool value) => draft.Flag(key, value);

    protected override void WriteField(JsonFields made, string field, bool value) => made.Set(field, value);
}
