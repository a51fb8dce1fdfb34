using System.Buffers.Binary;
using ModelPack.Tensors.Scanning;

namespace ModelPack.Tensors;

/// <summary>
/// Finite scan of one tensor of known shape, chunk by chunk. Immutable: chunks may be scanned at the same time and in any order,
/// each into its own tally. Padding elements are left out.
/// </summary>
internal sealed class FiniteScanner
{
    private const int AprQ8ScaleBytes = 4;

    private readonly TensorTypeInfo scannedType;
    private readonly BlockMap blockMap;
    private readonly long totalBytes;

    private FiniteScanner(TensorTypeInfo info, BlockMap map, long payloadBytes)
    {
        scannedType = info;
        blockMap = map;
        totalBytes = payloadBytes;
        Granularity = info.Rule switch
        {
            PayloadRule.PackedBits => info.BlockBytes == 6 ? 3 : 1,
            PayloadRule.ScaledBytes => AprQ8ScaleBytes,
            _ => info.BlockBytes,
        };
    }

    /// <summary>Chunks start at multiples of this many bytes; only the last one of the tensor may end elsewhere.</summary>
    public int Granularity { get; }

    /// <summary>Makes a scanner for little-endian payloads of one type and shape (outermost dimension first).</summary>
    /// <exception cref="ArgumentException">The shape does not fit the type.</exception>
    public static FiniteScanner For(TensorType type, ReadOnlySpan<long> shape)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        if (!info.TryGetPayloadBytes(shape, out long payloadBytes))
        {
            throw new ArgumentException($"{info.Name} cannot have the shape {TensorShape.Format(shape)}", nameof(shape));
        }

        return new FiniteScanner(info, BlockMap.Of(info, shape), payloadBytes);
    }

    /// <summary>Scans one chunk.</summary>
    /// <param name="byteOffset">Offset of the chunk in the tensor's payload.</param>
    /// <param name="bytes">The chunk.</param>
    /// <param name="tally">Takes the findings.</param>
    /// <exception cref="ArgumentException">The chunk does not lie in the payload or cuts a block.</exception>
    public void Scan(long byteOffset, ReadOnlySpan<byte> bytes, ref FiniteTally tally)
    {
        if (byteOffset < 0 || byteOffset % Granularity != 0 || bytes.Length > totalBytes - byteOffset)
        {
            throw new ArgumentException($"byte {byteOffset} cannot start a chunk of {bytes.Length} bytes", nameof(byteOffset));
        }

        if (bytes.Length % Granularity != 0 && byteOffset + bytes.Length != totalBytes)
        {
            throw new ArgumentException($"{bytes.Length} bytes cut a block", nameof(bytes));
        }

        if (scannedType.Rule == PayloadRule.ScaledBytes)
        {
            ScanAprQ8(byteOffset, bytes, ref tally);
        }
        else if (scannedType.BlockElements > 1)
        {
            BlockScan.Scan(scannedType.Type, bytes, blockMap, byteOffset / scannedType.BlockBytes, ref tally);
        }
        else if (scannedType.Rule == PayloadRule.Blocks)
        {
            FiniteScan.Scan(scannedType.Type, bytes, byteOffset / scannedType.BlockBytes, ref tally);
        }
    }

    private static void ScanAprQ8(long byteOffset, ReadOnlySpan<byte> bytes, ref FiniteTally tally)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (byteOffset == 0)
        {
            uint scale = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            tally.AddAprQ8(new AprQ8Quants(bytes[AprQ8ScaleBytes..], 0, scale));
        }
        else
        {
            tally.AddAprQ8(new AprQ8Quants(bytes, byteOffset - AprQ8ScaleBytes, null));
        }
    }
}
