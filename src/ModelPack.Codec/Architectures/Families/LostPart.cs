using System.Collections.Immutable;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Fields for which there is no key.</summary>
internal sealed class LostPart(ImmutableArray<string> fields) : ConfigPart
{
    public override void Read(ConfigReader draft) => draft.Lose([.. fields]);

    public override void Write(ConfigWriter config) => config.Lose([.. fields]);
}
