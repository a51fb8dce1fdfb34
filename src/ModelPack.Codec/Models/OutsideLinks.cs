using ModelPack.IO;
using ModelPack.IO.Names;

namespace ModelPack.Models;

/// <summary>
/// Links in a model's folder that lead out of it. A cache of downloads consists of them, so they are followed; what they bring into an
/// output is said, since a folder of unknown origin could point at any file of its reader's.
/// </summary>
internal static class OutsideLinks
{
    private const string Rule = "K-LINK-OUTSIDE";
    private const int MaximumNamed = 10;

    /// <summary>The note for a model of several files, if any of them is such a link.</summary>
    public static IEnumerable<Note> Notes(string folder, IReadOnlyCollection<string> files)
    {
        if (files.Count < 2)
        {
            return [];
        }

        string real = Path.TrimEndingDirectorySeparator(RealPath.Of(folder.Length == 0 ? "." : folder)) + Path.DirectorySeparatorChar;
        string[] outside =
        [
            .. files.Where(
                file => new FileInfo(file).LinkTarget is not null && RealPath.Of(file) is var target
                    && !RealPath.AreSame(target[..Math.Min(target.Length, real.Length)], real))
                .Select(file => $"'{MemberName.Within(folder, file)}'"),
        ];
        string more = outside.Length > MaximumNamed ? $" and {outside.Length - MaximumNamed} more" : "";
        return outside.Length == 0 ? []
            : [new(Rule,
                $"{(outside.Length == 1 ? "this file is a link" : $"{outside.Length} files are links")} out of the model's folder: "
                    + $"{string.Join(", ", outside.Take(MaximumNamed))}{more}")];
    }
}
