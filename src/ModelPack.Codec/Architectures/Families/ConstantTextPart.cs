using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Families;

/// <summary>A text that a GGUF of the architecture always has.</summary>
internal sealed class ConstantTextPart(string key, string value) : ConfigPart
{
    public override void Read(ConfigReader draft) => draft.Text(key, value);

    public override void Write(ConfigWriter config)
    {
        if (config.OptionalText(key) is { } stated && stated != value)
        {
            config.Refuse($"{config.Key(key)} is '{SafeText.Shorten(stated)}' instead of '{value}'");
        }
    }
}
