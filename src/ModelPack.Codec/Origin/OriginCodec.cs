using System.Buffers.Binary;
using System.IO.Compression;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Origin;

/// <summary>
/// The binary form of an <see cref="OriginRecord"/>. Hashes stand first, at fixed places and uncompressed, so that a record can be laid out
/// before the payloads are read and completed afterwards without changing its length. A checksum covers all that follows it.
/// docs/origin-record.md describes the layout.
/// </summary>
internal static class OriginCodec
{
    /// <summary>Added to the mode of naming: the source held a record that was left behind (docs/origin-record.md, Body).</summary>
    public const byte LeftBehindFlag = 2;

    private const uint Magic = 0x524F504D; // "MPOR"
    private const byte Version = 2;
    private const int ChecksumOffset = 4 + 1;
    private const int SignedOffset = ChecksumOffset + Hash128.Length;
    private const int PreambleLength = SignedOffset + Hash128.Length + 4 + 4 + 4;
    private const int MaximumBody = 512 << 20;
    private const int FreeExpansion = 1 << 20;
    private const int MaximumRatio = 64;
    private const int LikelyTensorBytes = 24;
    private const int CompressionQuality = 4;
    private const int CompressionWindow = 22;

    public static byte[] Write(OriginRecord record) => Begin(record)();

    /// <summary>Writes all of a record that needs it, and returns what compresses it: that takes longer, and the record may be forgotten
    /// meanwhile.</summary>
    public static Func<byte[]> Begin(OriginRecord record)
    {
        ReadOnlyMemory<byte> body = WriteBody(record);
        byte[] front = WriteFront(record);
        return () => Join(front, body.Span);
    }

    private static byte[] Join(byte[] front, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> stored = Compress(body);
        byte[] bytes = new byte[checked(front.Length + 4 + stored.Length)];
        front.CopyTo(bytes, 0);
        Span<byte> rest = bytes.AsSpan(front.Length);
        PutCount(ref rest, body.Length);
        stored.CopyTo(rest);
        Sign(bytes);
        return bytes;
    }

    private static byte[] WriteFront(OriginRecord record)
    {
        int hashes = (record.Files.Length + record.Tensors.Length + record.Views.Length) * Hash128.Length;
        byte[] bytes = new byte[checked(PreambleLength + hashes)];
        Span<byte> rest = bytes;
        BinaryPrimitives.WriteUInt32LittleEndian(rest, Magic);
        rest[4] = Version;
        rest = rest[SignedOffset..];
        PutHash(ref rest, record.ContainerDigest);
        PutCount(ref rest, record.Files.Length);
        PutCount(ref rest, record.Tensors.Length);
        PutCount(ref rest, record.Views.Length);
        foreach (OriginFile file in record.Files)
        {
            PutHash(ref rest, file.Hash);
        }

        foreach (OriginTensor tensor in record.Tensors)
        {
            PutHash(ref rest, tensor.Hash);
        }

        foreach (ShadowTensor view in record.Views)
        {
            PutHash(ref rest, view.Hash);
        }

        return bytes;
    }

    /// <summary>Makes the checksum fit what follows it.</summary>
    public static void Sign(Span<byte> bytes) =>
        Hash128.Of(bytes[SignedOffset..]).Write(bytes[ChecksumOffset..]);

    /// <summary>Fills in what is only known once the payloads were read.</summary>
    /// <param name="bytes">A record made by <see cref="Write"/>; changed in place.</param>
    /// <param name="containerDigest">The digest of the container's header.</param>
    /// <param name="fileHashes">XXH128 of each file.</param>
    /// <param name="tensorHashes">XXH128 of each payload.</param>
    /// <param name="viewHashes">XXH128 of each payload of the container that the way back does not use.</param>
    public static void Complete(
        Span<byte> bytes, Hash128 containerDigest, IReadOnlyList<Hash128> fileHashes, IReadOnlyList<Hash128> tensorHashes,
        IReadOnlyList<Hash128> viewHashes)
    {
        Span<byte> rest = bytes[SignedOffset..];
        PutHash(ref rest, containerDigest);
        rest = rest[12..];
        foreach (Hash128 hash in fileHashes.Concat(tensorHashes).Concat(viewHashes))
        {
            PutHash(ref rest, hash);
        }

        Sign(bytes);
    }

    /// <summary>Reads a record.</summary>
    /// <param name="bytes">The record.</param>
    /// <param name="budget">The budget of the container that holds it.</param>
    /// <exception cref="ModelPackException">The record is damaged, or asks for more work than the container is worth.</exception>
    public static OriginRecord Read(ReadOnlySpan<byte> bytes, RecordBudget budget)
    {
        try
        {
            return ReadChecked(bytes, budget);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException or InvalidDataException
            or IndexOutOfRangeException)
        {
            throw new ModelPackException(OriginErrors.DamagedOrigin, $"the origin record is damaged: {exception.Message}", exception);
        }
    }

