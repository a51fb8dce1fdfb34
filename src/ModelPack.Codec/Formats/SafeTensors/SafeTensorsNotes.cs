using ModelPack.Diagnostics;

namespace ModelPack.Formats.SafeTensors;

/// <summary>What is odd in a file, legal, and kept (safetensors.md §1, §7).</summary>
internal static class SafeTensorsNotes
{
    public const string Space = "K-SPACE";
    public const string Unaligned = "K-UNALIGNED";

    public static IReadOnlyList<Note> Of(ReadOnlySpan<byte> header, IReadOnlyList<TensorInfo> tensors)
    {
        List<Note> notes = [];
        if (header[0] != (byte)'{')
        {
            notes.Add(new Note(Space, "whitespace stands before the opening brace of the header", SafeTensorsFormat.LengthBytes));
        }

        int end = header.LastIndexOf((byte)'}') + 1;
        int odd = header[end..].IndexOfAnyExcept((byte)' ');
        if (odd >= 0)
        {
            notes.Add(new Note(Space, "the header is padded with other whitespace than spaces", SafeTensorsFormat.LengthBytes + end + odd));
        }

        TensorInfo[] unaligned = [.. tensors.Where(IsUnaligned)];
        if (unaligned.Length > 0)
        {
            string text =
                $"{Plural.Of(unaligned.Length, "tensor", "begins", "begin")} where no multiple of the element size is, the first is "
                    + $"'{unaligned[0].Name}'";
            notes.Add(new Note(Unaligned, text, unaligned[0].Offset));
        }

        return notes;
    }

    private static bool IsUnaligned(TensorInfo tensor) =>
        tensor.ByteLength > 0 && tensor.Offset % Math.Max(1, SafeTensorsTypes.Bits(tensor.Type) / 8) != 0;
}
