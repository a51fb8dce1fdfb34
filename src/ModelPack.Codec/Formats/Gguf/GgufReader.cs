namespace ModelPack.Formats.Gguf;

/// <summary>What the header of a file says, checked.</summary>
internal sealed record GgufContent(
    GgufHeader Header,
    long Alignment,
    ReadOnlyMemory<byte> MetadataBytes,
    long HeaderLength,
    long DataOffset,
    MetadataEntry[] Metadata,
    IReadOnlyDictionary<string, int> MetadataIndex,
    GgufTensorRecord[] Tensors,
    GgufSplit? Split,
    Note[] Notes);

/// <summary>Reads and checks a header, in the order of gguf.md §3: magic and version, counts, keys, alignment, records, layout. Payloads
/// are not touched.</summary>
internal static class GgufReader
{
    public static GgufContent Read(ByteSource source, int headerLimit)
    {
        GgufHeaderBuffer buffer = new(source, headerLimit);
        GgufNotes notes = new();
        GgufHeader header = GgufHeader.Read(buffer);
        GgufMetadataReader metadata = new(buffer, notes);
        metadata.Read(header.KeyValueCount);
        long alignment = metadata.ReadAlignment();
        int recordsAt = buffer.Position;
        // A file that is too short for what it announces is refused where it ends.
        ulong possible = Math.Min(header.TensorCount, (ulong)(buffer.Left / GgufFormat.MinimumRecordBytes));
        TensorLimit.Read(possible, source.Name, GgufFormat.TensorCountOffset);
        List<GgufTensorDraft> drafts = new GgufTensorReader(buffer, notes).Read(header.TensorCount);
        long dataOffset = GgufLayout.FindDataOffset(buffer, drafts.Count, alignment);
        GgufTensorRecord[] tensors = GgufLayout.Place(buffer, drafts, dataOffset, alignment);
        buffer.Trim(recordsAt);
        MetadataEntry[] entries = metadata.ToEntries();
        GgufSplit? split = GgufSplit.Read(entries, metadata.Index, notes);
        GgufPadding.NoteAroundData(source, buffer.Position, tensors, alignment, notes);
        return new GgufContent(
            header, alignment, buffer.Slice(0, recordsAt), buffer.Position, dataOffset, entries, metadata.Index, tensors, split,
            notes.ToArray());
    }
}
