using System.Collections.Immutable;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Fields that the architecture has no word for: any value but null is refused.</summary>
internal sealed class UnsetPart(ImmutableArray<string> fields) : ConfigPart
{
    public override void Read(ConfigReader draft)
    {
        foreach (string field in fields.Where(draft.Config.Has))
        {
            draft.Obstruct($"{field} is stated");
        }
    }

    public override void Write(ConfigWriter config)
    {
    }
}
