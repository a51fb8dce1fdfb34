using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Verification.Hashing;

/// <summary>Hashes the bytes and the values of one payload in one pass.</summary>
internal static class TensorHasher
{
    private const uint Infinity = 0x7F80_0000;
    private const uint Magnitude = 0x7FFF_FFFF;
    private const uint NaN = 0x7FC0_0000;

    public static TensorHash Compute(
        ByteSource source, TensorInfo tensor, bool sha256, Workers.Counter counter, CancellationToken cancellation)
    {
        bool isDecoded = PayloadReader.WhyNotDecoded(tensor) is null;
        XxHash128 payload = new();
        XxHash128 values = new();
        using IncrementalHash? strong = sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        uint[] bits = isDecoded ? new uint[Math.Min(PayloadReader.ElementsAtOnce, tensor.ElementCount)] : [];
        using PayloadReader reader = new(source, tensor);
        payload.Append(reader.Header);
        strong?.AppendData(reader.Header);
        for (long chunk = 0; chunk < reader.ChunkCount; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            reader.Read(chunk);
            ReadOnlySpan<byte> bytes = reader.ToLittleEndian();
            payload.Append(bytes);
            strong?.AppendData(bytes);
            while (isDecoded && reader.Decode(out ReadOnlySpan<float> decoded))
            {
                Span<uint> canonical = bits.AsSpan(0, decoded.Length);
                Canonicalize(MemoryMarshal.Cast<float, uint>(decoded), canonical);
                values.Append(MemoryMarshal.AsBytes(canonical));
            }

            counter.Add(bytes.Length);
        }

        counter.Add(reader.Header.Length);
        return new(
            tensor.Name,
            TensorHash.TypeName(tensor),
            tensor.Shape,
            payload.GetCurrentHashAsUInt128(),
            isDecoded ? values.GetCurrentHashAsUInt128() : null)
        {
            Sha256 = strong is null ? null : Convert.ToHexStringLower(strong.GetCurrentHash()),
        };
    }

    /// <summary>Copies values as little-endian bits, every NaN as the same one: which NaN a decoder gives depends on the machine.</summary>
    internal static void Canonicalize(ReadOnlySpan<uint> values, Span<uint> destination)
    {
        ReadOnlySpan<Vector<uint>> from = MemoryMarshal.Cast<uint, Vector<uint>>(values);
        Span<Vector<uint>> to = MemoryMarshal.Cast<uint, Vector<uint>>(destination);
        Vector<uint> magnitude = new(Magnitude);
        Vector<uint> infinity = new(Infinity);
        Vector<uint> nan = new(NaN);
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = Vector.ConditionalSelect(Vector.GreaterThan(from[i] & magnitude, infinity), nan, from[i]);
        }

        for (int i = from.Length * Vector<uint>.Count; i < values.Length; i++)
        {
            destination[i] = (values[i] & Magnitude) > Infinity ? NaN : values[i];
        }

        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(destination, destination);
        }
    }
}
