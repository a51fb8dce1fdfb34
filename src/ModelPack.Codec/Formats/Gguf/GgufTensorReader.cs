using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using ModelPack.Tensors;

namespace ModelPack.Formats.Gguf;

/// <summary>A tensor record as it was read, before the layout of the data section is known.</summary>
internal readonly record struct GgufTensorDraft(
    string Name, TensorType Type, ImmutableArray<long> Shape, long ByteLength, ulong RelativeOffset, int RecordStart, int OffsetField);

/// <summary>Reads the tensor records (gguf.md §1.5).</summary>
internal sealed class GgufTensorReader(GgufHeaderBuffer buffer, GgufNotes notes)
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly ShapeCache shapes = new();

    public List<GgufTensorDraft> Read(ulong count)
    {
        List<GgufTensorDraft> tensors = new((int)Math.Min(count, ModelFile.LikelyTensors));
        for (ulong record = 0; record < count; record++)
        {
            tensors.Add(ReadRecord());
        }

        return tensors;
    }

    private GgufTensorDraft ReadRecord()
    {
        int start = buffer.Position;
        string name = ReadName();
        int dimensionsAt = buffer.Position;
        ImmutableArray<long> shape = ReadShape(name);
        TensorTypeInfo type = ReadType(name);
        if (!TensorShape.TryCountElements(shape.AsSpan(), out _))
        {
            throw buffer.Refuse(
                GgufErrors.DimensionOverflow, $"the shape {TensorShape.Format(shape.AsSpan())} has more than 2^63 elements", dimensionsAt,
                name);
        }

        long row = shape.IsEmpty ? 1 : shape[^1];
        if (row % type.BlockElements != 0)
        {
            throw buffer.Refuse(
                GgufErrors.Block, $"rows of {row} elements do not consist of {type.Name} blocks of {type.BlockElements}", dimensionsAt,
                name);
        }

        if (!type.TryGetPayloadBytes(shape.AsSpan(), out long bytes))
        {
            throw buffer.Refuse(
                GgufErrors.DimensionOverflow, $"the shape {TensorShape.Format(shape.AsSpan())} has more than 2^63 bytes", dimensionsAt,
                name);
        }

        if (shape.IsEmpty)
        {
            notes.Keep("K-SCALAR", "tensors stored without dimensions hold one element", name, dimensionsAt);
        }
        else if (shape.Contains(0))
        {
            notes.Keep("K-EMPTY", "tensors with a dimension of zero hold no bytes", name, dimensionsAt);
        }

        int offsetAt = buffer.Position;
        return new GgufTensorDraft(name, type.Type, shape, bytes, buffer.ReadUInt64("tensor offset"), start, offsetAt);
    }

    private string ReadName()
    {
        int start = buffer.Position;
        ReadOnlySpan<byte> bytes = buffer.ReadString("tensor name");
        if (!IsName(bytes))
        {
            string shown = System.Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, 64)]);
            throw buffer.Refuse(GgufErrors.TensorName, $"a tensor name has {bytes.Length} bytes: {shown}", start);
        }

        string name = Encoding.UTF8.GetString(bytes);
        if (bytes.Length > GgufFormat.MaximumNameBytes)
        {
            notes.Keep(
                "K-TNAME", $"tensor names of more than {GgufFormat.MaximumNameBytes} bytes, which llama.cpp refuses to load", name, start);
        }

        return names.Add(name) ? name : throw buffer.Refuse(GgufErrors.DuplicateTensor, "the tensor name occurs twice", start, name);
    }

    /// <summary>R-TNAME.</summary>
    internal static bool IsName(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= GgufFormat.MaximumReadNameBytes && !bytes.Contains((byte)0) && Utf8.IsValid(bytes);

    private ImmutableArray<long> ReadShape(string name)
    {
        int start = buffer.Position;
        uint count = buffer.ReadUInt32("number of dimensions");
        if (count > GgufFormat.MaximumDimensions)
        {
            throw buffer.Refuse(GgufErrors.DimensionCount, $"the tensor has {count} dimensions", start, name);
        }

        // gguf.md §1.5: the first stored dimension is the row length, the reverse of a shape.
        Span<long> shape = stackalloc long[(int)count];
        for (int dimension = (int)count - 1; dimension >= 0; dimension--)
        {
            start = buffer.Position;
            ulong size = buffer.ReadLength("dimension");
            shape[dimension] = size <= long.MaxValue
                ? (long)size
                : throw buffer.Refuse(GgufErrors.Dimension, $"a dimension is {size}", start, name);
        }

        return shapes.Get(shape);
    }

    private TensorTypeInfo ReadType(string name)
    {
        int start = buffer.Position;
        uint id = buffer.ReadUInt32("tensor type");
        return id <= int.MaxValue && TensorTypes.TryGetByGgmlId((int)id, out TensorTypeInfo? type)
            ? type!
            : throw buffer.Refuse(GgufErrors.TensorType, DescribeUnknownType(id), start, name);
    }

    /// <summary>The ids that ggml gave up (ggml-types.md §1).</summary>
    private static string DescribeUnknownType(uint id)
    {
        string? removed = id switch
        {
            4 => "Q4_2",
            5 => "Q4_3",
            31 => "Q4_0_4_4",
            32 => "Q4_0_4_8",
            33 => "Q4_0_8_8",
            36 => "IQ4_NL_4_4",
            37 => "IQ4_NL_4_8",
            38 => "IQ4_NL_8_8",
            _ => null,
        };
        return removed is null ? $"the tensor type {id} does not exist" : $"the tensor type {id} ({removed}) was removed from the format";
    }
}
