using System.Text.Json;

namespace ModelPack.Codec;

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

/// <summary>A companion file, seen as a metadata value of the model that it belongs to.</summary>
internal sealed class CompanionValue(ReadOnlyMemory<byte> bytes) : MetadataValue
{
    public override string TypeName => "file";

    public override ReadOnlyMemory<byte> RawBytes => bytes;

    public override string Display(int maxItems = 8) => $"{bytes.Length} bytes";

    public override void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue)
    {
        writer.WriteStartObject();
        writer.WriteNumber("bytes", bytes.Length);
        writer.WriteEndObject();
    }
}
