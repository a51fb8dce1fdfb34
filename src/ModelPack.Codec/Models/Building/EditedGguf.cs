using System.Buffers;
using System.Text;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Models.Building;

/// <summary>Plans an edited GGUF: version, byte order, spelling, order and paddings of the source stay (gguf.md §1).</summary>
internal static class EditedGguf
{
    public static FilePlan Plan(BuilderFile file, PayloadList payloads)
    {
        GgufFile source = (GgufFile)file.Model!;
        ByteSource bytes = file.Bytes!;
        GgufEncoding encoding = new(source.ByteOrder, source.Version == 1 ? sizeof(uint) : sizeof(ulong));
        long alignment = AlignmentOf(file.Entries);
        ReadOnlyMemory<byte> header = Header(file, source, encoding, alignment);
        long padding = CheckedMath.AlignUp(header.Length, alignment) - header.Length;
        List<Segment> segments = [new LiteralSegment(header)];
        long sourcePadding = source.DataOffset - source.HeaderLength;
        bool hasData = file.Tensors.Count > 0;
        if (hasData && source.Tensors.Count > 0 && padding == sourcePadding)
        {
            segments.AddRange(payloads.Run(bytes, source.HeaderLength, padding));
        }
        else if (hasData && padding > 0)
        {
            segments.Add(ZeroSegment.Of(padding));
        }

        for (int i = 0; i < file.Tensors.Count; i++)
        {
            BuilderTensor tensor = file.Tensors[i];
            segments.Add(payloads.Add(tensor));
            segments.AddRange(Padding(file, source, tensor, alignment, i == file.Tensors.Count - 1, payloads));
        }

        segments.AddRange(Tail(file, source, hasData, payloads));
        return new(segments);
    }

    /// <exception cref="ModelPackException">The alignment is none that the format has.</exception>
    public static long AlignmentOf(IReadOnlyList<BuilderEntry> entries) =>
        entries.FirstOrDefault(entry => entry.Key == GgufFormat.AlignmentKey)?.Value switch
    {
        null => GgufFormat.DefaultAlignment,
        GgufValue value when value.TryGetUInt32(out uint stated) && uint.IsPow2(stated) => stated,
        var other =>
            throw new ModelPackException(
                BuildingErrors.BadValue,
                $"'{GgufFormat.AlignmentKey}' has to be a power of two of type u32, and is {other.TypeName} {other.Display()}"),
    };

    private static ReadOnlyMemory<byte> Header(BuilderFile file, GgufFile source, GgufEncoding encoding, long alignment)
    {
        ArrayBufferWriter<byte> text = new();
        GgufFieldWriter fields = new(text, encoding);
        fields.Bytes(source.Source.ReadBytes(0, sizeof(uint)));
        fields.UInt32((uint)source.Version);
        fields.Length(file.Tensors.Count);
        fields.Length(file.Entries.Count);
        foreach (BuilderEntry entry in file.Entries)
        {
            GgufValue value = (GgufValue)entry.Value;
            fields.Text(Encoding.UTF8.GetBytes(entry.Key));
            fields.UInt32((uint)value.Type);
            fields.Bytes((file.IsNew(entry) ? GgufRecoder.To(value, encoding) : value).RawBytes.Span);
        }

        long offset = 0;
        foreach (BuilderTensor tensor in file.Tensors)
        {
            fields.Text(Encoding.UTF8.GetBytes(tensor.Name));
            fields.UInt32((uint)tensor.Shape.Length);
            foreach (long dimension in tensor.Shape.Reverse())
            {
                fields.Length(dimension);
            }

            fields.UInt32((uint)TensorTypes.Get(tensor.Type).GgmlId!.Value);
            fields.UInt64((ulong)offset);
            offset = CheckedMath.TryAdd(offset, tensor.Payload.Length, out long end)
                && CheckedMath.TryAlignUp(end, alignment, out long next)
                ? next
                : throw new ModelPackException(
                    BuildingErrors.UnsupportedTensor, "the payloads together have more than 2^63 bytes") { TensorName = tensor.Name };
        }

        return text.WrittenMemory;
    }

    // What follows a payload in the source follows it again, as far as it is padding; a new one has zeros.
    private static IEnumerable<Segment> Padding(
        BuilderFile file, GgufFile source, BuilderTensor tensor, long alignment, bool isLast, PayloadList payloads)
    {
        long wanted = CheckedMath.AlignUp(tensor.Payload.Length, alignment) - tensor.Payload.Length;
        long kept = 0;
        bool stays = isLast && tensor.Place == source.Tensors.Count - 1;
        if (tensor.Place is { } place && alignment == source.Alignment)
        {
            long end = source.Tensors[place].Offset + source.Tensors[place].ByteLength;
            kept = Math.Min(wanted, file.Bytes!.Length - end);
            foreach (Segment segment in payloads.Run(file.Bytes, end, kept))
            {
                yield return segment;
            }
        }

        // Some writers leave out the padding of the last payload.
        if (wanted > kept && !(stays && alignment == source.Alignment))
        {
            yield return ZeroSegment.Of(wanted - kept);
        }
    }

    // What lies behind the padded data section belongs to nothing that this library knows, and stays.
    private static IEnumerable<Segment> Tail(BuilderFile file, GgufFile source, bool hasData, PayloadList payloads)
    {
        bool hadData = source.Tensors.Count > 0;
        long end = hadData ? CheckedMath.AlignUp(source.LastPayloadEnd, source.Alignment) : source.HeaderLength;
        if (!hadData && hasData)
        {
            end = CheckedMath.AlignUp(end, source.Alignment);
        }

        return payloads.Run(file.Bytes!, end, Math.Max(0, file.Bytes!.Length - end));
    }
}
