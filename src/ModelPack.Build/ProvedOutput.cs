using System.Collections.Immutable;
using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>Checks that what was proved is still what lies there.</summary>
internal static class ProvedOutput
{
    /// <summary>The files of an output that was just made.</summary>
    public static ImmutableArray<FileRecord> List(string target, CertifiedFile proved, long seed, CancellationToken cancellation)
    {
        string folder = FileRecord.FolderOf(target);
        IEnumerable<(string Name, string Hash)> files = proved.Parts.IsEmpty
            ? [(folder == target ? FileRecord.NamesIn(target).Single() : Path.GetFileName(target), proved.Xxh128)]
            : proved.Parts.Select(part => (part.Name, part.Xxh128));
        return [.. files.Select(
            file => new FileRecord(
                file.Name, FileStamp.Of(Path.Combine(folder, file.Name)),
                SeededHash.OfProved(Path.Combine(folder, file.Name), file.Hash, seed, cancellation)))];
    }

    /// <summary>Looks at outputs of another time or size, as the item asks for it.</summary>
    /// <returns>The state with the new times of what was compared byte for byte; anything else stays unknown to the next build.</returns>
    public static ModelState Check(ConversionRequest request, ModelState known, CancellationToken cancellation)
    {
        if (request.Verify == VerifyMode.None)
        {
            return known;
        }

        if (request.Verify == VerifyMode.Structural)
        {
            if (!FileRecord.AreUnchanged(known.Target, known.Output))
            {
                ModelFiles.Open(known.Target).Dispose();
            }

            return known;
        }

        CheckFolder(known);
        foreach (FileRecord file in known.Output)
        {
            if (!Holds(file, known.PathOf(file), known.Seed, cancellation))
            {
                throw ChangedModel.Error(
                    BuildErrors.OutputChanged, "the file was changed after it was proved", request.Source, request.Scope, known.Target,
                    known.PathOf(file), cancellation);
            }
        }

        string certificate = known.CertificatePath;
        return FileStamp.Of(certificate) == known.Certificate.Stamp
            || FileHash.SeededXxh128(certificate, known.Seed, cancellation) == known.Certificate.Hash
            ? known with
            {
                Output = [.. known.Output.Select(file => file with { Stamp = FileStamp.Of(known.PathOf(file)) })],
                Certificate = known.Certificate with { Stamp = FileStamp.Of(certificate) },
            }
            : throw new ModelPackException(
                BuildErrors.CertificateChanged, "the certificate was changed after it was written") { FilePath = certificate };
    }

    /// <summary>Compares a copy that is newer than its original. One that was only touched gets its time back, so that the next build need
    /// not look.</summary>
    /// <param name="known">The state.</param>
    /// <param name="file">The original.</param>
    /// <param name="model">The copied model that the copy is a file of.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="cancellation">Ends the comparison.</param>
    public static void CheckCopy(ModelState known, FileRecord file, string model, string copy, CancellationToken cancellation)
    {
        if (FileStamp.Of(copy).Bytes == file.Stamp.Bytes && FileHash.SeededXxh128(copy, known.Seed, cancellation) == file.Hash)
        {
            File.SetLastWriteTimeUtc(copy, new DateTime(file.Stamp.Ticks, DateTimeKind.Utc));
            return;
        }

        throw ChangedModel.Error(
            BuildErrors.CopyChanged, "the copy of a proved output was changed", known.Target, PathScope.Model, model, copy, cancellation);
    }

    private static bool Holds(FileRecord file, string path, long seed, CancellationToken cancellation)
    {
        FileStamp stamp = FileStamp.Of(path);
        return stamp == file.Stamp || (stamp.Bytes == file.Stamp.Bytes && FileHash.SeededXxh128(path, seed, cancellation) == file.Hash);
    }

    /// <summary>A file that came into the folder of a model could be taken for a part of it.</summary>
    public static void CheckFolder(ModelState known)
    {
        string? added = known.IsFolder && Directory.Exists(known.Target)
            ? FileRecord.NamesIn(known.Target).Except(known.Output.Select(file => file.Name)).FirstOrDefault()
            : null;
        if (added is not null)
        {
            throw new ModelPackException(
                BuildErrors.OutputChanged, "the file was put into the folder of a proved output")
                {
                    FilePath = Path.Combine(known.Target, added),
                };
        }
    }
}
