using System.Buffers.Binary;
using System.Collections.Frozen;
using ModelPack.Formats;

namespace ModelPack.Architectures.Rules;

/// <summary>What a Hugging Face folder says: its companion files, and its tensors under the folder's own names.</summary>
/// <param name="path">The folder, for messages.</param>
/// <param name="companions">The companion files.</param>
/// <param name="tensors">The tensors.</param>
/// <param name="read">Reads the payload of one of them; null if there are headers alone.</param>
internal sealed class FolderSource(
    string path, IReadOnlyList<Companion> companions, IReadOnlyList<TensorInfo> tensors, Func<TensorInfo, byte[]>? read = null)
{
    /// <summary>Longer vectors than any model has are not read.</summary>
    private const long LongestVector = 1 << 20;

    /// <summary>Nor are larger matrices than any projector has.</summary>
    private const long LongestMatrix = 1 << 28;

    /// <summary>Of a matrix that may be larger than an array, so many bytes are read at a time.</summary>
    private const long Piece = 1 << 24;

    private readonly FrozenDictionary<string, TensorInfo> names = tensors.ToFrozenDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    /// <summary>For messages.</summary>
    public string Path => path;

    public IReadOnlyList<Companion> Companions => companions;

    public IReadOnlyList<TensorInfo> Tensors => tensors;

    public Companion? Find(string file) => companions.FirstOrDefault(companion => companion.Name == file);

    /// <summary>Whether a vector is known to hold zeros alone.</summary>
    public bool IsZero(TensorInfo vector) =>
        read is not null && vector.Shape is [<= LongestVector] && read(vector).AsSpan().IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Whether F16 is known to hold every number of a tensor as it is.</summary>
    public bool FitsHalf(TensorInfo tensor)
    {
        if (read is null || tensor.ByteLength > LongestMatrix || tensor.Type is not (TensorType.F16 or TensorType.BF16 or TensorType.F32))
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = read(tensor);
        for (int at = 0; tensor.Type != TensorType.F16 && at < bytes.Length; at += tensor.Type == TensorType.F32 ? 4 : 2)
        {
            float number = tensor.Type == TensorType.F32
                ? BinaryPrimitives.ReadSingleLittleEndian(bytes[at..])
                : BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) << 16);
            if (BitConverter.SingleToUInt32Bits((float)(Half)number) != BitConverter.SingleToUInt32Bits(number))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether two tensors are known to hold the same.</summary>
    public bool AreSame(TensorInfo one, TensorInfo other)
    {
        if (read is null || one.Type != other.Type || !one.Shape.SequenceEqual(other.Shape))
        {
            return false;
        }

        for (long start = 0; start < one.ByteLength; start += Piece)
        {
            if (!read(PieceOf(one, start)).AsSpan().SequenceEqual(read(PieceOf(other, start))))
            {
                return false;
            }
        }

        return true;
    }

    private static TensorInfo PieceOf(TensorInfo tensor, long start) =>
        tensor with { Offset = tensor.Offset + start, ByteLength = Math.Min(Piece, tensor.ByteLength - start) };

    public TensorInfo? FindTensor(string name) => names.GetValueOrDefault(name);
}
