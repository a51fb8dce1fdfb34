using System.Security.Cryptography;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>What is known of a reference.gguf: its header as it is, and the hash of each payload. With payloads of these hashes it can be
/// made again, to the byte.</summary>
internal sealed class ReferenceTable : IDisposable
{
    private readonly byte[] bytes;
    private readonly string hash;
    private readonly Dictionary<string, string> hashes;

    private ReferenceTable(byte[] header, string[] lines)
    {
        bytes = new byte[int.Parse(lines[0].Split(' ')[0])];
        header.CopyTo(bytes, 0);
        hash = lines[1].Split(' ')[0];
        hashes = lines.Skip(2).Where(line => line.Length > 0).Select(line => line.Split("  ", 2))
            .ToDictionary(parts => parts[1], parts => parts[0], StringComparer.Ordinal);
        File = GgufFile.Open(new MemoryByteSource(bytes));
    }

    /// <summary>Keys, and names, types and shapes of the tensors. Its payloads are zeros until they are filled in.</summary>
    public GgufFile File { get; }

    public static ReferenceTable? Read(string caseFolder)
    {
        string header = Path.Combine(caseFolder, CheckpointArchive.Header);
        return System.IO.File.Exists(header)
            ? new(System.IO.File.ReadAllBytes(header), System.IO.File.ReadAllLines(Path.Combine(caseFolder, CheckpointArchive.Hashes)))
            : null;
    }

    public static string HashOf(ReadOnlySpan<byte> payload) => Convert.ToHexStringLower(SHA256.HashData(payload));

    public string Hash(TensorInfo tensor) => hashes[tensor.Name];

    /// <summary>The file, or null if a payload is not among those given.</summary>
    public byte[]? Rebuild(IReadOnlyDictionary<string, byte[]> payloads)
    {
        byte[] whole = [.. bytes];
        foreach (TensorInfo tensor in File.Tensors)
        {
            if (!payloads.TryGetValue(Hash(tensor), out byte[]? payload) || payload.Length != tensor.ByteLength)
            {
                return null;
            }

            payload.CopyTo(whole, checked((int)tensor.Offset));
        }

        Assert.AreEqual(hash, HashOf(whole), "the table says that the reference is another file");
        return whole;
    }

    public void Dispose() => File.Dispose();
}
