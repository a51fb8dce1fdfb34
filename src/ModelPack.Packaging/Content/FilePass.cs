using System.IO.Hashing;
using System.Security.Cryptography;
using ModelPack.IO;

namespace ModelPack.Packaging.Content;

/// <summary>One reading of a file, run by run and in order: hashes of the file, and of each run, on several cores.</summary>
internal sealed class FilePass : IDisposable
{
    private readonly ContentFile content;
    private readonly FileStream file;
    private readonly BlockPipeline pipeline;
    private readonly IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Xxh128 xxh128 = new();
    private long hashed;

    public FilePass(ContentFile content, CancellationToken cancellation)
    {
        this.content = content;
        RegularFile.EnsureReadable(content.Path);
        file = new(content.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        pipeline = new(cancellation);
    }

    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Reads a run that is kept in memory.</summary>
    public byte[] ReadHead(FileRun run)
    {
        byte[] bytes = new byte[run.Length];
        using MemoryStream head = new(bytes);
        Read(run, head.Write);
        return bytes;
    }

    /// <summary>SHA-256 of a run.</summary>
    public string Hash(FileRun run)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Read(run, bytes => hash.AppendData(bytes));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Copies a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="known">Its SHA-256 if it was read before; null if not.</param>
    /// <returns>Its SHA-256 and CRC-32.</returns>
    /// <exception cref="ModelPackException">The file changed.</exception>
    public (string Sha256, uint Crc) Copy(FileRun run, Stream output, string? known = null)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Crc32 crc = new();
        Read(run, bytes => hash.AppendData(bytes), bytes =>
        {
            crc.Append(bytes);
            output.Write(bytes);
        });
        string sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        return known is null || known == sha256 ? (sha256, crc.GetCurrentHashAsUInt32()) : throw Changed(run.Offset);
    }

    /// <returns>SHA-256 and XXH128 of the file.</returns>
    /// <exception cref="ModelPackException">The file has another length now.</exception>
    public (string Sha256, string Xxh128) Finish() => file.Length == content.Length && hashed == content.Length
        ? (Convert.ToHexStringLower(whole.GetHashAndReset()), FileHash.Format(xxh128.Finish()))
        : throw Changed(Math.Min(file.Length, hashed));

    /// <inheritdoc/>
    public void Dispose()
    {
        file.Dispose();
        whole.Dispose();
    }

    private void Read(FileRun run, params Action<ReadOnlySpan<byte>>[] users)
    {
        file.Position = run.Offset;
        bool isNew = run.Offset == hashed;
        List<Action<ReadOnlyMemory<byte>>> all = [.. users.Select<Action<ReadOnlySpan<byte>>, Action<ReadOnlyMemory<byte>>>(
            use => block => use(block.Span))];
        if (isNew)
        {
            all.Add(block =>
            {
                whole.AppendData(block.Span);
                xxh128.Append(block.Span);
            });
            hashed += run.Length;
        }

        long read = pipeline.Run(file, run.Length, [.. all]);
        if (read < run.Length)
        {
            throw Changed(run.Offset + read);
        }
    }

    private ModelPackException Changed(long at) =>
        new(PackagingErrors.SourceChanged, $"it had {content.Length} bytes when it was first read, and has {file.Length} now")
        {
            FilePath = content.Path,
            ByteOffset = at,
        };
}
