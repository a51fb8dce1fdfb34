using ModelPack.Architectures.Names;

namespace ModelPack.Architectures.Rules;

/// <summary>Finds tensors of a folder by their names in GGUF, whatever prefix the folder has.</summary>
internal static class FolderComponents
{
    /// <summary>The name of the tensor in the folder; null if it is not there.</summary>
    public static string? Component(this ConfigReader draft, string gguf) =>
        NameTable.For(draft.Architecture) is { } table && table.FromGguf(gguf, _ => true) is { } match
        ? table.HuggingFaceNames(match.Rule.Gguf.Text, match.GgufEnding, match.Layer)
            .FirstOrDefault(name => draft.Folder.FindTensor(name) is not null)
        : null;

    /// <summary>Refuses a flag that says otherwise of a tensor than the folder.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="field">The flag.</param>
    /// <param name="value">What it says.</param>
    /// <param name="gguf">The tensor in a GGUF.</param>
    public static void RequireAgreement(this ConfigReader draft, string field, bool value, string gguf)
    {
        if (draft.Obstacles.Count == 0 && draft.Component(gguf) is var present && (present is not null) != value)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(field)} is {(value ? "true" : "false")}, but there is "
                    + $"{(present is null ? $"no tensor that is {gguf} in a GGUF" : $"a tensor {present}")}");
        }
    }
}
