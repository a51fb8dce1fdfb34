using ModelPack.Tensors.Scanning;

namespace ModelPack.Tensors;

/// <summary>
/// Counts the elements of a little-endian payload that decode to NaN or infinity, by raw bits (ggml-types.md §8, safetensors.md §3).
/// For types whose padding or scale depends on the whole tensor, see <see cref="FiniteScanner"/>.
/// </summary>
internal static class FiniteScan
{
    /// <summary>True if payloads of the type can be scanned without knowing the tensor's shape.</summary>
    public static bool Supports(TensorType type) =>
        TensorTypes.Get(type).Rule is PayloadRule.Blocks or PayloadRule.PackedBits;

    /// <summary>Scans whole blocks of a tensor.</summary>
    /// <param name="type">The type.</param>
    /// <param name="payload">A whole number of blocks.</param>
    /// <param name="firstElement">Index of the first element of the payload in the tensor.</param>
    /// <param name="tally">Takes the findings.</param>
    /// <exception cref="ArgumentException">The payload ends inside a block, or does not start at one.</exception>
    public static void Scan(TensorType type, ReadOnlySpan<byte> payload, long firstElement, ref FiniteTally tally)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        if (!Supports(type))
        {
            throw new ArgumentException($"{info.Name} needs the tensor's shape", nameof(type));
        }

        if (info.Rule == PayloadRule.PackedBits)
        {
            return; // F6 and F4 have no code for NaN or infinity.
        }

        if (payload.Length % info.BlockBytes != 0)
        {
            throw new ArgumentException($"{payload.Length} bytes are not a whole number of {info.Name} blocks", nameof(payload));
        }

        if (firstElement < 0 || firstElement % info.BlockElements != 0)
        {
            throw new ArgumentException($"element {firstElement} is not the start of a {info.Name} block", nameof(firstElement));
        }

        if (info.BlockElements > 1)
        {
            BlockMap map = BlockMap.Unpadded(info.BlockElements);
            BlockScan.Scan(type, payload, map, firstElement / info.BlockElements, ref tally);
        }
        else
        {
            ScanPlain(type, payload, firstElement, ref tally);
        }
    }

    private static void ScanPlain(TensorType type, ReadOnlySpan<byte> payload, long firstElement, ref FiniteTally tally)
    {
        switch (type)
        {
            case TensorType.F32:
                PlainScan.Scan(payload, PlainFormats.F32, firstElement, ref tally);
                break;
            case TensorType.F16:
                PlainScan.Scan(payload, PlainFormats.F16, firstElement, ref tally);
                break;
            case TensorType.BF16:
                PlainScan.Scan(payload, PlainFormats.BF16, firstElement, ref tally);
                break;
            case TensorType.F64:
                PlainScan.Scan(payload, PlainFormats.F64, firstElement, ref tally);
                break;
            case TensorType.C64:
                PlainScan.ScanComplex(payload, firstElement, ref tally);
                break;
            case TensorType.F8E5M2:
                PlainScan.Scan(payload, PlainFormats.F8E5M2, firstElement, ref tally);
                break;
            case TensorType.F8E4M3:
                PlainScan.Scan(payload, PlainFormats.F8E4M3, firstElement, ref tally);
                break;
            case TensorType.F8E8M0:
                PlainScan.Scan(payload, PlainFormats.F8E8M0, firstElement, ref tally);
                break;
            case TensorType.F8E4M3Fnuz or TensorType.F8E5M2Fnuz:
                PlainScan.Scan(payload, PlainFormats.F8Fnuz, firstElement, ref tally);
                break;
            case TensorType.I8 or TensorType.I16 or TensorType.I32 or TensorType.I64:
            case TensorType.U8 or TensorType.U16 or TensorType.U32 or TensorType.U64 or TensorType.Bool:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "not a plain type");
        }
    }
}
