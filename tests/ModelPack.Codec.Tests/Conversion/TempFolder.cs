using System.Security.Cryptography;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>A folder of its own for a test, removed with everything in it.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("modelpack-test-");

    public string Root => folder.FullName;

    public string At(string name) => Path.Combine(folder.FullName, name);

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        string path = At(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Names of all that is in the folder, hidden files included.</summary>
    public string[] Names() =>
        [.. Directory.EnumerateFileSystemEntries(Root, "*", new EnumerationOptions { AttributesToSkip = 0 })
            .Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public static string Sha256(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    public void Dispose() => folder.Delete(recursive: true);
}
