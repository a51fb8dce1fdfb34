using ModelPack.Models;

namespace ModelPack.Verification;

/// <summary>Compares the files of a model with those that a certificate lists, one by one.</summary>
internal static class CertifiedParts
{
    /// <summary>The side of a certificate that a path means, if it consists of several files; null if it is a single one.</summary>
    public static CertifiedFile? Find(Certificate certificate, string path)
    {
        string? name = Directory.Exists(path) ? null : Path.GetFileName(path);
        CertifiedFile[] sides =
        [
            .. new[] { certificate.Output, certificate.Source }
                .Where(side => name is null || side.Parts.Any(part => part.Name == name))
                .Where(side => side.Parts.Any(part => File.Exists(PathOf(part, path)))),
        ];

        // Two sets of one format have files of the same names: the one that fits better is meant.
        return sides.MaxBy(side => side.Parts.Count(part => Length(part, path) == part.Bytes));
    }

    /// <summary>How the path of a set has to be read to give what was proved; null if what is asked for is another model: one file of the
    /// set.</summary>
    public static PathScope? ScopeOf(CertifiedFile expected, string path, PathScope scope)
    {
        bool isFile = !Directory.Exists(path);
        HashSet<string> names = [.. expected.Parts.Select(part => part.Name)];
        return isFile && AreAllThere(expected, path) && names.SetEquals(ModelFiles.NamesOf(path, PathScope.FileAlone)) ? PathScope.FileAlone
            : scope == PathScope.Model ? PathScope.Model : null;
    }

    /// <summary>What is missing, was edited or was added.</summary>
    /// <param name="expected">The files that were proved.</param>
    /// <param name="path">The model.</param>
    /// <param name="present">The names of the files that it has.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static IEnumerable<Difference> Compare(
        CertifiedFile expected, string path, IReadOnlyList<string> present, CancellationToken cancellation)
    {
        foreach (CertifiedPart part in expected.Parts)
        {
            long? length = Length(part, path);
            if (length is null)
            {
                yield return Of(part.Name, "is missing");
            }
            else if (length != part.Bytes)
            {
                yield return Of(part.Name, $"has {length} bytes; {part.Bytes} were proved");
            }
            else if (FileHash.Xxh128(PathOf(part, path), cancellation) != part.Xxh128)
            {
                yield return Of(part.Name, "holds other bytes than were proved");
            }
            else if (part.Sha256 is { } proved && FileHash.Sha256(PathOf(part, path), cancellation) != proved)
            {
                yield return Of(part.Name, "has the XXH128 that was proved and another SHA-256, which does not happen by accident");
            }
        }

        foreach (string name in present.Except(expected.Parts.Select(part => part.Name), StringComparer.Ordinal))
        {
            yield return Of(name, "was not there when the model was proved");
        }
    }

    /// <summary>Whether every file is there, edited or not.</summary>
    public static bool AreAllThere(CertifiedFile expected, string path) => expected.Parts.All(part => File.Exists(PathOf(part, path)));

    private static Difference Of(string name, string what) => new(DifferenceKind.Container, name, $"the file '{name}' {what}");

    private static string PathOf(CertifiedPart part, string path) =>
        Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!, part.Name);

    private static long? Length(CertifiedPart part, string path)
    {
        FileInfo file = new(PathOf(part, path));
        return file.Exists ? file.Length : null;
    }
}
