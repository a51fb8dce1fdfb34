using System.Text.Json;
using ModelPack.Codec.HuggingFace;
using ModelPack.Codec.IO;

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
internal sealed class CompanionValue : MetadataValue
{
    private readonly int length;
    private readonly Func<ReadOnlyMemory<byte>> read;

    /// <summary>One that nothing reads is not held: its bytes are fetched for those who ask.</summary>
    public CompanionValue(ByteSource source, ModelSetMember member)
    {
        length = checked((int)member.Length);
        if (CompanionText.WhyUnread(member.Name, member.Length) is not null)
        {
            read = () => source.ReadBytes(member.Start, length);
            return;
        }

        byte[] bytes = source.ReadBytes(member.Start, length);
        read = () => bytes;
    }

    public override string TypeName => "file";

    public override ReadOnlyMemory<byte> RawBytes => read();

    public override string Display(int maxItems = 8) => $"{length} bytes";

    public override void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue)
    {
        writer.WriteStartObject();
        writer.WriteNumber("bytes", length);
        writer.WriteEndObject();
    }
}
