using ModelPack.IO.Output;

namespace ModelPack.IO;

/// <summary>Files are read by position, and replaced by renaming: a pipe, a socket or a device can neither be read nor replaced like
/// that.</summary>
internal static class RegularFile
{
    /// <summary>Looks at a file before it is opened: opening a pipe waits for its other end, and of a link that leads nowhere the system
    /// says that it is not there.</summary>
    /// <exception cref="ModelPackException">It is a pipe, a socket or a device.</exception>
    /// <exception cref="FileNotFoundException">It is a link that leads nowhere.</exception>
    public static void EnsureReadable(string path)
    {
        FileKind kind = FileStatus.Of(path).Kind;
        if (kind == FileKind.Missing && new FileInfo(path).LinkTarget is { } target)
        {
            throw new FileNotFoundException($"'{path}' is a link to '{target}', where nothing is.", path);
        }

        if (SpecialName(kind) is { } name)
        {
            throw new ModelPackException(OutputErrors.SpecialSource, $"'{path}' is {name}, not a file") { FilePath = path };
        }
    }

    /// <summary>Reads a small file as a whole.</summary>
    /// <exception cref="ModelPackException">It is a pipe, a socket or a device.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        EnsureReadable(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Reads a small file of text as a whole.</summary>
    /// <exception cref="ModelPackException">It is a pipe, a socket or a device.</exception>
    public static string ReadAllText(string path)
    {
        EnsureReadable(path);
        return File.ReadAllText(path);
    }

    /// <summary>Looks at a name that an output is to have.</summary>
    /// <exception cref="ModelPackException">It is that of a pipe, a socket or a device.</exception>
    public static void EnsureReplaceable(string path)
    {
        if (SpecialName(FileStatus.Of(path).Kind) is { } name)
        {
            throw new ModelPackException(
                OutputErrors.SpecialTarget, $"'{path}' is {name}, and only files are replaced") { FilePath = path };
        }
    }

    /// <summary>Where a link leads to, or the path itself. Links in the folders on the way are left alone, and a separator at the end
    /// stays.</summary>
    /// <exception cref="IOException">Links lead in a circle.</exception>
    public static string Follow(string path)
    {
        string bare = Path.TrimEndingDirectorySeparator(path);

        // The base library takes a link without a folder before its name for one in the root folder.
        return new FileInfo(bare).LinkTarget is null
            ? path
            : File.ResolveLinkTarget(Path.GetFullPath(bare), returnFinalTarget: true)?.FullName + path[bare.Length..];
    }

    /// <summary>The length of what a path leads to. A link has one of its own, that of its text.</summary>
    /// <exception cref="FileNotFoundException">It leads nowhere, or to a folder.</exception>
    public static long LengthOf(string path) => new FileInfo(Follow(path)).Length;

    private static string? SpecialName(FileKind kind) => kind switch
    {
        FileKind.Pipe => "a pipe",
        FileKind.Socket => "a socket",
        FileKind.Device => "a device",
        _ => null,
    };
}
