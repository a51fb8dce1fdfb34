using System.Buffers.Binary;

namespace ModelPack.Tensors.Statistics;

/// <summary>How the whole numbers of a type are stored, little-endian. A BOOL counts as its byte: 0 or 1 in a sound file.</summary>
/// <param name="Bytes">Bytes of one number.</param>
/// <param name="IsSigned">Whether the highest bit stands for a negative number.</param>
internal sealed record IntegerFormat(int Bytes, bool IsSigned)
{
    /// <summary>The format of a type; null if it does not hold whole numbers.</summary>
    public static IntegerFormat? Find(TensorType type) => type switch
    {
        TensorType.I8 => new(1, true),
        TensorType.I16 => new(2, true),
        TensorType.I32 => new(4, true),
        TensorType.I64 => new(8, true),
        TensorType.U8 or TensorType.Bool => new(1, false),
        TensorType.U16 => new(2, false),
        TensorType.U32 => new(4, false),
        TensorType.U64 => new(8, false),
        _ => null,
    };

    /// <summary>Reads one number.</summary>
    public Int128 Read(ReadOnlySpan<byte> bytes) => (Bytes, IsSigned) switch
    {
        (1, true) => (sbyte)bytes[0],
        (1, false) => bytes[0],
        (2, true) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        (4, true) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (8, true) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        (8, false) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        _ => throw new InvalidOperationException($"no numbers of {Bytes} bytes"),
    };
}
