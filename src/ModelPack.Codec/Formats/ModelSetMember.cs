using ModelPack.IO.Names;

namespace ModelPack;

/// <summary>A file of a model that consists of several.</summary>
/// <param name="Name">Bare file name; of a companion in a sub-folder, its path relative to the model's folder, with '/'.</param>
/// <param name="Start">Where it starts in the set's <see cref="ModelFile.Source"/>.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Model">The opened file, if it holds tensors; null for an index or a companion.</param>
public sealed record ModelSetMember(string Name, long Start, long Length, ModelFile? Model)
{
    /// <summary>True for the file with the blocks of widened tensors.</summary>
    internal bool IsSideFile => SideFile.IsName(Name);
}
