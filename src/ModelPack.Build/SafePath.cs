namespace ModelPack.Build;

/// <summary>Paths and names, as the system compares them and as far as they may be trusted.</summary>
internal static class SafePath
{
    private static readonly StringComparison Comparison = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        ? StringComparison.OrdinalIgnoreCase
        : StringComparison.Ordinal;

    /// <summary>How paths are compared on this system.</summary>
    public static StringComparer Comparer { get; } = StringComparer.FromComparison(Comparison);

    /// <summary>
    /// A path with the separators of this system, as the engine takes them in an Include: projects that come from Windows say
    /// <c>models\small.gguf</c>.
    /// </summary>
    public static string WithSeparators(string path) => OperatingSystem.IsWindows() ? path : path.Replace('\\', '/');

    /// <summary>
    /// True for a name that leads to a file below the folder that it is taken from. State below obj is a file that anybody can have
    /// written: no name in it may lead elsewhere.
    /// </summary>
    public static bool IsBelow(string name) =>
        name.Length > 0
        && !Path.IsPathRooted(name)
        && !name.Contains('\0', StringComparison.Ordinal)
        && !(OperatingSystem.IsWindows() && name.Contains(':', StringComparison.Ordinal))
        && name.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]).All(segment => segment is not ("" or "." or ".."));

    /// <summary>True if a path lies in a folder, at any depth. Both are full paths.</summary>
    public static bool IsIn(string folder, string path) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, Comparison);

    /// <summary>True if a folder between another one and a path in it is a link, so that the path is one of somewhere else.</summary>
    public static bool IsThroughLink(string root, string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null && IsIn(root, folder); folder = Path.GetDirectoryName(folder))
        {
            if (new DirectoryInfo(folder).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }
}
