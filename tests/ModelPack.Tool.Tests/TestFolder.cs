using System.Formats.Tar;
using System.IO.Compression;

namespace ModelPack.Tool.Tests;

/// <summary>A folder of one test, removed with all that is in it.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Path = Directory.CreateTempSubdirectory("modelpack-tool-").FullName;

    public string Path { get; }

    /// <summary>The names of all files below, for asserting that nothing was left.</summary>
    public string[] Names => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .Select(file => System.IO.Path.GetRelativePath(Path, file)).Order(StringComparer.Ordinal)];

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    /// <summary>Unpacks a checkpoint of the corpus; its path.</summary>
    public string Unpack(string checkpoint)
    {
        using BrotliStream tar = new(
            System.IO.File.OpenRead(RepositoryData.Path("corpus", "hf", $"{checkpoint}.tar.br")), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(tar, Path, overwriteFiles: false);
        return File("folder");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
