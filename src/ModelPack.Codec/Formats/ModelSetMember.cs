using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack;

/// <summary>A file of a model that consists of several.</summary>
public sealed class ModelSetMember
{
    internal ModelSetMember(string name, long start, long length, ModelFile? model)
    {
        Name = name;
        Start = start;
        Length = length;
        Model = model;
    }

    /// <summary>Bare file name; of a companion in a sub-folder, its path relative to the model's folder, with '/'.</summary>
    public string Name { get; }

    /// <summary>Where it starts in the set's <see cref="ModelFile.Source"/>.</summary>
    public long Start { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>The opened file, if it holds tensors; null for an index or a companion.</summary>
    public ModelFile? Model { get; }

    /// <summary>For people: name and length.</summary>
    public override string ToString() => SafeText.Escape($"{Name}: {Length} bytes");

    /// <summary>True for the file with the blocks of widened tensors.</summary>
    internal bool IsSideFile => SideFile.IsName(Name);
}
