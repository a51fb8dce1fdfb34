using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Finds tensors of a folder by their names in GGUF, whatever prefix the folder has.</summary>
internal static class FolderComponents
{
    /// <summary>The name of the tensor in the folder; null if it is not there.</summary>
    public static string? Component(this ConfigReader draft, string gguf) =>
        NameTable.For(draft.Architecture) is { } table && table.FromGguf(gguf, _ => true) is { } match
        ? table.HuggingFaceNames(match.Rule.Gguf.Text, match.GgufEnding, match.Layer)
            .FirstOrDefault(name => draft.Folder.FindTensor(name) is not null)
        : null;
}
