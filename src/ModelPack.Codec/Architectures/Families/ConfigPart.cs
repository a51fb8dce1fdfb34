using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>A part of what a model class states in its config.json, with the GGUF keys that say the same: each direction is the other's
/// inverse.</summary>
internal abstract class ConfigPart
{
    /// <summary>From config.json to keys.</summary>
    public abstract void Read(ConfigReader draft);

    /// <summary>From keys to config.json.</summary>
    public abstract void Write(ConfigWriter config);
}
