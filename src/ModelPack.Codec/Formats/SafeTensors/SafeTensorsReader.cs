using System.Buffers.Binary;
using System.Text.Unicode;
using ModelPack.IO;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Opens a file in the reference library's order of checks: length, UTF-8, JSON, ranges, coverage (safetensors.md §6).</summary>
internal static class SafeTensorsReader
{
    public static SafeTensorsFile Open(ByteSource source)
    {
        ReadOnlyMemory<byte> text = source.ReadMemory(SafeTensorsFormat.LengthBytes, ReadHeaderLength(source));
        if (!Utf8.IsValid(text.Span))
        {
            throw Broken(
                source, SafeTensorsErrors.InvalidHeader, "the header is not UTF-8",
                SafeTensorsFormat.LengthBytes + StrictUtf8.FirstInvalid(text.Span));
        }

        SafeTensorsHeader header = SafeTensorsHeaderReader.Read(text, source);
        long dataOffset = SafeTensorsFormat.LengthBytes + (long)text.Length;
        TensorInfo[] tensors = SafeTensorsLayout.Place(header.Entries, dataOffset, source.Length, source.Name);
        return new SafeTensorsFile(source, text, tensors, header.Metadata);
    }

    /// <summary>The length is checked before anything is allocated; compared as unsigned, since 8 + N may wrap.</summary>
    private static int ReadHeaderLength(ByteSource source)
    {
        if (source.Length < SafeTensorsFormat.LengthBytes)
        {
            throw Broken(source, SafeTensorsErrors.HeaderTooSmall, $"the file has {source.Length} bytes, fewer than 8", source.Length);
        }

        Span<byte> prefix = stackalloc byte[SafeTensorsFormat.LengthBytes];
        source.ReadAt(0, prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafeTensorsFormat.MaxHeaderLength)
        {
            throw Broken(
                source, SafeTensorsErrors.HeaderTooLarge,
                $"the header length is {length}; the limit is {SafeTensorsFormat.MaxHeaderLength}", 0);
        }

        if ((long)length > source.Length - SafeTensorsFormat.LengthBytes)
        {
            throw Broken(
                source, SafeTensorsErrors.InvalidHeaderLength, $"the header length is {length}, but the file has {source.Length} bytes", 0);
        }

        return (int)length;
    }

    private static ModelFormatException Broken(ByteSource source, ErrorCode code, string detail, long position) =>
        new(code, detail, position) { FilePath = source.Name };
}
