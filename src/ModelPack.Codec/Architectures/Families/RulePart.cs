using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>What needs code: both directions of a rule of the family's own.</summary>
internal sealed class RulePart(Action<ConfigReader> read, Action<ConfigWriter> write) : ConfigPart
{
    public override void Read(ConfigReader draft) => read(draft);

    public override void Write(ConfigWriter config) => write(config);
}
