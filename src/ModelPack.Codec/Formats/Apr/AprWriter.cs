using System.Buffers.Binary;
using System.Text;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Formats.Apr;

/// <summary>Lays out new files (apr-v2.md §3, §15.2): sizes first, so that everything before the payloads is known before they are
/// streamed.</summary>
internal static class AprWriter
{
    private const string VocabularyKey = "tokenizer.vocabulary";

    /// <summary>The file as segments; payload segments refer to the tensors by their place in <see cref="AprModel.Tensors"/>.</summary>
    /// <exception cref="ArgumentException">The model breaks a rule of the format; checking it is the caller's part.</exception>
    public static FilePlan Plan(AprModel model)
    {
        TensorLimit.Write(model.Tensors.Count);
        byte[][] names = [.. model.Tensors.Select(EncodeName)];
        int[] order = [.. Enumerable.Range(0, names.Length)];
        order.AsSpan().Sort((left, right) => names[left].AsSpan().SequenceCompareTo(names[right]));
        CheckTensors(model, names, order);

        ReadOnlyMemory<byte> metadata = AprMetadataWriter.Write(model);
        byte[] index = WriteIndex(model, names, order);
        long indexOffset = AprFormat.HeaderBytes + AprFormat.AlignUp(metadata.Length);
        AprHeader header = new()
        {
            Flags = model.Flags ?? FlagsFor(model),
            TensorCount = (uint)names.Length,
            MetadataSize = metadata.Length,
            IndexOffset = indexOffset,
            DataOffset = indexOffset + AprFormat.AlignUp(index.Length),
        };

        List<Segment> segments = [new LiteralSegment(header.ToBytes())];
        AddPadded(segments, new LiteralSegment(metadata));
        AddPadded(segments, new LiteralSegment(index));
        foreach (int tensor in order)
        {
            AddPadded(segments, new PayloadSegment(tensor, model.Tensors[tensor].ByteLength));
        }

        segments.Add(new Crc32Segment());
        return new FilePlan(segments);
    }

    /// <summary>Row-major always; quantized and vocabulary as the content has it (apr-v2.md §15.2).</summary>
    public static AprFlags FlagsFor(AprModel model) => AprFlags.LayoutRowMajor
        | (model.Tensors.Any(tensor => TensorTypes.Get(tensor.Type).IsQuantized) ? AprFlags.Quantized : 0)
        | (model.CustomKeys.Any(pair => pair.Key == VocabularyKey) ? AprFlags.HasVocabulary : 0);

    private static byte[] EncodeName(StoredTensor tensor)
    {
        byte[] name;
        try
        {
            name = StrictUtf8.Encoding.GetBytes(tensor.Name);
        }
        catch (EncoderFallbackException cause)
        {
            throw new ArgumentException("a tensor name contains half a surrogate pair", nameof(tensor), cause);
        }

        return name.Length is > 0 and <= AprFormat.MaximumNameBytes
            ? name
            : throw new ArgumentException($"the tensor name '{tensor.Name}' has {name.Length} bytes; 1 to 256 are allowed", nameof(tensor));
    }

    private static void CheckTensors(AprModel model, byte[][] names, int[] order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            StoredTensor tensor = model.Tensors[order[i]];
            string? fault = i > 0 && names[order[i]].AsSpan().SequenceEqual(names[order[i - 1]]) ? "occurs twice"
                : tensor.Shape.Length > AprFormat.MaximumDimensions ? $"has {tensor.Shape.Length} dimensions; 8 are allowed"
                : AprTypeBytes.ToWrite(tensor.Type) is null ? $"has the type {tensor.Type}, which APR cannot hold"
                : !TensorTypes.Get(tensor.Type).TryGetPayloadBytes(tensor.Shape.AsSpan(), out long bytes) || bytes != tensor.ByteLength
                    ? $"has {tensor.ByteLength} bytes, which {tensor.Type} {TensorShape.Format(tensor.Shape.AsSpan())} does not have"
                : null;
            if (fault is not null)
            {
                throw new ArgumentException($"the tensor '{tensor.Name}' {fault}", nameof(model));
            }
        }
    }

    private static byte[] WriteIndex(AprModel model, byte[][] names, int[] order)
    {
        long length = order.Sum(i => (long)AprFormat.MinimumEntryBytes + names[i].Length + (8 * model.Tensors[i].Shape.Length));
        byte[] index = new byte[length];
        Span<byte> rest = index;
        long offset = 0;
        foreach (int i in order)
        {
            StoredTensor tensor = model.Tensors[i];
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)names[i].Length);
            names[i].CopyTo(rest[2..]);
            rest = rest[(2 + names[i].Length)..];
            rest[0] = AprTypeBytes.ToWrite(tensor.Type)!.Value;
            rest[1] = (byte)tensor.Shape.Length;
            rest = rest[2..];
            foreach (long dimension in tensor.Shape)
            {
                Put(ref rest, dimension);
            }

            Put(ref rest, offset);
            Put(ref rest, tensor.ByteLength);

            offset = checked(offset + AprFormat.AlignUp(tensor.ByteLength));
        }

        return index;
    }

    private static void Put(ref Span<byte> rest, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(rest, number);
        rest = rest[sizeof(long)..];
    }

    private static void AddPadded(List<Segment> segments, Segment content)
    {
        segments.Add(content);
        long padding = AprFormat.AlignUp(content.Length) - content.Length;
        if (padding > 0)
        {
            segments.Add(ZeroSegment.Of(padding));
        }
    }
}
