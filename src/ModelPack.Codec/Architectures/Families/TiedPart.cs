using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Whether the embedding matrix is the output too: in a GGUF, whether there is an output.</summary>
/// <param name="output">The output in a folder.</param>
/// <param name="absent">What the class takes without the field.</param>
internal sealed class TiedPart(string output, bool absent) : ConfigPart
{
    /// <summary>The architecture has no output of its own (true), or needs one (false).</summary>
    public bool? Only { get; init; }

    public override void Read(ConfigReader draft)
    {
        string name = draft.Component("output.weight") ?? output;
        draft.NoteOutput(name, absent);
        bool tied = draft.Folder.FindTensor(name) is null && (draft.Config.Bool("tie_word_embeddings") ?? absent);
        if (Only is { } only && only != tied)
        {
            draft.Obstruct(
                only ? $"there is a tensor {name}, and the runtime takes the embedding matrix"
                    : $"there is no tensor {output}, for which the runtime takes no other");
        }
    }

    public override void Write(ConfigWriter config) => config.TiedByTensor();
}
