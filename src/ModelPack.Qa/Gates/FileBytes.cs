using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack.Qa.Gates;

/// <summary>Compares the files of two models of one format byte by byte.</summary>
internal static class FileBytes
{
    private const int Chunk = 1 << 20;

    /// <summary>The first difference; null if all files have the same bytes. A single file may have another name.</summary>
    public static string? Difference(string first, string second, CancellationToken cancellation)
    {
        (string Name, string Path)[] own = [.. Files(first)];
        (string Name, string Path)[] other = [.. Files(second)];
        if (own.Length == 1 && other.Length == 1)
        {
            return Compare(own[0].Path, other[0].Path, cancellation);
        }

        string[] names = [.. own.Select(file => file.Name)];
        string[] others = [.. other.Select(file => file.Name)];
        IEnumerable<string> missing = names.Except(others).Select(name => $"'{name}' is missing");
        IEnumerable<string> extra = others.Except(names).Select(name => $"'{name}' is new");
        return missing.Concat(extra).FirstOrDefault()
            ?? own.Join(other, file => file.Name, file => file.Name, (a, b) => Compare(a.Path, b.Path, cancellation) is { } why
                    ? $"'{a.Name}': {why}"
                    : null)
                .FirstOrDefault(difference => difference is not null);
    }

    private static IEnumerable<(string Name, string Path)> Files(string path)
    {
        IReadOnlyList<string> files = ModelFiles.FilesOf(path);
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return files.Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), file));
    }

    private static string? Compare(string first, string second, CancellationToken cancellation)
    {
        using FileByteSource own = new(first);
        using FileByteSource other = new(second);
        if (own.Length != other.Length)
        {
            return $"{own.Length} bytes and {other.Length} bytes";
        }

        for (long at = 0; at < own.Length; at += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = (int)Math.Min(Chunk, own.Length - at);
            ReadOnlySpan<byte> left = own.ReadBytes(at, length);
            int common = left.CommonPrefixLength(other.ReadBytes(at, length));
            if (common < length)
            {
                return $"the first byte that differs is {at + common}";
            }
        }

        return null;
    }
}
