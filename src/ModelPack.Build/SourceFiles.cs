using System.Collections.Immutable;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>The files of a source: those of the model, and for a folder whatever else lies there, because it could become part of the
/// model.</summary>
internal static class SourceFiles
{
    /// <summary>The files with size and time.</summary>
    /// <exception cref="ModelFormatException">Files of the model are missing, or it is none.</exception>
    public static ImmutableArray<FileRecord> List(string source, PathScope scope)
    {
        string folder = FileRecord.FolderOf(source);
        IEnumerable<string> model = Names(source, scope, folder);
        IEnumerable<string> beside = folder == source ? FileRecord.NamesIn(source) : [];
        return [.. model.Union(beside, StringComparer.Ordinal)
            .Select(name => new FileRecord(name, FileStamp.Of(Path.Combine(folder, name)), ""))];
    }

    /// <summary>True if no file has another size or time, and none came or went. Which files those are, the codec says each time: one may
    /// have come beside.</summary>
    public static bool AreUnchanged(string source, PathScope scope, ImmutableArray<FileRecord> known) =>
        List(source, scope).Select(Seen).SequenceEqual(known.Select(Seen));

    /// <summary>Adds the hashes of the model's files; reads those of another size or time than is known.</summary>
    public static ImmutableArray<FileRecord> Hash(
        string source, PathScope scope, ImmutableArray<FileRecord> files, ImmutableArray<FileRecord> known, long seed,
        CancellationToken cancellation)
    {
        string folder = FileRecord.FolderOf(source);
        HashSet<string> model = [.. Names(source, scope, folder)];
        return
        [
            .. files.Select(file => file with
            {
                Hash = !model.Contains(file.Name) ? ""
                    : known.FirstOrDefault(other => other.Name == file.Name && other.Stamp == file.Stamp) is { Hash.Length: > 0 } unchanged
                    ? unchanged.Hash
                    : FileHash.SeededXxh128(file.In(folder), seed, cancellation),
            }),
        ];
    }

    /// <summary>Adds the hashes of the files that a conversion has read.</summary>
    public static ImmutableArray<FileRecord> WithHashes(
        string source, PathScope scope, ImmutableArray<FileRecord> files, CertifiedFile proved, long seed, CancellationToken cancellation)
    {
        string folder = FileRecord.FolderOf(source);
        string first = Path.GetFileName(ModelFiles.FilesOf(source, scope)[0]);
        return
        [
            .. files.Select(file => file with
            {
                Hash = (proved.Parts.FirstOrDefault(part => part.Name == file.Name)?.Xxh128
                    ?? (proved.Parts.IsEmpty && file.Name == first ? proved.Xxh128 : null)) is { } hash
                    ? SeededHash.OfProved(file.In(folder), hash, seed, cancellation)
                    : "",
            }),
        ];
    }

    /// <summary>True if the model's files have the same names, order and bytes.</summary>
    public static bool AreSame(ImmutableArray<FileRecord> files, ImmutableArray<FileRecord> known) =>
        Model(files).SequenceEqual(Model(known));

    private static IEnumerable<string> Names(string source, PathScope scope, string folder) =>
        ModelFiles.FilesOf(source, scope).Select(path => MemberName.Within(folder, path));

    private static (string Name, FileStamp Stamp) Seen(FileRecord file) => (file.Name, file.Stamp);

    private static IEnumerable<(string Name, string Hash)> Model(ImmutableArray<FileRecord> files) =>
        files.Where(file => file.Hash.Length > 0).Select(file => (file.Name, file.Hash));
}
