using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Plans a new file as the reference serializer writes it (safetensors.md §4).</summary>
internal static class SafeTensorsWriter
{
    /// <summary>Lays out header and payloads; <see cref="PayloadSegment.Tensor"/> is the place in the model's list.</summary>
    /// <exception cref="ModelPackException">The format cannot hold the model.</exception>
    public static FilePlan Plan(SafeTensorsModel model)
    {
        TensorLimit.Write(model.Tensors.Count);
        if (model.Metadata.Count > SafeTensorsFormat.MaximumKeys)
        {
            throw new ModelPackException(SafeTensorsErrors.KeyLimit, $"the output would have {model.Metadata.Count} metadata keys");
        }

        byte[][] names = CheckTensors(model.Tensors);
        int[] order = Order(model.Tensors, names);

        ReadOnlyMemory<byte> header = WriteHeader(model, names, order);
        byte[] prefix = new byte[SafeTensorsFormat.LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return new FilePlan(
        [
            new LiteralSegment(prefix),
            new LiteralSegment(header),
            .. order.Select(index => new PayloadSegment(index, model.Tensors[index].ByteLength)),
        ]);
    }

    /// <summary>The order in which tensors are written: wide types first, then by name (safetensors.md §4).</summary>
    public static int[] Order(IReadOnlyList<StoredTensor> tensors) =>
        Order(tensors, [.. tensors.Select(tensor => Encoding.UTF8.GetBytes(tensor.Name))]);

    private static int[] Order(IReadOnlyList<StoredTensor> tensors, byte[][] names)
    {
        int[] order = [.. Enumerable.Range(0, names.Length)];
        Array.Sort(order, (left, right) =>
        {
            int byType = SafeTensorsTypes.Rank(tensors[right].Type).CompareTo(SafeTensorsTypes.Rank(tensors[left].Type));
            return byType != 0 ? byType : names[left].AsSpan().SequenceCompareTo(names[right]);
        });
        return order;
    }

    private static ReadOnlyMemory<byte> WriteHeader(SafeTensorsModel model, byte[][] names, int[] order)
    {
        SafeTensorsText text = new(ExpectedLength(model, names));
        WriteMetadata(text.Raw("{"u8), model.Metadata);
        long offset = 0;
        foreach (int index in order)
        {
            StoredTensor tensor = model.Tensors[index];
            text.Raw(text.Length > 1 ? ","u8 : default).String(names[index]);
            text.Raw(":{\"dtype\":\""u8).Raw(Encoding.ASCII.GetBytes(TensorTypes.Get(tensor.Type).Name)).Raw("\",\"shape\":["u8);
            for (int i = 0; i < tensor.Shape.Length; i++)
            {
                text.Raw(i > 0 ? ","u8 : default).Number(tensor.Shape[i]);
            }

            text.Raw("],\"data_offsets\":["u8).Number(offset);
            if (!CheckedMath.TryAdd(offset, tensor.ByteLength, out offset)
                || offset > long.MaxValue - SafeTensorsFormat.MaxHeaderLength - 8)
            {
                throw Refuse(SafeTensorsErrors.WriteTooLong, "the file would exceed 63 bits with this tensor", tensor.Name);
            }

            text.Raw(","u8).Number(offset).Raw("]}"u8);
            CheckLength(text);
        }

        text.Raw("}"u8).PadTo(SafeTensorsFormat.HeaderAlignment);
        CheckLength(text);
        return text.Bytes;
    }

    // A buffer that grows by doubling would be twice as large as a header of many tensors.
    private static int ExpectedLength(SafeTensorsModel model, byte[][] names)
    {
        const int Metadata = 64;
        const int Dimension = 8;
        int entry = ":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[1000000000,1000000000]},".Length;
        long length = Metadata + model.Metadata.Sum(pair => (2L * pair.Key.Length) + SafeTensorsText.StringLength(pair.Utf8.Span));
        length += names.Sum(name => SafeTensorsText.StringLength(name) + entry) + model.Tensors.Sum(
            tensor => (long)Dimension * tensor.Shape.Length);
        return (int)Math.Min(length, SafeTensorsFormat.MaxHeaderLength);
    }

    /// <summary>The reference serializer leaves the order to a hash map; sorted keys make the output repeatable (safetensors.md
    /// §8).</summary>
    private static void WriteMetadata(SafeTensorsText text, IReadOnlyList<SafeTensorsModelEntry> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        text.String(Encoding.ASCII.GetBytes(SafeTensorsFormat.MetadataName)).Raw(":{"u8);
        string? previous = null;
        foreach ((string key, ReadOnlyMemory<byte> value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (key == previous)
            {
                throw Refuse(SafeTensorsErrors.WriteDuplicateMetadataKey, $"the metadata key '{key}' stands twice");
            }

            if (!Utf8.IsValid(value.Span))
            {
                throw Refuse(SafeTensorsErrors.WriteNotUnicode, $"the value of the metadata key '{key}' is not UTF-8");
            }

            text.Raw(previous is null ? default : ","u8);
            text.String(SafeTensorsText.Utf8(key, null)).Raw(":"u8).String(value.Span);
            CheckLength(text);
            previous = key;
        }

        text.Raw("}"u8);
    }

    private static byte[][] CheckTensors(IReadOnlyList<StoredTensor> tensors)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (StoredTensor tensor in tensors)
        {
            if (tensor.Name == SafeTensorsFormat.MetadataName)
            {
                throw Refuse(SafeTensorsErrors.WriteReservedName, "the name is reserved for metadata", tensor.Name);
            }

            if (!names.Add(tensor.Name))
            {
                throw Refuse(SafeTensorsErrors.WriteDuplicateName, "two tensors have this name", tensor.Name);
            }

            if (SafeTensorsTypes.Rank(tensor.Type) < 0)
            {
                throw Refuse(
                    SafeTensorsErrors.WriteUnknownType, $"the format does not have the type {TensorTypes.Get(tensor.Type).Name}",
                    tensor.Name);
            }

            if (tensor.Shape.AsSpan().ContainsAnyExceptInRange(0, long.MaxValue)
                || SafeTensorsTypes.Measure(tensor.Shape.AsSpan(), tensor.Type, out long bytes) != SizeRule.Holds
                || bytes != tensor.ByteLength)
            {
                string shape = TensorShape.Format(tensor.Shape.AsSpan());
                throw Refuse(
                    SafeTensorsErrors.WriteWrongSize, $"{tensor.ByteLength} bytes are not the size of the shape {shape}", tensor.Name);
            }
        }

        return [.. tensors.Select(tensor => SafeTensorsText.Utf8(tensor.Name, tensor.Name))];
    }

    private static void CheckLength(SafeTensorsText text)
    {
        if (text.Length > SafeTensorsFormat.MaxHeaderLength)
        {
            throw Refuse(SafeTensorsErrors.WriteHeaderTooLarge, $"the header exceeds {SafeTensorsFormat.MaxHeaderLength} bytes");
        }
    }

    private static ModelPackException Refuse(ErrorCode code, string detail, string? tensor = null) =>
        new(code, detail) { TensorName = tensor };
}
