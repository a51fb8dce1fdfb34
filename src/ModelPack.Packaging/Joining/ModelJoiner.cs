using System.Security.Cryptography;
using ModelPack.Packaging.Content;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Packaging.Joining;

/// <summary>Joins the parts of a model into a new folder. Each part and each file has to have its SHA-256, else there is an error and
/// nothing that can be taken for the model.</summary>
internal sealed class ModelJoiner(PackageManifest manifest, FindPart find, CancellationToken cancellation)
{
    private readonly BlockPipeline pipeline = new(cancellation);

    /// <summary>Joins under another name first, so that the folder is complete when it is there.</summary>
    /// <param name="folder">A folder that does not exist.</param>
    /// <exception cref="ModelPackException">A part is missing, or not what the manifest says.</exception>
    public void JoinAs(string folder)
    {
        string temporary = $"{folder}.tmp-{Guid.NewGuid().ToString("N")[..8]}";
        try
        {
            Join(temporary);
            Directory.Move(temporary, folder);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    /// <summary>Joins.</summary>
    /// <param name="folder">A folder that does not exist.</param>
    /// <exception cref="ModelPackException">A part is missing, or not what the manifest says.</exception>
    public void Join(string folder)
    {
        // All are looked for before one is copied: a missing one should not cost a minute.
        ManifestPart[] parts = [.. manifest.Parts];
        Dictionary<ManifestPart, PartPlace> places = [];
        foreach (ManifestPart part in parts)
        {
            places[part] = Place(part);
        }

        Directory.CreateDirectory(folder);
        foreach (ManifestFile file in manifest.Files)
        {
            string path = PortablePath.In(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream output = new(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 0,
                PreallocationSize = file.Length,
            });
            Join(file, places, output);
            output.Flush(flushToDisk: true);
        }
    }

    private void Join(ManifestFile file, Dictionary<ManifestPart, PartPlace> places, FileStream output)
    {
        using IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ManifestPart part in file.Parts)
        {
            Copy(file, part, places, output, whole);
        }

        string sha256 = Convert.ToHexStringLower(whole.GetHashAndReset());
        if (sha256 != file.Sha256)
        {
            string? meta = manifest.Parts.FirstOrDefault(part => part.Package == manifest.Id) is { } head ? places[head].Package : null;
            throw new ModelPackException(
                PackagingErrors.FileChanged,
                $"all {file.Parts.Length} parts of '{file.Path}' are as the manifest of {manifest.Id} {manifest.Version} says, and the "
                    + $"file has SHA-256 {sha256} instead of {file.Sha256}; delete "
                    + (meta is null ? "the folder of that package" : $"'{meta}'")) { FilePath = file.Path };
        }
    }

    private void Copy(
        ManifestFile file, ManifestPart part, Dictionary<ManifestPart, PartPlace> places, FileStream output, IncrementalHash whole)
    {
        PartPlace place = places[part];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using Stream input = place.Open();
        long read;
        try
        {
            read = pipeline.Run(
                input, part.Length, block => output.Write(block.Span), block => hash.AppendData(block.Span),
                block => whole.AppendData(block.Span));
        }
        catch (InvalidDataException fault)
        {
            throw Error(PackagingErrors.PartChanged, part, place, fault.Message.TrimEnd('.'), part.Offset);
        }

        if (read < part.Length)
        {
            throw Error(
                PackagingErrors.PartLength, part, place, $"it ends after {read} of {part.Length} bytes", part.Offset + read);
        }

        string sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (sha256 != part.Sha256)
        {
            string these = $"these are the bytes {part.Offset} to {part.Offset + part.Length} of '{file.Path}'";
            throw manifest.Parts.FirstOrDefault(other => other.Sha256 == sha256) is { } swapped
                ? Error(
                    PackagingErrors.PartChanged, part, place, $"it holds the bytes of {swapped.Package} {swapped.Version}; {these}",
                    part.Offset, places[swapped].Package)
                : Error(
                    PackagingErrors.PartChanged, part, place, $"it has SHA-256 {sha256} instead of {part.Sha256}; {these}", part.Offset);
        }
    }

    private PartPlace Place(ManifestPart part)
    {
        PartPlace place = find(part)
            ?? throw new ModelPackException(
                PackagingErrors.PartMissing,
                $"{manifest.Id} {manifest.Version} needs the package {part.Package} {part.Version} with its entry {part.Entry}, and it is "
                    + $"not there")
            {
                ByteOffset = part.Offset,
            };
        return place.Length == part.Length
            ? place
            : throw Error(
                PackagingErrors.PartLength, part, place, $"it has {place.Length} bytes instead of {part.Length}",
                part.Offset + Math.Min(place.Length, part.Length));
    }

    // Of two that were swapped, the other one is as wrong.
    private static ModelPackException Error(
        ErrorCode code, ManifestPart part, PartPlace place, string what, long at, string? other = null) =>
        new(
            code,
            $"package {part.Package} {part.Version}, entry {part.Entry}: {what}; delete '{place.Package}'"
                + (other is null || other == place.Package ? "" : $" and '{other}'"))
        {
            FilePath = place.Name,
            ByteOffset = at,
        };
}
