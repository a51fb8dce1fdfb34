using System.IO.Enumeration;

namespace ModelPack.Build;

/// <summary>
/// Expands file patterns with the meaning that they have in an item's Include: <c>?</c> and <c>*</c> within a name, <c>**</c> for any
/// folders. The engine expands the Include of an item, but hands that of a task over as it was written.
/// </summary>
internal static class FileGlob
{
    private static readonly char[] Wildcards = ['*', '?'];

    // As the engine does it, on every system.
    private const bool IgnoreCase = true;

    /// <summary>The matching files, absolute, in ordinal order. A text without wildcards is one file, whether it exists or not.</summary>
    public static IReadOnlyCollection<string> Expand(string directory, string pattern)
    {
        string[] segments = pattern.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
        int first = Array.FindIndex(segments, segment => segment.IndexOfAny(Wildcards) >= 0);
        if (first < 0)
        {
            return [Path.GetFullPath(pattern, directory)];
        }

        string root = Path.GetFullPath(string.Join(Path.DirectorySeparatorChar, [.. segments[..first], ""]), directory);
        return Walk(Path.TrimEndingDirectorySeparator(root), segments[first..]);
    }

    private static SortedSet<string> Walk(string root, string[] segments)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        var pending = new Stack<(string Directory, int Segment)>();
        pending.Push((root, 0));
        while (pending.TryPop(out (string Directory, int Segment) place))
        {
            if (!Directory.Exists(place.Directory))
            {
                continue;
            }

            string segment = segments[place.Segment];
            bool last = place.Segment == segments.Length - 1;
            if (segment == "**")
            {
                PushAll(Subdirectories(place.Directory, "*").Where(IsNotLink), place.Segment);
                if (!last)
                {
                    pending.Push((place.Directory, place.Segment + 1));
                    continue;
                }
            }

            if (last)
            {
                files.UnionWith(Directory.EnumerateFiles(place.Directory).Where(file => Matches(file, segment)));
            }
            else
            {
                PushAll(Subdirectories(place.Directory, segment), place.Segment + 1);
            }
        }

        return files;

        void PushAll(IEnumerable<string> directories, int next)
        {
            foreach (string directory in directories)
            {
                pending.Push((directory, next));
            }
        }
    }

    private static IEnumerable<string> Subdirectories(string directory, string segment) => segment is "." or ".."
        ? [Path.GetFullPath(segment, directory)]
        : Directory.EnumerateDirectories(directory).Where(found => Matches(found, segment));

    // A link to a folder further up would make ** endless.
    private static bool IsNotLink(string directory) => !File.GetAttributes(directory).HasFlag(FileAttributes.ReparsePoint);

    private static bool Matches(string path, string segment) =>
        FileSystemName.MatchesSimpleExpression(segment == "**" ? "*" : segment, Path.GetFileName(path), IgnoreCase);
}
