using System.Buffers.Binary;
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
        ValueHash? values = isDecoded ? new(isStored: tensor.Type == TensorType.F32 && BitConverter.IsLittleEndian) : null;
        Xxh128 payload = new();
        using IncrementalHash? strong = sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        using PayloadReader reader = new(source, tensor);
        payload.Append(reader.Header);
        strong?.AppendData(reader.Header);
        for (long chunk = 0; chunk < reader.ChunkCount; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            reader.Read(chunk);
            ReadOnlySpan<byte> bytes = reader.ToLittleEndian();
            values?.Append(reader, bytes, payload);
            payload.Append(bytes);
            strong?.AppendData(bytes);
            counter.Add(bytes.Length);
        }

        counter.Add(reader.Header.Length);
        Hash128 hash = payload.Finish();
        return new(
            tensor.Name,
            TensorHash.TypeName(tensor),
            tensor.Shape,
            Number(hash),
            values is null ? null : Number(values.Finish(hash)))
        {
            Sha256 = strong is null ? null : Convert.ToHexStringLower(strong.GetCurrentHash()),
        };
    }

    /// <summary>True if a value is a NaN.</summary>
    internal static bool HasNaN(ReadOnlySpan<uint> values)
    {
        ReadOnlySpan<Vector<uint>> vectors = MemoryMarshal.Cast<uint, Vector<uint>>(values);
        Vector<uint> magnitude = new(Magnitude);
        Vector<uint> left = Vector<uint>.Zero;
        Vector<uint> right = Vector<uint>.Zero;
        for (int i = 0; i <= vectors.Length - 2; i += 2)
        {
            left = Vector.Max(left, vectors[i] & magnitude);
            right = Vector.Max(right, vectors[i + 1] & magnitude);
        }

        if (Vector.GreaterThanAny(Vector.Max(left, right), new Vector<uint>(Infinity)))
        {
            return true;
        }

        foreach (uint value in values[(vectors.Length / 2 * 2 * Vector<uint>.Count)..])
        {
            if ((value & Magnitude) > Infinity)
            {
                return true;
            }
        }

        return false;
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

    private static UInt128 Number(Hash128 hash) => new(hash.High, hash.Low);
}
