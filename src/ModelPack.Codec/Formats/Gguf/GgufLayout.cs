using ModelPack.IO;

namespace ModelPack.Formats.Gguf;

/// <summary>Where the payloads lie, and the checks on it (gguf.md §1.6: R-OFFSET, R-EOF, R-OVERLAP, R-GAP).</summary>
internal static class GgufLayout
{
    /// <summary>Finds the data section behind the records; without tensors there is none (gguf.md §1.6).</summary>
    public static long FindDataOffset(GgufHeaderBuffer buffer, int tensors, long alignment)
    {
        if (tensors == 0)
        {
            return buffer.Position;
        }

        long dataOffset = CheckedMath.AlignUp(buffer.Position, alignment);
        return dataOffset <= buffer.FileLength
            ? dataOffset
            : throw buffer.Refuse(
                GgufErrors.EndOfFile, $"the data section starts at byte {dataOffset}, but the file has {buffer.FileLength} bytes",
                buffer.FileLength);
    }

    public static GgufTensorRecord[] Place(GgufHeaderBuffer buffer, List<GgufTensorDraft> drafts, long dataOffset, long alignment)
    {
        foreach (GgufTensorDraft draft in drafts)
        {
            CheckAlone(buffer, draft, dataOffset, alignment);
        }

        CheckTogether(buffer, drafts, alignment);
        return [.. drafts.Select(draft => ToRecord(draft, dataOffset, buffer.Encoding.ByteOrder))];
    }

    private static void CheckAlone(GgufHeaderBuffer buffer, GgufTensorDraft draft, long dataOffset, long alignment)
    {
        ulong offset = draft.RelativeOffset;
        if ((offset & (ulong)(alignment - 1)) != 0)
        {
            throw buffer.Refuse(GgufErrors.Offset, $"the offset {offset} is not a multiple of {alignment}", draft.OffsetField, draft.Name);
        }

        ulong dataBytes = (ulong)(buffer.FileLength - dataOffset);
        if (offset > dataBytes || (ulong)draft.ByteLength > dataBytes - offset)
        {
            throw buffer.Refuse(
                GgufErrors.EndOfFile, $"{draft.ByteLength} bytes at offset {offset} of the data section end behind its {dataBytes} bytes",
                buffer.FileLength, draft.Name);
        }
    }

    private static void CheckTogether(GgufHeaderBuffer buffer, List<GgufTensorDraft> drafts, long alignment)
    {
        long expected = 0;
        foreach (GgufTensorDraft draft in drafts)
        {
            if ((long)draft.RelativeOffset != expected)
            {
                RefuseOverlap(buffer, drafts);
                throw buffer.Refuse(
                    GgufErrors.Gap, $"the offset is {draft.RelativeOffset} where {expected} should follow", draft.OffsetField, draft.Name);
            }

            expected = CheckedMath.AlignUp(expected + draft.ByteLength, alignment);
        }
    }

    private static void RefuseOverlap(GgufHeaderBuffer buffer, List<GgufTensorDraft> drafts)
    {
        GgufTensorDraft[] sorted = [.. drafts.Where(draft => draft.ByteLength > 0).OrderBy(draft => draft.RelativeOffset)];
        for (int index = 1; index < sorted.Length; index++)
        {
            (GgufTensorDraft before, GgufTensorDraft draft) = (sorted[index - 1], sorted[index]);
            if (draft.RelativeOffset < before.RelativeOffset + (ulong)before.ByteLength)
            {
                throw buffer.Refuse(
                    GgufErrors.Overlap,
                    $"the payload at offset {draft.RelativeOffset} shares bytes with '{before.Name}' at {before.RelativeOffset}",
                    draft.OffsetField,
                    draft.Name);
            }
        }
    }

    private static GgufTensorRecord ToRecord(GgufTensorDraft draft, long dataOffset, ByteOrder order)
    {
        TensorInfo tensor = new()
        {
            Name = draft.Name,
            Type = draft.Type,
            Shape = draft.Shape,
            Offset = dataOffset + (long)draft.RelativeOffset,
            ByteLength = draft.ByteLength,
            ByteOrder = order,
        };
        return new GgufTensorRecord(tensor, (long)draft.RelativeOffset, draft.RecordStart);
    }
}
