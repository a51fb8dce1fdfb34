using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Tensors;

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
        TensorInfo? matrix = draft.Folder.FindTensor(name);
        if (Only == true && matrix is not null && draft.Obstacles.Count == 0 && IsEmbedding(draft, matrix))
        {
            draft.Note($"the tensor {name} holds what the embedding matrix does, which the runtime takes for it", NoteRank.WithoutEffect);
            return;
        }

        draft.NoteOutput(name, absent);
        bool tied = matrix is null && (draft.Config.Bool("tie_word_embeddings") ?? absent);
        if (Only is { } only && only != tied)
        {
            draft.Obstruct(
                !only ? $"there is no tensor {output}, for which the runtime takes no other"
                    : matrix is null ? "tie_word_embeddings is false, and the runtime takes the embedding matrix"
                    : $"there is a tensor {name}, and the runtime takes the embedding matrix");
        }
    }

    private static bool IsEmbedding(ConfigReader draft, TensorInfo matrix) =>
        draft.Component("token_embd.weight") is { } name && draft.Folder.AreSame(matrix, draft.Folder.FindTensor(name)!);

    public override void Write(ConfigWriter config) => config.TiedByTensor();
}
