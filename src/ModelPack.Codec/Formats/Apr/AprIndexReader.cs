using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using ModelPack.Tensors;

namespace ModelPack.Formats.Apr;

/// <summary>Parses the tensor index through a small window: its section may be far larger than its entries (apr-v2.md §8).</summary>
internal sealed class AprIndexReader
{
    private const int WindowBytes = 64 * 1024;

    private readonly ByteSource source;
    private readonly long end;
    private readonly byte[] window;
    private readonly ShapeCache shapes = new();
    private readonly byte[] previousName = new byte[AprFormat.MaximumNameBytes];
    private int previousLength;
    private long position;
    private int taken;
    private int filled;

    private AprIndexReader(ByteSource source, AprHeader header)
    {
        this.source = source;
        position = header.IndexOffset;
        end = header.DataOffset;
        window = new byte[Math.Min(WindowBytes, end - position)];
    }

    /// <summary>Reads the entries.</summary>
    /// <param name="source">The file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="indexEnd">Offset behind the last entry.</param>
    public static List<AprRawEntry> Read(ByteSource source, AprHeader header, out long indexEnd)
    {
        AprIndexReader reader = new(source, header);
        List<AprRawEntry> entries = new((int)Math.Min(header.TensorCount, ModelFile.LikelyTensors));
        for (uint i = 0; i < header.TensorCount; i++)
        {
            entries.Add(reader.ReadEntry(i));
        }

        indexEnd = reader.position;
        return entries;
    }

    private AprRawEntry ReadEntry(uint number)
    {
        long at = position;
        string name = ReadName(number);
        ReadOnlySpan<byte> two = Take(2, name);
        byte type = two[0];
        byte count = two[1];
        if (count > AprFormat.MaximumDimensions)
        {
            throw AprErrors.DimensionCount.Broken(source.Name, $"{count} dimensions are announced", position - 1, name);
        }

        Span<long> dimensions = stackalloc long[count];
        ReadOnlySpan<byte> numbers = Take((8 * count) + 16, name);
        for (int i = 0; i < count; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadInt64LittleEndian(numbers[(8 * i)..]);
        }

        if (!TensorShape.TryCountElements(dimensions, out _))
        {
            string shown = string.Join(", ", dimensions.ToArray().Select(dimension => (ulong)dimension));
            throw AprErrors.DimensionOverflow.Broken(source.Name, $"the product of [{shown}] is 2^63 or more", at, name);
        }

        return new AprRawEntry(
            name,
            type,
            shapes.Get(dimensions),
            BinaryPrimitives.ReadUInt64LittleEndian(numbers[(8 * count)..]),
            BinaryPrimitives.ReadUInt64LittleEndian(numbers[((8 * count) + 8)..]),
            at);
    }

    private string ReadName(uint number)
    {
        long at = position;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(Take(2, null));
        if (length is 0 or > AprFormat.MaximumNameBytes)
        {
            throw AprErrors.Name.Broken(source.Name, $"the name of entry {number} has {length} bytes; 1 to 256 are allowed", at);
        }

        ReadOnlySpan<byte> bytes = Take(length, null);
        if (!Utf8.IsValid(bytes))
        {
            throw AprErrors.Name.Broken(source.Name, $"the name of entry {number} is not UTF-8: {Convert.ToHexString(bytes)}", at + 2);
        }

        string name = Encoding.UTF8.GetString(bytes);
        int order = number == 0 ? 1 : bytes.SequenceCompareTo(previousName.AsSpan(0, previousLength));
        if (order <= 0)
        {
            throw order == 0
                ? AprErrors.Duplicate.Broken(source.Name, $"entry {number} has the name of the entry before it", at, name)
                : AprErrors.Unsorted.Broken(source.Name, $"entry {number} sorts before its predecessor", at, name);
        }

        bytes.CopyTo(previousName);
        previousLength = length;
        return name;
    }

    /// <summary>The next bytes; valid until the next call.</summary>
    private ReadOnlySpan<byte> Take(int length, string? tensor)
    {
        if (length > end - position)
        {
            throw AprErrors.IndexEnd.Broken(
                source.Name, $"an entry needs {length} more bytes, the data section begins {end - position} bytes on", position, tensor);
        }

        if (length > filled - taken)
        {
            window.AsSpan(taken, filled - taken).CopyTo(window);
            filled -= taken;
            taken = 0;
            int more = (int)Math.Min(window.Length - filled, end - position - filled);
            source.ReadAt(position + filled, window.AsSpan(filled, more));
            filled += more;
        }

        ReadOnlySpan<byte> bytes = window.AsSpan(taken, length);
        taken += length;
        position += length;
        return bytes;
    }
}
