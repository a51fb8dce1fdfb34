using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Families;

/// <summary>Into how many layers a picture enters (formats/architectures, qwen3vl): a matter of the part that sees, which is a file of its
/// own beside a GGUF.</summary>
internal static class VisionLayers
{
    private const string Key = "n_deepstack_layers";
    private const int AbsentCount = 3;

    public static void Read(ConfigReader draft)
    {
        ConfigObject? vision = draft.Config.Object("vision_config");
        draft.Count(Key, vision is null ? 0 : vision.Counts("deepstack_visual_indexes")?.Length ?? AbsentCount);
    }

    public static void Write(ConfigWriter config)
    {
        if (config.OptionalCount(Key) is null)
        {
            config.Refuse($"{config.Key(Key)} is missing");
        }

        config.Note(
            "the class is that of the language model, which gives states of its last layer: the part that sees is not in the file, and the "
                + "class that generates needs it", NoteRank.ChangesResults);
    }
}
