using ModelPack.IO;
using ModelPack.IO.Output;
using ModelPack.Packaging.Content;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Packaging.Joining;

/// <summary>How a build looks at a model that was joined before. Joining itself always compares every byte.</summary>
internal enum StoreCheck
{
    /// <summary>As the stamp says; where it does not fit, the files are hashed.</summary>
    Strict,

    /// <summary>All files with their lengths.</summary>
    Structural,

    /// <summary>Whatever is there.</summary>
    None,
}

/// <summary>
/// The models that this machine has joined: a folder each, called after its content, with a stamp, a lock and the manifest beside it.
/// A folder gets its name only when all of it is verified and flushed, so that nothing half-written is ever used.
/// </summary>
/// <param name="root">Folder of the store.</param>
internal sealed class ModelStore(string root)
{
    private const string StampEnding = ".stamp";
    private const string LockEnding = ".lock";
    private const string ManifestEnding = ".json";
    private const string TemporaryPart = ".tmp-";

    public string Root => root;

    public static ModelStore Default => new(DefaultRoot());

    /// <summary>NuGet's packages folder, by the environment or in the user's profile.</summary>
    public static string PackagesFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } packages
        ? packages
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>The models of the store.</summary>
    public IEnumerable<(string Digest, PackageManifest Manifest)> List()
    {
        if (!Directory.Exists(root))
        {
            yield break;
        }

        foreach (string path in Directory.EnumerateFiles(root, "*" + ManifestEnding).Order(StringComparer.Ordinal))
        {
            if (IsDigest(Path.GetFileNameWithoutExtension(path)) && Directory.Exists(FolderOf(Path.GetFileNameWithoutExtension(path))))
            {
                yield return (Path.GetFileNameWithoutExtension(path), ManifestReader.ReadFile(path));
            }
        }
    }

    public string FolderOf(string digest) => Path.Combine(root, digest);

    /// <summary>Whether a model is there and, as far as a look at sizes and times tells, sound. Writes nothing.</summary>
    public bool Has(PackageManifest manifest, StoreCheck check)
    {
        string folder = FolderOf(manifest.Digest);
        string stamp = Beside(manifest, StampEnding);
        return check switch
        {
            StoreCheck.None => Directory.Exists(folder),
            StoreCheck.Structural => StoreStamp.Of(folder, manifest) is not null,
            _ => File.Exists(stamp) && StoreStamp.Of(folder, manifest) is { } now && now == File.ReadAllText(stamp),
        };
    }

    /// <summary>The folder of a model; joins it if it is not there.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="find">Finds its parts.</param>
    /// <param name="check">How a model that is there is looked at.</param>
    /// <param name="log">Tells the user what takes time.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelPackException">A part is not what the manifest says, or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The store cannot be written.</exception>
    public string Get(PackageManifest manifest, FindPart find, StoreCheck check, StoreLog log, CancellationToken cancellation)
    {
        string folder = FolderOf(manifest.Digest);
        if (Has(manifest, check))
        {
            return folder;
        }

        Prepare();
        using IDisposable held = StoreLock.Take(
            Beside(manifest, LockEnding), () => log.Say($"Waiting for another build that joins {manifest.Id} {manifest.Version}."),
            cancellation);
        if (Has(manifest, check))
        {
            return folder;
        }

        DeleteLeftOvers(manifest.Digest);
        if (Directory.Exists(folder))
        {
            if (FirstDifference(manifest, cancellation) is not { } difference)
            {
                Stamp(manifest);
                return folder;
            }

            log.Warn(new(PackagingErrors.StoreChanged, $"{manifest.Id} {manifest.Version}: {difference}") { FilePath = folder });
            SetAside(manifest.Digest);
        }

        log.Say($"Joining {manifest.Id} {manifest.Version}, {manifest.Length} bytes, in '{root}'.");
        Join(manifest, find, cancellation);
        return folder;
    }

    /// <summary>Reads a model of the store.</summary>
    /// <returns>What differs first; null if all bytes are those of the manifest.</returns>
    public string? FirstDifference(PackageManifest manifest, CancellationToken cancellation)
    {
        string folder = FolderOf(manifest.Digest);
        foreach (ManifestFile file in manifest.Files)
        {
            string path = PortablePath.In(folder, file.Path);
            FileInfo info = new(path);
            if (!info.Exists || info.LinkTarget is not null || info.Length != file.Length)
            {
                return info.Exists ? $"'{file.Path}' has {info.Length} bytes instead of {file.Length}" : $"'{file.Path}' is missing";
            }

            string sha256 = FileHash.Sha256(path, cancellation);
            if (sha256 != file.Sha256)
            {
                return $"'{file.Path}' has SHA-256 {sha256} instead of {file.Sha256}";
            }
        }

        return null;
    }

    /// <summary>Deletes all models, and what joining left. Other files in the folder stay.</summary>
    /// <returns>How many models there were.</returns>
    public int Clear()
    {
        string[] digests = Directory.Exists(root)
            ? [.. Directory.EnumerateFileSystemEntries(root).Select(path => Path.GetFileName(path).Split('.')[0]).Where(IsDigest)
                .Distinct()]
            : [];
        int models = 0;
        foreach (string digest in digests)
        {
            using IDisposable held = StoreLock.Take(FolderOf(digest) + LockEnding, () => { }, CancellationToken.None);
            models += Directory.Exists(FolderOf(digest)) ? 1 : 0;
            File.Delete(FolderOf(digest) + StampEnding);
            SetAside(digest);
            DeleteLeftOvers(digest);
            File.Delete(FolderOf(digest) + ManifestEnding);
        }

        foreach (string digest in digests)
        {
            File.Delete(FolderOf(digest) + LockEnding);
        }

        return models;
    }

    private static string DefaultRoot() => Environment.GetEnvironmentVariable("ModelPackStore") is { Length: > 0 } store
        ? Path.GetFullPath(store)
        : Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(PackagesFolder)))!, "modelpack");

    private static bool IsDigest(string name) => name.Length == 64 && name.All(char.IsAsciiHexDigitLower);

    private string Beside(PackageManifest manifest, string ending) => FolderOf(manifest.Digest) + ending;

    // Whether the store can be written is known before anything is joined: only then is there another place for it.
    private void Prepare()
    {
        try
        {
            Directory.CreateDirectory(root);
            using FileStream probe = new(
                Path.Combine(root, "." + Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (IOException fault) when (fault is not PathTooLongException)
        {
            throw new UnauthorizedAccessException(fault.Message, fault);
        }
    }

    private void Join(PackageManifest manifest, FindPart find, CancellationToken cancellation)
    {
        string temporary = FolderOf(manifest.Digest) + TemporaryPart + Guid.NewGuid().ToString("N")[..8];
        try
        {
            FreeSpace.Ensure(temporary, manifest.Length);
            new ModelJoiner(manifest, find, cancellation).Join(temporary);
            File.WriteAllBytes(Beside(manifest, ManifestEnding), ManifestWriter.Write(manifest));
            Directory.Move(temporary, FolderOf(manifest.Digest));
            Stamp(manifest);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException
            || (fault is ModelPackException known && known.Code == OutputErrors.NotEnoughSpace))
        {
            string detail = fault is ModelPackException space ? space.Detail : fault.Message.TrimEnd('.');
            throw new ModelPackException(
                PackagingErrors.StoreFailed, $"{manifest.Id} {manifest.Version} with {manifest.Length} bytes: {detail}", fault)
            {
                FilePath = root,
            };
        }
        finally
        {
            DeleteLeftOvers(manifest.Digest);
        }
    }

    private void Stamp(PackageManifest manifest)
    {
        string stamp = Beside(manifest, StampEnding);
        string temporary = stamp + TemporaryPart;
        File.WriteAllText(temporary, StoreStamp.Of(FolderOf(manifest.Digest), manifest));
        File.Move(temporary, stamp, overwrite: true);
    }

    private void SetAside(string digest)
    {
        if (Directory.Exists(FolderOf(digest)))
        {
            Directory.Move(FolderOf(digest), FolderOf(digest) + TemporaryPart + Guid.NewGuid().ToString("N")[..8]);
        }
    }

    // What a killed process left. Only the holder of the lock does this, so that nobody is writing there.
    private void DeleteLeftOvers(string digest)
    {
        try
        {
            foreach (string folder in Directory.EnumerateDirectories(root, digest + TemporaryPart + "*"))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Somebody reads a file there. It has no name that could be taken for the model.
        }
    }
}
