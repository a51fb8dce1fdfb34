using System.Text.Json;
using ModelPack.IO.Json;

namespace ModelPack.Formats;

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

    internal override string Display(int maxItems = 8) => $"{length} bytes";

    internal override void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue)
    {
        writer.WriteStartObject();
        writer.WriteNumber("bytes", length);
        writer.WriteEndObject();
    }
}
