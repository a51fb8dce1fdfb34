using System.Text.Json;
namespace ModelPack.Formats;

/// <summary>A companion file, seen as a metadata value of the model that it belongs to. Its bytes are fetched for those who ask.</summary>
internal sealed class CompanionValue(ByteSource source, ModelSetMember member) : MetadataValue
{
    private protected override string TypeNameCore => "file";

    private protected override ReadOnlyMemory<byte> RawBytesCore => member.ReadFrom(source);

    internal override string Display(int maxItems = 8) => $"{member.Length} bytes";

    internal override void WriteJson(Utf8JsonWriter writer, int maxItems = int.MaxValue)
    {
        writer.WriteStartObject();
        writer.WriteNumber("bytes", member.Length);
        writer.WriteEndObject();
    }
}
