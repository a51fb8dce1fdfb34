using System.Text;
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

    private readonly StoreFiles files = new(root);

    public string Root => root;

    public static ModelStore Default => new(DefaultRoot());

    /// <summary>NuGet's packages folder, by the environment or in the user's profile.</summary>
    public static string PackagesFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } packages
        ? packages
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>The models of the store.</summary>
    public IEnumerable<(string Digest, PackageManifest Manifest)> List() =>
        Read().Where(model => model.Manifest is not null).Select(model => (model.Digest, model.Manifest!));

    /// <summary>The folders of which nobody can say what they hold, and why. A build that needs one joins it again.</summary>
    public IEnumerable<(string Digest, string Fault)> Damaged() =>
        Read().Where(model => model.Manifest is null).Select(model => (model.Digest, model.Fault));

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
        using StoreLock held = StoreLock.Take(
            Beside(manifest, LockEnding), () => log.Say($"Waiting for another build that joins {manifest.Id} {manifest.Version}."),
            cancellation);
        if (Has(manifest, check))
        {
            return folder;
        }

        files.DeleteLeftOvers(manifest.Digest);
        if (FileStatus.OfName(folder).Kind != FileKind.Missing)
        {
            if (FirstDifference(manifest, cancellation) is not { } difference)
            {
                Stamp(manifest);
                return folder;
            }

            log.Warn(new(PackagingErrors.StoreChanged, $"{manifest.Id} {manifest.Version}: {difference}") { FilePath = folder });
            files.SetAside(manifest.Digest);
        }

        log.Say($"Joining {manifest.Id} {manifest.Version}, {manifest.Length} bytes, in '{root}'.");
        Join(manifest, find, cancellation);
        return folder;
    }

    /// <summary>Reads a model of the store.</summary>
    /// <returns>What differs first; null if all bytes are those of the manifest, and there are no others.</returns>
    public string? FirstDifference(PackageManifest manifest, CancellationToken cancellation)
    {
        string folder = FolderOf(manifest.Digest);
        foreach (ManifestFile file in manifest.Files)
        {
            string path = PortablePath.In(folder, file.Path);
            FileInfo info = new(path);
            if (!info.Exists || info.LinkTarget is not null || info.Length != file.Length)
            {
                return !info.Exists ? $"'{file.Path}' is missing"
                    : info.LinkTarget is not null ? $"'{file.Path}' is a link"
                    : $"'{file.Path}' has {info.Length} bytes instead of {file.Length}";
            }

            string sha256 = FileHash.Sha256(path, cancellation);
            if (sha256 != file.Sha256)
            {
                return $"'{file.Path}' has SHA-256 {sha256} instead of {file.Sha256}";
            }
        }

        return StoreStamp.Foreign(folder, manifest) is { } foreign ? $"'{foreign}' is no file of the model" : null;
    }

    /// <summary>Deletes all models, and what joining left. Other files in the folder stay.</summary>
    /// <param name="onWait">Told of a model that another process joins at this moment.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>How many models there were.</returns>
    /// <exception cref="ModelPackException">Some cannot be deleted; all others are.</exception>
    public int Clear(Action<string>? onWait = null, CancellationToken cancellation = default)
    {
        int models = 0;
        List<(string Digest, Exception Fault)> kept = [];
        foreach (string digest in files.Digests())
        {
            try
            {
                models += Clear(digest, () => onWait?.Invoke(digest), cancellation) ? 1 : 0;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                kept.Add((digest, fault));
            }
        }

        return kept is not [(string first, Exception why), ..] ? models
            : throw new ModelPackException(
                PackagingErrors.StoreInUse, $"{models} deleted, and {kept.Count} not; of '{FolderOf(first)}': {why.Message.TrimEnd('.')}",
                why) { FilePath = root };
    }

    private static string DefaultRoot() => Environment.GetEnvironmentVariable("ModelPackStore") is { Length: > 0 } store
        ? Path.GetFullPath(store)
        : Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(PackagesFolder)))!, "modelpack");

    private bool Clear(string digest, Action onWait, CancellationToken cancellation)
    {
        using StoreLock held = StoreLock.Take(FolderOf(digest) + LockEnding, onWait, cancellation);
        bool isModel = Directory.Exists(FolderOf(digest));
        File.Delete(FolderOf(digest) + StampEnding);
        files.SetAside(digest);
        files.DeleteAside(digest);
        File.Delete(FolderOf(digest) + ManifestEnding);
        held.Delete();
        return isModel;
    }

    private IEnumerable<(string Digest, PackageManifest? Manifest, string Fault)> Read()
    {
        foreach (string digest in files.Digests().Where(digest => Directory.Exists(FolderOf(digest))))
        {
            PackageManifest? manifest = null;
            string fault = "";
            try
            {
                manifest = ManifestReader.ReadFile(FolderOf(digest) + ManifestEnding);
            }
            catch (ModelPackException bad)
            {
                fault = bad.Detail;
            }
            catch (Exception bad) when (bad is IOException or UnauthorizedAccessException)
            {
                fault = bad.Message.TrimEnd('.');
            }

            yield return manifest is null || manifest.Digest == digest
                ? (digest, manifest, fault)
                : (digest, null, $"its manifest is that of another model, {manifest.Id} {manifest.Version}");
        }
    }

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
        string temporary = files.Temporary(manifest.Digest);
        try
        {
            FreeSpace.Ensure(temporary, manifest.Length);
            new ModelJoiner(manifest, find, cancellation).Join(temporary);
            files.Write(manifest.Digest, ManifestEnding, ManifestWriter.Write(manifest));
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
            files.DeleteLeftOvers(manifest.Digest);
        }
    }

    private void Stamp(PackageManifest manifest) => files.Write(
        manifest.Digest, StampEnding, Encoding.UTF8.GetBytes(StoreStamp.Of(FolderOf(manifest.Digest), manifest) ?? ""));
}
