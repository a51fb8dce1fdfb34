using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using ModelPack.IO;

namespace ModelPack;

/// <summary>Hashes of whole files.</summary>
/// <example>
/// <code>
/// Console.WriteLine(FileHash.Xxh128("qwen.gguf"));
/// </code>
/// </example>
public static class FileHash
{
    // Paddings, of which a model has as many as tensors: not worth the state of a stream.
    private const int ShortBytes = 256;

    /// <summary>XXH128 of a file, as 32 hexadecimal digits.</summary>
    public static string Xxh128(string path, CancellationToken cancellation = default)
    {
        using FileByteSource source = new(path);
        return Format(Xxh128(source, cancellation));
    }

    /// <summary>XXH128 of a file with a secret seed, as 32 hexadecimal digits. Who does not know the seed cannot make two files with the
    /// same hash.</summary>
    internal static string SeededXxh128(string path, long seed, CancellationToken cancellation = default)
    {
        XxHash128 hash = new(seed);
        using FileByteSource source = new(path);
        ForEachChunk(source, chunk => hash.Append(chunk), cancellation);
        return Format(hash.GetCurrentHashAsUInt128());
    }

    /// <summary>SHA-256 of a file, as 64 hexadecimal digits.</summary>
    public static string Sha256(string path, CancellationToken cancellation = default)
    {
        using FileByteSource source = new(path);
        return Sha256(source, cancellation);
    }

    /// <summary>SHA-256 of bytes, as 64 hexadecimal digits.</summary>
    internal static string Sha256(ByteSource source, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ForEachChunk(source, chunk => hash.AppendData(chunk), cancellation);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>The way hashes are written everywhere: 32 lower-case hexadecimal digits, the high half first.</summary>
    internal static string Format(Hash128 hash) => hash.ToString();

    /// <summary>As <see cref="Format(Hash128)"/>, for hashes that people calculate with.</summary>
    internal static string Format(UInt128 hash) => hash.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    internal static Hash128 Xxh128(ByteSource source, CancellationToken cancellation)
    {
        if (source.Length <= ShortBytes)
        {
            Span<byte> bytes = stackalloc byte[(int)source.Length];
            source.ReadAt(0, bytes);
            return Hash128.Of(bytes);
        }

        Xxh128 hash = new();
        ForEachChunk(source, chunk => hash.Append(chunk), cancellation);
        return hash.Finish();
    }

    /// <summary>Hands the bytes of a source to <paramref name="use"/>, chunk by chunk and in order.</summary>
    internal static void ForEachChunk(ByteSource source, ChunkAction use, CancellationToken cancellation)
    {
        int atOnce = (int)Math.Min(source.BytesAtOnce, source.Length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(atOnce);
        for (long offset = 0; offset < source.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<byte> read = buffer.AsSpan(0, (int)Math.Min(atOnce, source.Length - offset));
            source.ReadAt(offset, read);
            for (int at = 0; at < read.Length; at += Chunks.Size)
            {
                use(read.Slice(at, Math.Min(Chunks.Size, read.Length - at)));
            }

            offset += read.Length;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}

/// <summary>Uses one chunk of a file.</summary>
internal delegate void ChunkAction(ReadOnlySpan<byte> chunk);

/// <summary>The unit of all streaming.</summary>
internal static class Chunks
{
    /// <summary>
    /// Bytes in a chunk: small enough to stay in a core's cache from reading to writing, and large enough that the calls for each do not
    /// count (half of it costs a tenth more processor time).
    /// </summary>
    public const int Size = 512 * 1024;
}
