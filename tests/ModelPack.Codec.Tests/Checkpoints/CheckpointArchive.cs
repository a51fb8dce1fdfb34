using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>
/// A checkpoint as it lies in the repository: NAME.tar.br with the folder, expected.json, and of reference.gguf its header and the hashes
/// of its payloads (tests/data/corpus/hf/README.md).
/// </summary>
internal static class CheckpointArchive
{
    public const string Ending = ".tar.br";
    public const string Folder = "folder";
    public const string Expected = "expected.json";
    public const string Header = "reference.header";
    public const string Hashes = "reference.sha256";
    public const string Reference = "reference.gguf";

    // Window and quality that pay for BF16 weights: a case is smaller than the window.
    private const int WindowBits = 24;
    private const int Quality = 11;

    /// <summary>The same case always gives the same bytes.</summary>
    public static byte[] Make(string caseFolder)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            string folder = Path.Combine(caseFolder, Folder);
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                Add(writer, $"{Folder}/{Path.GetRelativePath(folder, file).Replace('\\', '/')}", File.ReadAllBytes(file));
            }

            if (Path.Combine(caseFolder, Expected) is var expected && File.Exists(expected))
            {
                Add(writer, Expected, File.ReadAllBytes(expected));
            }

            if (Path.Combine(caseFolder, Reference) is var reference && File.Exists(reference))
            {
                AddTable(writer, File.ReadAllBytes(reference));
            }
        }

        byte[] packed = new byte[BrotliEncoder.GetMaxCompressedLength(checked((int)tar.Length))];
        Assert.IsTrue(BrotliEncoder.TryCompress(tar.GetBuffer().AsSpan(0, (int)tar.Length), packed, out int length, Quality, WindowBits));
        return packed[..length];
    }

    public static void Extract(string archive, string target)
    {
        using BrotliStream tar = new(File.OpenRead(archive), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(tar, target, overwriteFiles: false);
    }

    private static void AddTable(TarWriter writer, byte[] bytes)
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(bytes));
        StringBuilder hashes = new($"{bytes.Length} bytes\n{Convert.ToHexStringLower(SHA256.HashData(bytes))}  {Reference}\n");
        foreach (TensorInfo tensor in file.Tensors)
        {
            byte[] hash = SHA256.HashData(bytes.AsSpan(checked((int)tensor.Offset), checked((int)tensor.ByteLength)));
            hashes.Append($"{Convert.ToHexStringLower(hash)}  {tensor.Name}\n");
        }

        Add(writer, Header, bytes[..checked((int)file.HeaderLength)]);
        Add(writer, Hashes, Encoding.UTF8.GetBytes(hashes.ToString()));
    }

    private static void Add(TarWriter writer, string name, byte[] bytes) =>
        writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(bytes),
        ModificationTime = DateTimeOffset.UnixEpoch,
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
    });
}
