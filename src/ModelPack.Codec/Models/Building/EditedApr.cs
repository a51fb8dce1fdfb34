using System.Buffers.Binary;
using System.Text;
using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Models.Building;

/// <summary>Plans an edited APR file: flags, type bytes, footer, spelling and order of the source stay (apr-v2.md §3).</summary>
internal sealed class EditedApr
{
    private readonly BuilderFile file;
    private readonly AprFile source;
    private readonly PayloadList payloads;
    private readonly List<Segment> segments = [];
    private long position;

    private EditedApr(BuilderFile file, PayloadList payloads) =>
        (this.file, source, this.payloads) = (file, (AprFile)file.Model!, payloads);

    public static FilePlan Plan(BuilderFile file, PayloadList payloads) => new EditedApr(file, payloads).Plan();

    private FilePlan Plan()
    {
        ReadOnlyMemory<byte> metadata = EditedAprMetadata.Write(file, source);
        EditedAprData data = EditedAprData.Of(file, source, payloads);
        byte[] index = Index(data, out int entries);
        long metadataEnd = source.MetadataOffset + source.MetadataSize;

        segments.Add(ZeroSegment.Of(AprFormat.HeaderBytes));
        position = AprFormat.HeaderBytes;
        AddGap(AprFormat.HeaderBytes, source.MetadataOffset, isSame: true);
        long metadataOffset = position;
        Add(new LiteralSegment(metadata));
        AddGap(metadataEnd, source.IndexOffset, metadata.Length == source.MetadataSize && metadataOffset == source.MetadataOffset);
        long indexOffset = position;
        Add(new LiteralSegment(index));
        long indexEnd = source.IndexOffset + IndexBytes();
        AddGap(indexEnd, source.DataOffset, indexOffset == source.IndexOffset && indexOffset + index.Length == indexEnd);
        AprHeader header = new()
        {
            VersionMinor = source.VersionMinor,
            Flags = source.Flags | (file.Tensors.Exists(tensor => tensor.Place is null && TensorTypes.Get(tensor.Type).IsQuantized)
                ? AprFlags.Quantized
                : 0),
            TensorCount = (uint)entries,
            MetadataOffset = metadataOffset,
            MetadataSize = metadata.Length,
            IndexOffset = indexOffset,
            DataOffset = position,
            Reserved = source.Reserved,
        };
        segments[0] = new LiteralSegment(header.ToBytes());
        segments.AddRange(data.Segments);
        if (source.Footer.IsPresent)
        {
            segments.Add(new Crc32Segment());
        }

        return new(segments);
    }

    private void Add(Segment segment)
    {
        segments.Add(segment);
        position += segment.Length;
    }

    // Padding follows from what stands before it; more than padding, or a byte that is not zero, is kept.
    private void AddGap(long start, long end, bool isSame)
    {
        byte[] gap = end - start < AprFormat.Alignment ? file.Bytes!.ReadBytes(start, (int)(end - start)) : [];
        if (isSame || end - start >= AprFormat.Alignment || gap.AsSpan().ContainsAnyExcept((byte)0))
        {
            foreach (Segment segment in payloads.Run(file.Bytes!, start, end - start))
            {
                Add(segment);
            }
        }

        if (!isSame && AprFormat.AlignUp(position) - position is > 0 and var missing)
        {
            Add(ZeroSegment.Of(missing));
        }
    }

    private long IndexBytes() =>
        source.Entries.Sum(
            entry => (long)AprFormat.MinimumEntryBytes + Encoding.UTF8.GetByteCount(entry.Name) + (sizeof(long) * entry.Dimensions.Length));

    private byte[] Index(EditedAprData data, out int count)
    {
        int[] present = [.. Enumerable.Range(0, source.Entries.Count).Where(i => !source.Entries[i].CountsAsAbsent)];
        List<(byte[] Name, byte Type, IReadOnlyList<long> Shape, long Offset, long Size)> entries =
            [.. source.Entries.Where(entry => entry.CountsAsAbsent)
                .Select(entry =>
                    (Encoding.UTF8.GetBytes(entry.Name), entry.TypeByte, (IReadOnlyList<long>)entry.Dimensions, entry.Offset, entry.Size))];
        foreach (BuilderTensor tensor in file.Tensors)
        {
            byte type = tensor.Place is { } place ? source.Entries[present[place]].TypeByte : AprTypeBytes.ToWrite(tensor.Type)!.Value;
            entries.Add((Encoding.UTF8.GetBytes(tensor.Name), type, tensor.Shape, data.OffsetOf(tensor), tensor.Payload.Length));
        }

        entries.Sort((left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        using MemoryStream index = new();
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach ((byte[] name, byte type, IReadOnlyList<long> shape, long offset, long size) in entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(number, checked((ushort)name.Length));
            index.Write(number[..sizeof(ushort)]);
            index.Write(name);
            index.WriteByte(type);
            index.WriteByte((byte)shape.Count);
            foreach (long value in shape.Append(offset).Append(size))
            {
                BinaryPrimitives.WriteInt64LittleEndian(number, value);
                index.Write(number);
            }
        }

        count = entries.Count;
        return index.ToArray();
    }
}
