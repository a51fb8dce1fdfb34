using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Validation.Facts;

/// <summary>Finds where a metadata value stands in the file.</summary>
internal static class MetadataPlace
{
    /// <summary>Offset of the value's first byte; null if the value was not read from the file as it stands.</summary>
    public static long? Of(ModelFile file, MetadataValue value)
    {
        foreach (ModelSetMember member in file.AllMembers)
        {
            long? within = member.Model switch
            {
                GgufFile gguf => Within(gguf.MetadataBytes, value.RawBytes),
                AprFile apr => Within(apr.MetadataJson, value.RawBytes) + apr.MetadataOffset,
                SafeTensorsFile when value is SafeTensorsValue text => text.Position,
                _ => null,
            };
            if (within is not null)
            {
                return member.Start + within;
            }
        }

        return null;
    }

    private static long? Within(ReadOnlyMemory<byte> whole, ReadOnlyMemory<byte> part) =>
        whole.Span.Overlaps(part.Span, out int offset) ? offset : null;
}