    private static OriginRecord ReadChecked(ReadOnlySpan<byte> rest, RecordBudget budget)
    {
        if (rest.Length < PreambleLength + 4 || BinaryPrimitives.ReadUInt32LittleEndian(rest) != Magic)
        {
            throw new InvalidDataException("it does not start like one");
        }

        if (rest[4] != Version)
        {
            throw new InvalidDataException($"version {rest[4]} is not known");
        }

        if (Hash128.Read(rest[ChecksumOffset..]) != Hash128.Of(rest[SignedOffset..]))
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        rest = rest[SignedOffset..];
        Hash128 digest = TakeHash(ref rest);
        int fileCount = TakeCount(ref rest);
        int tensorCount = TakeCount(ref rest);
        int viewCount = TakeCount(ref rest);
        if (fileCount == 0)
        {
            throw new InvalidDataException("it describes no file");
        }

        if (((long)fileCount + tensorCount + viewCount) * Hash128.Length > rest.Length - 4)
        {
            throw new InvalidDataException($"{fileCount} files, {tensorCount} tensors and {viewCount} views do not fit in it");
        }

        Hash128[] fileHashes = TakeHashes(ref rest, fileCount);
        Hash128[] tensorHashes = TakeHashes(ref rest, tensorCount);
        Hash128[] viewHashes = TakeHashes(ref rest, viewCount);
        ReadOnlySpan<byte> stored = rest[4..];
        int length = TakeCount(ref rest);
        EnsurePlausible(stored.Length, length);
        budget.TakeRecord((long)stored.Length + length);
        byte[] body = Decompress(stored, length);
        return new OriginBodyReader(new BodyReader(body), tensorHashes.Length, budget).Read(digest, fileHashes, tensorHashes, viewHashes);
    }

    private static ReadOnlyMemory<byte> WriteBody(OriginRecord record)
    {
        long literals = record.Plan.Segments.Sum(segment => segment is LiteralSegment ? segment.Length : 0);
        BodyWriter body = new(checked((int)(literals + (record.Tensors.Length * LikelyTensorBytes) + LikelyTensorBytes)));
        body.PutByte((byte)record.Format);
        body.PutByte((byte)record.Quantized);
        body.PutByte((byte)((byte)record.Naming | (record.LeftBehind ? LeftBehindFlag : 0)));
        body.PutByte((byte)(record.Dtype is { } narrow ? narrow + 1 : 0));
        body.PutText(record.Form.Folder ?? "");
        body.PutVarint(record.Form.MaxShardBytes ?? 0);
        body.PutVarint(record.SideTensors);
        foreach (OriginTensor tensor in record.Tensors)
        {
            RecipeCodec.Write(body, tensor.Payload);
        }

        foreach (ShadowTensor view in record.Views)
        {
            body.PutVarint(view.ContainerIndex);
        }

        foreach (OriginFile file in record.Files)
        {
            body.PutText(file.Name);
            body.PutVarint(file.Plan.Segments.Count);
            foreach (Segment segment in file.Plan.Segments)
            {
                PutSegment(body, segment);
            }
        }

        return body.Written;
    }

    private static void PutSegment(BodyWriter body, Segment segment)
    {
        switch (segment)
        {
            case LiteralSegment literal:
                body.PutByte((byte)OriginSegmentKind.Literal);
                body.PutBytes(literal.Bytes.Span);
                break;
            case ZeroSegment zeros:
                body.PutByte((byte)OriginSegmentKind.Zeros);
                body.PutVarint(zeros.Length);
                break;
            case PayloadSegment payload:
                body.PutByte((byte)OriginSegmentKind.Payload);
                body.PutVarint(payload.Tensor);
                break;
            default:
                throw new InvalidOperationException($"an origin record cannot hold a {segment.GetType().Name}");
        }
    }

    // A body that shrinks suspiciously well is stored: a reader then need not believe in ratios that only a decompression bomb has.
    private static ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> body)
    {
        byte[] compressed = GC.AllocateUninitializedArray<byte>(BrotliEncoder.GetMaxCompressedLength(body.Length));
        bool done = BrotliEncoder.TryCompress(body, compressed, out int length, CompressionQuality, CompressionWindow);
        return done && length < body.Length && IsPlausible(length, body.Length) ? compressed.AsSpan(0, length) : body;
    }

    private static void EnsurePlausible(int stored, int length)
    {
        if (stored != length && (length > MaximumBody || !IsPlausible(stored, length)))
        {
            throw new InvalidDataException($"{stored} bytes claim to hold {length}");
        }
    }

    private static byte[] Decompress(ReadOnlySpan<byte> stored, int length)
    {
        if (stored.Length == length)
        {
            return stored.ToArray();
        }

        byte[] body = new byte[length];
        return BrotliDecoder.TryDecompress(stored, body, out int written) && written == length
            ? body
            : throw new InvalidDataException("its body cannot be decompressed");
    }

    private static bool IsPlausible(long compressed, long length) => length <= FreeExpansion + (compressed * MaximumRatio);

    private static void PutHash(ref Span<byte> rest, Hash128 hash)
    {
        hash.Write(rest);
        rest = rest[Hash128.Length..];
    }

    private static void PutCount(ref Span<byte> rest, int count)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, count);
        rest = rest[4..];
    }

    private static Hash128 TakeHash(ref ReadOnlySpan<byte> rest)
    {
        Hash128 hash = Hash128.Read(rest);
        rest = rest[Hash128.Length..];
        return hash;
    }

    private static Hash128[] TakeHashes(ref ReadOnlySpan<byte> rest, int count)
    {
        Hash128[] hashes = new Hash128[count];
        for (int i = 0; i < count; i++)
        {
            hashes[i] = TakeHash(ref rest);
        }

        return hashes;
    }

    private static int TakeCount(ref ReadOnlySpan<byte> rest)
    {
        int count = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[4..];
        return count >= 0 ? count : throw new InvalidDataException($"a count of {count}");
    }
}
