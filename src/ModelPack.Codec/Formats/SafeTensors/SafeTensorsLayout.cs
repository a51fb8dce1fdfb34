namespace ModelPack.Formats.SafeTensors;

/// <summary>Checks the ranges of all tensors in the reference library's order: by offset, then the coverage of the data (safetensors.md
/// §6).</summary>
internal static class SafeTensorsLayout
{
    public static TensorInfo[] Place(List<SafeTensorsEntry> entries, long dataOffset, long fileLength, string path)
    {
        ulong dataLength = (ulong)(fileLength - dataOffset);
        ulong covered = 0;
        foreach (int index in OrderByRange(entries))
        {
            SafeTensorsEntry entry = entries[index];
            if (Defect(entry, covered) is { } defect)
            {
                throw new ModelFormatException(defect.Code, defect.Detail, defect.Position) { FilePath = path, TensorName = entry.Name };
            }

            covered = entry.End;
        }

        if (covered != dataLength)
        {
            throw new ModelFormatException(
                SafeTensorsErrors.MetadataIncompleteBuffer,
                $"the tensors end at {covered}, but the data is {dataLength} bytes long",
                covered < dataLength ? dataOffset + (long)covered : fileLength) { FilePath = path };
        }

        return [.. entries.Select(entry => Place(entry, dataOffset))];
    }

    private static TensorInfo Place(in SafeTensorsEntry entry, long dataOffset) => new()
    {
        Name = entry.Name,
        Type = entry.Type,
        Shape = entry.Shape,
        Offset = dataOffset + (long)entry.Begin,
        ByteLength = (long)(entry.End - entry.Begin),
    };

    private static (ErrorCode Code, string Detail, long Position)? Defect(in SafeTensorsEntry entry, ulong covered)
    {
        if (entry.Begin != covered || entry.End < entry.Begin)
        {
            string place = $"the offsets are [{entry.Begin}, {entry.End}], but the data before the tensor ends at {covered}";
            return (SafeTensorsErrors.InvalidOffset, place, entry.RangePosition);
        }

        switch (SafeTensorsTypes.Measure(entry.Shape.AsSpan(), entry.Type, out long bytes))
        {
            case SizeRule.Overflows:
                return (SafeTensorsErrors.ValidationOverflow, "the size of the shape exceeds 64 bits", entry.ShapePosition);
            case SizeRule.PartialByte:
                return (SafeTensorsErrors.MisalignedSlice, "the elements do not fill whole bytes", entry.ShapePosition);
        }

        if ((ulong)bytes != entry.End - entry.Begin)
        {
            string sizes = $"the range has {entry.End - entry.Begin} bytes, but shape and dtype make {bytes}";
            return (SafeTensorsErrors.TensorInvalidInfo, sizes, entry.RangePosition);
        }

        return entry.Shape.AsSpan().ContainsAnyExceptInRange(0, long.MaxValue)
            ? (SafeTensorsErrors.DimensionTooLarge, "a dimension exceeds 63 bits", entry.ShapePosition)
            : null;
    }

    /// <summary>Most writers order the header by offset: then there is nothing to sort.</summary>
    private static int[] OrderByRange(List<SafeTensorsEntry> entries)
    {
        int[] order = [.. Enumerable.Range(0, entries.Count)];
        (ulong Begin, ulong End)[] ranges = [.. entries.Select(entry => (entry.Begin, entry.End))];
        for (int i = 1; i < ranges.Length; i++)
        {
            if (ranges[i - 1].CompareTo(ranges[i]) > 0)
            {
                Array.Sort(order, (left, right) =>
                    ranges[left].CompareTo(ranges[right]) is not 0 and int byRange ? byRange : left.CompareTo(right));
                break;
            }
        }

        return order;
    }
}
