using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>The architecture has no windows: a config that gives a layer one is refused.</summary>
/// <param name="usedWithoutField">Whether a stated window is used if no field says otherwise.</param>
internal sealed class NoWindowPart(bool usedWithoutField) : ConfigPart
{
    private const string Window = "sliding_window";
    private const string Used = "use_sliding_window";
    private const string Types = "layer_types";

    public override void Read(ConfigReader draft)
    {
        if (draft.Config.Texts(Types) is { } types)
        {
            if (Array.Exists(types, type => type != "full_attention"))
            {
                draft.Obstruct($"{Types} holds another kind than full_attention");
            }
        }
        else if (draft.Config.Count(Window) is { } window && (draft.Config.Bool(Used) ?? usedWithoutField))
        {
            draft.Obstruct($"{Window} is {window}");
        }
        else
        {
            draft.Lose(Window, Used);
        }
    }

    public override void Write(ConfigWriter config)
    {
    }
}
