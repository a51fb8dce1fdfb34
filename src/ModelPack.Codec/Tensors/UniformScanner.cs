using System.Buffers.Binary;
using ModelPack.Tensors.Scanning;

namespace ModelPack.Tensors;

/// <summary>
/// Looks for tensors that hold one value, chunk by chunk. It stops at the second value, so that only tensors that hold one are decoded.
/// Immutable; chunks start where those of <see cref="FiniteScanner"/> do.
/// </summary>
internal sealed class UniformScanner
{
    private const int Step = 256;
    private const int AprQ8ScaleBytes = 4;

    private readonly TensorTypeInfo scannedType;
    private readonly BlockMap blockMap;

    private UniformScanner(TensorTypeInfo info, BlockMap map)
    {
        scannedType = info;
        blockMap = map;
    }

    /// <summary>Makes a scanner for little-endian payloads of one type and shape (outermost dimension first).</summary>
    public static UniformScanner For(TensorType type, ReadOnlySpan<long> shape)
    {
        // Both parts of a complex number are numbers of their own here.
        TensorTypeInfo info = TensorTypes.Get(type == TensorType.C64 ? TensorType.F32 : type);
        return new UniformScanner(info, BlockMap.Of(info, shape));
    }

    /// <summary>Looks at one chunk until two values were seen.</summary>
    /// <param name="byteOffset">Offset of the chunk in the tensor's payload.</param>
    /// <param name="bytes">The chunk: whole blocks.</param>
    /// <param name="tally">What was seen before; takes what is seen now.</param>
    public void Scan(long byteOffset, ReadOnlySpan<byte> bytes, ref UniformTally tally)
    {
        if (scannedType.Rule == PayloadRule.ScaledBytes)
        {
            if (byteOffset == 0 && bytes.Length >= AprQ8ScaleBytes)
            {
                tally.Scale = BinaryPrimitives.ReadSingleLittleEndian(bytes);
                bytes = bytes[AprQ8ScaleBytes..];
            }

            ScanStored(bytes, 1, ref tally);
        }
        else if (!TensorDecoder.CanDecode(scannedType.Type))
        {
            ScanStored(bytes, scannedType.BlockBytes, ref tally);
        }
        else if (scannedType.BlockElements > 1)
        {
            ScanBlocks(byteOffset / scannedType.BlockBytes, bytes, ref tally);
        }
        else
        {
            ScanNumbers(bytes, ref tally);
        }
    }

    private void ScanBlocks(long block, ReadOnlySpan<byte> bytes, ref UniformTally tally)
    {
        Span<float> values = stackalloc float[Step];
        values = values[..scannedType.BlockElements];
        for (; !bytes.IsEmpty && !tally.HasSeveral; bytes = bytes[scannedType.BlockBytes..], block++)
        {
            TensorDecoder.Decode(scannedType.Type, bytes[..scannedType.BlockBytes], values);
            AddAll(values[..blockMap.Elements(block)], ref tally);
        }
    }

    private void ScanNumbers(ReadOnlySpan<byte> bytes, ref UniformTally tally)
    {
        int bits = scannedType.Rule == PayloadRule.PackedBits ? scannedType.BlockBytes : scannedType.BlockBytes * 8;
        Span<float> values = stackalloc float[Step];
        while (!bytes.IsEmpty && !tally.HasSeveral)
        {
            int count = (int)Math.Min(Step, (long)bytes.Length * 8 / bits);
            int length = count * bits / 8;
            TensorDecoder.Decode(scannedType.Type, bytes[..length], values[..count]);
            AddAll(values[..count], ref tally);
            bytes = bytes[length..];
        }
    }

    private static void AddAll(ReadOnlySpan<float> values, ref UniformTally tally)
    {
        foreach (float value in values)
        {
            uint bits = BitConverter.SingleToUInt32Bits(value);
            tally.Add(bits << 1 == 0 ? 0 : bits);
            if (tally.HasSeveral)
            {
                return;
            }
        }
    }

    private void ScanStored(ReadOnlySpan<byte> bytes, int width, ref UniformTally tally)
    {
        bool isSigned = scannedType.Type == TensorType.F64;
        for (; bytes.Length >= width && !tally.HasSeveral; bytes = bytes[width..])
        {
            ulong value = 0;
            for (int i = width - 1; i >= 0; i--)
            {
                value = (value << 8) | bytes[i];
            }

            tally.Add(isSigned && value << 1 == 0 ? 0 : value);
        }
    }
}
