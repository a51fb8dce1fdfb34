using ModelPack.IO.Names;

namespace ModelPack.Packaging.Content;

/// <summary>Paths of the files of a package: relative, with '/', the same file on every system.</summary>
internal static class PortablePath
{
    private const int MaximumLength = 240;

    public static bool IsLegal(string path) =>
        path.Length is > 0 and <= MaximumLength && path.Split('/') is { Length: <= MemberName.MaximumDepth + 1 } parts
        && parts.All(MemberName.IsPortable);

    /// <summary>The path in the system's spelling, below a folder.</summary>
    public static string In(string folder, string path) => Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
}
