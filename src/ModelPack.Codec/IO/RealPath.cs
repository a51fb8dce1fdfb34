namespace ModelPack.IO;

/// <summary>Tells whether two paths lead to one file, through symbolic links of files and folders.</summary>
internal static class RealPath
{
    // As many as Linux follows.
    private const int MaximumLinks = 40;

    private static readonly StringComparison Comparison = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        ? StringComparison.OrdinalIgnoreCase
        : StringComparison.Ordinal;

    /// <summary>The path without links. What does not exist stays as it is.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Of(string path) => Of(path, 0);

    private static string Of(string path, int depth)
    {
        if (depth > MaximumLinks)
        {
            throw new IOException($"The links of '{path}' lead in a circle.");
        }

        string full = Path.GetFullPath(path);
        string real = Path.GetPathRoot(full)!;
        foreach (string part in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            real = new FileInfo(next).LinkTarget is null
                ? next
                : Of(File.ResolveLinkTarget(next, returnFinalTarget: true)?.FullName ?? next, depth + 1);
        }

        return real;
    }

    public static bool AreSame(string first, string second) => first.Equals(second, Comparison);
}
