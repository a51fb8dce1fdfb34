using System.Text;
using ModelPack.Packaging.Zip;

namespace ModelPack.Packaging.Packing;

/// <summary>A package that is written under another name, and gets its own when all of them are complete.</summary>
internal sealed class PackageFile : IDisposable
{
    private const int CompareBytes = 1 << 16;

    private readonly string temporary;
    private readonly string path;
    private readonly FileStream output;

    public PackageFile(string folder, string id, string version)
    {
        path = System.IO.Path.Combine(folder, FileName(id, version));
        temporary = path + ".tmp-" + Guid.NewGuid().ToString("N")[..8];
        output = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        Zip = new(output);
    }

    public StoredZipWriter Zip { get; }

    public string Path => path;

    /// <summary>Where the bytes of an entry go.</summary>
    public Stream Output => output;

    public static string FileName(string id, string version) => $"{id}.{version}.nupkg";

    public void AddText(string name, string text) => Zip.Add(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Looks whether the package can get its name.</summary>
    /// <returns>True if it has it already, with the same bytes.</returns>
    /// <exception cref="ModelPackException">There is another one of that name.</exception>
    public bool IsThere(bool replace)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using FileStream other = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        output.Position = 0;
        bool isSame = AreSame(other, output);
        return isSame || replace ? isSame
            : throw new ModelPackException(PackagingErrors.PackageExists, $"'{path}' exists, and holds something else") { FilePath = path };
    }

    public void Flush() => output.Flush(flushToDisk: true);

    /// <summary>Gives the package its name.</summary>
    public void Commit()
    {
        output.Dispose();
        File.Move(temporary, path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        output.Dispose();
        File.Delete(temporary);
    }

    private static bool AreSame(FileStream first, FileStream second)
    {
        if (first.Length != second.Length)
        {
            return false;
        }

        byte[] left = new byte[CompareBytes];
        byte[] right = new byte[CompareBytes];
        for (int read = 1; read > 0;)
        {
            read = first.ReadAtLeast(left, left.Length, throwOnEndOfStream: false);
            _ = second.ReadAtLeast(right, right.Length, throwOnEndOfStream: false);
            if (!left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read)))
            {
                return false;
            }
        }

        return true;
    }
}
