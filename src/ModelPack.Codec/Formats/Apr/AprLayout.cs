using System.Buffers.Binary;
using ModelPack.Diagnostics;

namespace ModelPack.Formats.Apr;

/// <summary>Where sections and payloads lie: extents, overlaps, gaps, and what stands behind the last payload (apr-v2.md §15.1 steps 7 and
/// 8).</summary>
internal sealed class AprLayout
{
    private readonly ByteSource source;
    private readonly AprHeader header;
    private readonly long indexEnd;
    private readonly List<AprRawEntry> entries;
    private readonly List<Note> notes;
    private readonly int[] byOffset;
    private readonly bool[] shared;
    private Note? misaligned;
    private Note? gap;

    private AprLayout(ByteSource source, AprHeader header, long indexEnd, List<AprRawEntry> entries, List<Note> notes)
    {
        this.source = source;
        this.header = header;
        this.indexEnd = indexEnd;
        this.entries = entries;
        this.notes = notes;
        byOffset = [.. Enumerable.Range(0, entries.Count)];
        shared = new bool[entries.Count];
    }

    /// <summary>Checks everything about places and tells whether there is a footer. Its checksum needs a pass over the file and is left for
    /// later.</summary>
    public static AprFooter Check(ByteSource source, AprHeader header, long indexEnd, List<AprRawEntry> entries, List<Note> notes)
    {
        AprLayout layout = new(source, header, indexEnd, entries, notes);
        layout.CheckExtents();
        layout.CheckOverlaps();
        layout.FindMisaligned();
        layout.FindGaps();
        layout.FindStreamOrder();
        return layout.CheckTail();
    }

    private long Start(int entry) => header.DataOffset + (long)entries[entry].Offset;

    private long End(int entry) => Start(entry) + (long)entries[entry].Size;

    private void CheckExtents()
    {
        foreach (AprRawEntry entry in entries)
        {
            if ((UInt128)entry.Offset + entry.Size > (ulong)(source.Length - header.DataOffset))
            {
                throw AprErrors.Extent.Broken(
                    source.Name,
                    $"{entry.Size} bytes at offset {entry.Offset} of the data section end behind the file, which has {source.Length} bytes",
                    entry.Position,
                    entry.Name);
            }
        }
    }

    private void CheckOverlaps()
    {
        byOffset.AsSpan().Sort((left, right) =>
        {
            int order = entries[left].Offset.CompareTo(entries[right].Offset);
            order = order == 0 ? entries[left].Size.CompareTo(entries[right].Size) : order;
            return order == 0 ? left.CompareTo(right) : order;
        });
        int previous = -1;
        int sharedCount = 0;
        foreach (int entry in byOffset)
        {
            if (entries[entry].Size == 0)
            {
                continue;
            }

            if (previous >= 0 && Start(entry) < End(previous))
            {
                if (entries[entry].Offset != entries[previous].Offset || entries[entry].Size != entries[previous].Size)
                {
                    throw AprErrors.Overlap.Broken(
                        source.Name, $"its payload begins inside that of '{entries[previous].Name}'", Start(entry), entries[entry].Name);
                }

                shared[entry] = true;
                sharedCount++;
            }

            previous = entry;
        }

        if (sharedCount > 0)
        {
            int first = byOffset.First(entry => shared[entry]);
            notes.Add(
                new Note(
                    "K-SHARED",
                    $"{Plural.Of(sharedCount, "tensor", "shares", "share")} the payload of another, the first is '{entries[first].Name}'",
                    Start(first)));
        }
    }

    private void FindMisaligned()
    {
        (string What, long Offset)[] sections = [
            ("metadata", header.MetadataOffset), ("index", header.IndexOffset), ("data section", header.DataOffset)];
        foreach ((string what, long offset) in sections)
        {
            if (offset % AprFormat.Alignment != 0)
            {
                misaligned ??= new Note("K-ALIGN", $"the {what} begins at {offset}, which is not a multiple of 64", offset);
            }
        }

        int first = byOffset.Where(entry => entries[entry].Offset % AprFormat.Alignment != 0).Append(-1).First();
        if (first >= 0)
        {
            misaligned ??= new Note(
                "K-ALIGN", $"the payload offset {entries[first].Offset} of '{entries[first].Name}' is not a multiple of 64", Start(first));
        }

        AddIfFound(misaligned);
    }

    private void FindGaps()
    {
        Measure(AprFormat.HeaderBytes, header.MetadataOffset, "metadata");
        Measure(header.MetadataOffset + header.MetadataSize, header.IndexOffset, "index");
        Measure(indexEnd, header.DataOffset, "data section");
        long used = header.DataOffset;
        foreach (int entry in byOffset)
        {
            Measure(used, Start(entry), entries[entry].Name);
            used = entries[entry].Size == 0 ? used : End(entry);
        }

        AddIfFound(gap);
    }

    private void Measure(long used, long next, string what)
    {
        if (next - used >= AprFormat.Alignment)
        {
            gap ??= new Note("K-GAP", $"{next - used} unused bytes stand before '{what}'", used);
        }
    }

    private void AddIfFound(Note? note)
    {
        if (note is not null)
        {
            notes.Add(note);
        }
    }

    /// <summary>A payload order that differs from the index order, which the streaming writer produces (apr-v2.md §3).</summary>
    private void FindStreamOrder()
    {
        long highest = header.DataOffset;
        long used = header.DataOffset;
        for (int entry = 0; entry < entries.Count; entry++)
        {
            if (shared[entry])
            {
                continue;
            }

            if (Start(entry) < highest || (entries[entry].Size == 0 && Start(entry) < used))
            {
                notes.Add(
                    new Note(
                        "K-STREAM",
                        $"the payloads are not in the order of the index; the first one out of order is '{entries[entry].Name}'",
                        Start(entry)));
                return;
            }

            highest = Start(entry);
            used = End(entry);
        }
    }

    private AprFooter CheckTail()
    {
        long end = header.DataOffset;
        foreach (AprRawEntry entry in entries)
        {
            end = Math.Max(end, header.DataOffset + AprFormat.AlignUp((long)entry.Size) + (long)entry.Offset);
        }

        long behind = source.Length - end;
        if (behind == AprFormat.FooterBytes)
        {
            return new AprFooter(true, end, BinaryPrimitives.ReadUInt32LittleEndian(source.ReadBytes(end, AprFormat.FooterBytes)));
        }

        if (behind > 0)
        {
            throw AprErrors.Tail.Broken(source.Name, $"{behind} bytes follow the last payload, a footer has 4", end);
        }

        // One flipped bit in an offset can move a payload over the footer; only the plain layout excludes that (apr-v2.md §15.1).
        if ((misaligned ?? gap) is Note odd)
        {
            throw AprErrors.Tail.Broken(source.Name, $"there is no footer to vouch for an odd layout: {odd.Text}", source.Length);
        }

        notes.Add(new Note("K-FOOTER", "there is no footer, so nothing protects the payloads", source.Length));
        if (behind < 0)
        {
            notes.Add(new Note("K-TAIL", $"{-behind} bytes of the padding behind the last payload are missing", source.Length));
        }

        return new AprFooter(false, source.Length, 0);
    }
}
