using System.Buffers;
using System.Buffers.Binary;
using ModelPack.Tensors.Decoding;
using ModelPack.Tensors.Scanning;

namespace ModelPack.Tensors;

/// <summary>
/// Reads one payload in chunks of whole blocks, and decodes a chunk by itself: chunks may be read in any order. Not thread-safe; use one a
/// thread.
/// </summary>
internal sealed class PayloadReader : IDisposable
{
    /// <summary>Elements decoded at once: few enough that they stay in cache until they are used.</summary>
    public const int ElementsAtOnce = 1 << 15;

    private readonly ByteSource source;
    private readonly TensorInfo tensor;
    private readonly TensorTypeInfo type;
    private readonly BlockMap map;
    private readonly int blockBytes;
    private readonly byte[] header;
    private readonly byte[] bytes;
    private float[]? values;
    private int length;
    private int decoded;
    private long block;
    private bool isReversed;

    public PayloadReader(ByteSource source, TensorInfo tensor)
    {
        this.source = source;
        this.tensor = tensor;
        type = TensorTypes.Get(tensor.Type);
        header = type.Rule == PayloadRule.ScaledBytes && tensor.ByteLength > 0 ? source.ReadBytes(tensor.Offset, sizeof(float)) : [];
        (int blockElements, blockBytes) = Unit(type);
        Blocks = (tensor.ByteLength - header.Length) / blockBytes;
        map = type.Rule == PayloadRule.PaddedRows && tensor.Shape[1] > 0
            ? new(Blocks / Math.Max(1, tensor.Shape[0]), tensor.Shape[1], blockElements)
            : new(Math.Max(1, Blocks), tensor.ElementCount, blockElements);
        BlocksInChunk = Chunks.Size / blockBytes;
        ChunkCount = (Blocks + BlocksInChunk - 1) / BlocksInChunk;
        bytes = ArrayPool<byte>.Shared.Rent((int)Math.Min(Blocks, BlocksInChunk) * blockBytes);
    }

    /// <summary>What stands before the blocks: the scale of APR-Q8, nothing for other types.</summary>
    public ReadOnlySpan<byte> Header => header;

    public long ChunkCount { get; }

    public long Blocks { get; }

    public int BlockBytes => blockBytes;

    public int BlocksInChunk { get; }

    /// <summary>Index of the element that <see cref="Decode(out ReadOnlySpan{float})"/> gives next.</summary>
    public long NextElement => map.FirstElement(block + (decoded / blockBytes));

    /// <summary>Why the values of a tensor cannot be told; null if they can.</summary>
    public static string? WhyNotDecoded(TensorInfo tensor)
    {
        string name = TensorTypes.Get(tensor.Type).Name;
        bool isForeign = tensor.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(tensor.Type) == ByteSwapSupport.DerivedOnly;
        return !TensorDecoder.CanDecode(tensor.Type) ? $"{name} has no float32 reading"
            : isForeign ? $"no program is known to write {name} in big-endian order, so its values cannot be told"
            : null;
    }

    /// <summary>How many chunks a payload has, without reading any.</summary>
    public static long CountChunks(TensorInfo tensor)
    {
        (_, int blockBytes) = Unit(TensorTypes.Get(tensor.Type));
        long blocks = tensor.ByteLength / blockBytes;
        long inChunk = Chunks.Size / blockBytes;
        return TensorTypes.Get(tensor.Type).Rule == PayloadRule.ScaledBytes && tensor.ByteLength > 0
            ? (tensor.ByteLength - sizeof(float) + inChunk - 1) / inChunk
            : (blocks + inChunk - 1) / inChunk;
    }

    /// <summary>Reads a chunk as it is stored.</summary>
    public ReadOnlySpan<byte> Read(long chunk)
    {
        block = chunk * BlocksInChunk;
        length = (int)Math.Min(BlocksInChunk, Blocks - block) * blockBytes;
        decoded = 0;
        isReversed = false;
        source.ReadAt(tensor.Offset + header.Length + (block * blockBytes), bytes.AsSpan(0, length));
        return bytes.AsSpan(0, length);
    }

    /// <summary>
    /// The chunk as a little-endian file stores it. A form that no known program writes stays as it is (ggml-types.md §9). The bytes given
    /// by <see cref="Read"/> change with it.
    /// </summary>
    public ReadOnlySpan<byte> ToLittleEndian()
    {
        if (!isReversed && tensor.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(tensor.Type) == ByteSwapSupport.Exact)
        {
            PayloadByteOrder.Reverse(tensor.Type, bytes.AsSpan(0, length));
        }

        isReversed = true;
        return bytes.AsSpan(0, length);
    }

    /// <summary>Decodes the next values of the chunk; false at its end.</summary>
    public bool Decode(out ReadOnlySpan<float> decodedValues)
    {
        decodedValues = default;
        if (decoded == length)
        {
            return false;
        }

        values ??= ArrayPool<float>.Shared.Rent(ElementsAtOnce);
        decodedValues = values.AsSpan(0, Decode(values));
        return true;
    }

    /// <summary>Decodes the next values of the chunk to where they are wanted.</summary>
    /// <param name="destination">At least the values that are left, or <paramref name="most"/>.</param>
    /// <param name="most">How many are decoded at most, no fewer than a block has.</param>
    /// <returns>Their number; 0 at the end of the chunk.</returns>
    public int Decode(Span<float> destination, int most = ElementsAtOnce)
    {
        if (decoded == length)
        {
            return 0;
        }

        ToLittleEndian();
        long first = block + (decoded / blockBytes);
        long untilRowEnd = map.RowBlocks - (first % map.RowBlocks);
        int take = (int)Math.Min(Math.Min(most / map.BlockElements, untilRowEnd), (length - decoded) / blockBytes);
        int elements = ((take - 1) * map.BlockElements) + map.Elements(first + take - 1);
        ReadOnlySpan<byte> blocks = bytes.AsSpan(decoded, take * blockBytes);
        if (type.Rule == PayloadRule.ScaledBytes)
        {
            AprBlocks.Q8(BinaryPrimitives.ReadSingleLittleEndian(header), blocks, destination);
        }
        else
        {
            TensorDecoder.Decode(tensor.Type, blocks, destination[..elements]);
        }

        decoded += take * blockBytes;
        return elements;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        if (values is not null)
        {
            ArrayPool<float>.Shared.Return(values);
        }
    }

    // The smallest group of elements that fills whole bytes.
    private static (int Elements, int Bytes) Unit(TensorTypeInfo type) =>
        type.Rule != PayloadRule.PackedBits ? (type.BlockElements, type.BlockBytes)
        : type.BlockBytes == 6 ? (4, 3)
        : (8 / type.BlockBytes, 1);
}
