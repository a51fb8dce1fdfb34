using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>Reads all values of a tensor to where they are wanted.</summary>
internal static class TensorValues
{
    // Read at once, far below what a span of bytes holds.
    private const int BytesAtOnce = 1 << 28;

    /// <summary>Decodes a tensor that can be decoded. What is float32 already is not copied on its way.</summary>
    public static void Decode(ByteSource source, TensorInfo tensor, Span<float> destination)
    {
        if (tensor.Type == TensorType.F32)
        {
            Read(source, tensor, destination);
            return;
        }

        using PayloadReader reader = new(source, tensor);
        for (long chunk = 0; chunk < reader.ChunkCount; chunk++)
        {
            reader.Read(chunk);
            for (int count; (count = reader.Decode(destination)) > 0;)
            {
                destination = destination[count..];
            }
        }
    }

    /// <summary>Reads a plain type, each element as this machine holds it.</summary>
    public static void Read<T>(ByteSource source, TensorInfo tensor, Span<T> destination)
        where T : unmanaged
    {
        bool isForeign = (tensor.ByteOrder == ByteOrder.LittleEndian) != BitConverter.IsLittleEndian;
        int width = Unsafe.SizeOf<T>();
        long offset = tensor.Offset;
        while (!destination.IsEmpty)
        {
            Span<T> part = destination[..Math.Min(destination.Length, BytesAtOnce / width)];
            Span<byte> bytes = MemoryMarshal.AsBytes(part);
            source.ReadAt(offset, bytes);
            if (isForeign)
            {
                PayloadByteOrder.ReverseNumbers(bytes, width);
            }

            if (typeof(T) == typeof(bool))
            {
                SetToOne(bytes);
            }

            offset += bytes.Length;
            destination = destination[part.Length..];
        }
    }

    /// <summary>Whether bytes begin where numbers of a width may stand.</summary>
    public static bool IsAligned(ReadOnlySpan<byte> bytes, int width) =>
        Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(bytes)) % width == 0;

    // Any byte but zero is true in the formats; .NET counts on 1.
    private static void SetToOne(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
        {
            value = value == 0 ? (byte)0 : (byte)1;
        }
    }
}
