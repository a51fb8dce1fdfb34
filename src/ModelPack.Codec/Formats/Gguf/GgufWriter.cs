using System.Buffers.Binary;
using System.Text;
using ModelPack.IO;

namespace ModelPack.Formats.Gguf;

/// <summary>Plans new little-endian files, laid out as the library's own writer does it (gguf.md §1.6).</summary>
internal static class GgufWriter
{
    private const int FixedHeaderBytes = 24;

    /// <exception cref="ModelPackException">The format cannot hold the model.</exception>
    public static FilePlan Plan(GgufModel model)
    {
        (string Key, GgufValue Value)[] entries = GgufModelCheck.CheckMetadata(model);
        GgufModelCheck.CheckTensors(model.Tensors);
        byte[] header = BuildHeader(model, entries);
        List<Segment> segments = [new LiteralSegment(header)];
        for (int tensor = 0; tensor < model.Tensors.Count; tensor++)
        {
            long length = model.Tensors[tensor].ByteLength;
            segments.Add(new PayloadSegment(tensor, length));
            long padding = CheckedMath.AlignUp(length, model.Alignment) - length;
            if (padding > 0)
            {
                segments.Add(ZeroSegment.Of(padding));
            }
        }

        return new FilePlan(segments);
    }

    private static byte[] BuildHeader(GgufModel model, (string Key, GgufValue Value)[] entries)
    {
        long length = FixedHeaderBytes
            + entries.Sum(entry => sizeof(ulong) + entry.Key.Length + sizeof(uint) + (long)entry.Value.RawBytes.Length)
            + model.Tensors.Sum(
                tensor => sizeof(ulong) + Encoding.UTF8.GetByteCount(
                    tensor.Name) + 16L + (sizeof(ulong) * tensor.Shape.Length));
        long padded = CheckedMath.AlignUp(length, model.Alignment);
        if (padded > Array.MaxLength)
        {
            throw new ModelPackException(GgufErrors.HeaderLimit, $"the header would have {padded} bytes");
        }

        HeaderWriter writer = new(new byte[padded]);
        writer.WriteBytes(GgufFormat.Magic);
        writer.WriteUInt32((uint)model.Version);
        writer.WriteUInt64((ulong)model.Tensors.Count);
        writer.WriteUInt64((ulong)entries.Length);
        foreach ((string key, GgufValue value) in entries)
        {
            writer.WriteString(key);
            writer.WriteUInt32((uint)value.Type);
            writer.WriteBytes(value.RawBytes.Span);
        }

        long offset = 0;
        foreach (StoredTensor tensor in model.Tensors)
        {
            WriteRecord(writer, tensor, offset);
            offset = NextOffset(offset, tensor, model.Alignment);
        }

        return writer.Bytes;
    }

    private static void WriteRecord(HeaderWriter writer, StoredTensor tensor, long offset)
    {
        writer.WriteString(tensor.Name);
        writer.WriteUInt32((uint)tensor.Shape.Length);
        for (int dimension = tensor.Shape.Length - 1; dimension >= 0; dimension--)
        {
            writer.WriteUInt64((ulong)tensor.Shape[dimension]);
        }

        writer.WriteUInt32((uint)TensorTypes.Get(tensor.Type).GgmlId!.Value);
        writer.WriteUInt64((ulong)offset);
    }

    private static long NextOffset(long offset, StoredTensor tensor, long alignment) =>
        CheckedMath.TryAdd(offset, tensor.ByteLength, out long end) && CheckedMath.TryAlignUp(end, alignment, out long next)
            ? next
            : throw new ModelPackException(
                GgufErrors.UnwritableShape, "the payloads together have more than 2^63 bytes") { TensorName = tensor.Name };

    private sealed class HeaderWriter(byte[] bytes)
    {
        private int position;

        public byte[] Bytes => bytes;

        public void WriteUInt32(uint number)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(position), number);
            position += sizeof(uint);
        }

        public void WriteUInt64(ulong number)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(position), number);
            position += sizeof(ulong);
        }

        public void WriteString(string text)
        {
            int length = Encoding.UTF8.GetBytes(text, bytes.AsSpan(position + sizeof(ulong)));
            WriteUInt64((ulong)length);
            position += length;
        }

        public void WriteBytes(ReadOnlySpan<byte> source)
        {
            source.CopyTo(bytes.AsSpan(position));
            position += source.Length;
        }
    }
}
