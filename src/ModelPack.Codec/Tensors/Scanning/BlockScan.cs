using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Scanning;

/// <summary>Finite scan of block types: the scales of all blocks, the elements of suspect blocks.</summary>
internal static class BlockScan
{
    private const int LargestBlock = 256;

    public static void Scan(TensorType type, ReadOnlySpan<byte> payload, in BlockMap map, long firstBlock, ref FiniteTally tally)
    {
        int stride = TensorTypes.Get(type).BlockBytes;
        Span<float> values = stackalloc float[LargestBlock];
        values = values[..map.BlockElements];
        for (int found = SuspectBlocks.Next(type, payload, 0); found >= 0; found = SuspectBlocks.Next(type, payload, found + 1))
        {
            long block = firstBlock + found;
            ReadOnlySpan<byte> bytes = payload.Slice(found * stride, stride);
            TensorDecoder.Decode(type, bytes, values);
            bool isFinite = CountElements(values[..map.Elements(block)], map.FirstElement(block), ref tally);

            // The NaN code of the standard is refused whatever the quants are (ggml-types.md §8).
            if (type == TensorType.MXFP4 && isFinite && bytes[0] == 0xFF)
            {
                tally.AddBadBlock(block);
            }
        }
    }

    private static bool CountElements(ReadOnlySpan<float> values, long firstElement, ref FiniteTally tally)
    {
        FiniteTally own = default;
        PlainFormat<uint> format = new(0x7F80_0000, 0x7F80_0000, 0x7FFF_FFFF, 0x7F80_0000);
        PlainScan.ScanScalar(MemoryMarshal.AsBytes(values), format, firstElement, ref own);
        tally.Merge(own);
        return own.NonFinite == 0;
    }
}
