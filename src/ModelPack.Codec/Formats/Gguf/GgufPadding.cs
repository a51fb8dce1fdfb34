using ModelPack.IO;

namespace ModelPack.Formats.Gguf;

/// <summary>Looks at the bytes that belong to nothing: padding and what follows the last payload (gguf.md §1.6, K-PAD, K-TAIL).</summary>
internal static class GgufPadding
{
    private const int Chunk = 64 * 1024;

    /// <summary>End of the last payload; without tensors, the end of the key-values.</summary>
    public static long FindLastPayloadEnd(long dataOffset, GgufTensorRecord[] tensors) =>
        tensors.Length == 0 ? dataOffset : tensors[^1].Tensor.Offset + tensors[^1].Tensor.ByteLength;

    /// <summary>Notes what the header, the first bytes of its padding and the length of the file show. The rest is left to
    /// <see cref="FindOdd"/>.</summary>
    public static void NoteAroundData(ByteSource source, long headerEnd, GgufTensorRecord[] tensors, long alignment, GgufNotes notes)
    {
        long dataOffset = CheckedMath.AlignUp(headerEnd, alignment);
        NoteOdd(source, headerEnd, Math.Min(Math.Min(dataOffset, headerEnd + Chunk), source.Length), notes);
        long end = tensors.Length == 0 ? headerEnd : FindLastPayloadEnd(dataOffset, tensors);
        long padded = CheckedMath.AlignUp(end, alignment);
        bool unpaddedHeader = tensors.Length == 0 && source.Length == headerEnd;
        if (source.Length > padded)
        {
            notes.Add(new Note("K-TAIL", $"{source.Length - padded} bytes follow the padded data section", padded));
        }
        else if (source.Length < padded && !unpaddedHeader)
        {
            notes.Add(
                new Note("K-TAIL", $"{padded - source.Length} of {padded - end} bytes of padding are missing at the end", source.Length));
        }
    }

    /// <summary>The first byte that is not zero in the paddings that <see cref="NoteAroundData"/> has left out; null if there is
    /// none.</summary>
    public static long? FindOdd(ByteSource source, long headerEnd, long dataOffset, GgufTensorRecord[] tensors, long alignment)
    {
        byte[] buffer = new byte[Chunk];
        if (FindNonZero(source, headerEnd + Chunk, dataOffset, buffer) is long early)
        {
            return early;
        }

        foreach (GgufTensorRecord record in tensors)
        {
            TensorInfo tensor = record.Tensor;
            long end = tensor.Offset + tensor.ByteLength;
            long padded = Math.Min(CheckedMath.AlignUp(end, alignment), source.Length);
            if (FindNonZero(source, end, padded, buffer) is long odd)
            {
                return odd;
            }
        }

        return null;
    }

    public static Note ToNote(long odd) => new("K-PAD", "padding that is not zero is kept", odd);

    private static void NoteOdd(ByteSource source, long start, long end, GgufNotes notes)
    {
        byte[] buffer = new byte[Math.Min(end - start, Chunk)];
        if (FindNonZero(source, start, end, buffer) is long odd)
        {
            notes.Add(ToNote(odd));
        }
    }

    private static long? FindNonZero(ByteSource source, long start, long end, byte[] buffer)
    {
        while (start < end)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(end - start, buffer.Length));
            source.ReadAt(start, part);
            int odd = part.IndexOfAnyExcept((byte)0);
            if (odd >= 0)
            {
                return start + odd;
            }

            start += part.Length;
        }

        return null;
    }
}
