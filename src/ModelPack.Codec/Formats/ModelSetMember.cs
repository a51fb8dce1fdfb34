using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack;

/// <summary>A file of a model that consists of several.</summary>
public sealed class ModelSetMember
{
    private WeakReference<byte[]>? content;

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

    /// <summary>All bytes of a companion. Whoever needs them at one time has them in common, so nobody may change them; nobody holds them
    /// here.</summary>
    internal byte[] ReadFrom(ByteSource source)
    {
        if (content is not { } known || !known.TryGetTarget(out byte[]? bytes))
        {
            bytes = source.ReadBytes(Start, checked((int)Length));
            content = new(bytes);
        }

        return bytes;
    }

    /// <summary>For people: name and length.</summary>
    public override string ToString() => SafeText.Escape($"{Name}: {Length} bytes");

    /// <summary>True for the file with the blocks of widened tensors.</summary>
    internal bool IsSideFile => SideFile.IsName(Name);
}
