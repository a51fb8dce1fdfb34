using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Decoding;

/// <summary>F32, F16 and BF16 (ggml-types.md §2.1).</summary>
internal static class PlainDecoders
{
    /// <summary>Copies bits, NaN payloads included.</summary>
    public static void F32(ReadOnlySpan<byte> payload, Span<float> destination)
    {
        payload.CopyTo(MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }

    public static void F16(ReadOnlySpan<byte> payload, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = ScaleFormats.Half(payload, 2 * i);
        }
    }

    public static void BF16(ReadOnlySpan<byte> payload, Span<float> destination)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = (uint)BinaryPrimitives.ReadUInt16LittleEndian(payload.Slice(2 * i, 2)) << 16;
        }
    }
}
