using System.Collections.Immutable;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>A word that the architecture has one meaning for, under one or several spellings.</summary>
internal sealed class TextPart(string field, ImmutableArray<string> allowed) : ConfigPart
{
    public override void Read(ConfigReader draft) => draft.Allow(field, allowed.AsSpan());

    public override void Write(ConfigWriter config) => config.Fields.Set(field, allowed[0]);
}
