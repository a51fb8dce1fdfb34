using ModelPack.IO;
using ModelPack.IO.Output;
using ModelPack.Models;
using ModelPack.Models.Building;

namespace ModelPack;

/// <content>Saving.</content>
public sealed partial class ModelBuilder
{
    /// <summary>
    /// Saves the model. It is written beside the target, read back by the strict reader, compared, and only then gets its name; on any
    /// failure nothing is left, and what was there is there as before. A file that is edited may be its own target.
    /// </summary>
    /// <param name="path">The file, or the folder: a path that ends in a separator, or a folder that exists.</param>
    /// <param name="options">How to save; null refuses a target that exists.</param>
    /// <exception cref="ModelPackException">The model breaks a rule of its format, the target exists, cannot be replaced or ends like
    /// another format, or what was written is not what was to be written.</exception>
    /// <exception cref="ObjectDisposedException">The model that is edited was disposed.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read or written.</exception>
    public SaveReport Save(string path, SaveOptions? options = null) => Save(path, options ?? new(), CancellationToken.None);

    /// <summary>Saves the model on a thread of the pool.</summary>
    /// <param name="path">The file, or the folder: a path that ends in a separator, or a folder that exists.</param>
    /// <param name="options">How to save; null refuses a target that exists.</param>
    /// <param name="cancellation">Stops the work; nothing is left then.</param>
    /// <exception cref="ModelPackException">As <see cref="Save(string, SaveOptions)"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<SaveReport> SaveAsync(string path, SaveOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Task.Run(() => Save(path, options ?? new(), cancellation), cancellation);
    }

    /// <summary>Writes a model of one file to a stream, from front to back. The strict reader looks at it first; what the stream makes of
    /// it is not read back. The stream stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="ModelPackException">The model breaks a rule of its format, or has several files.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public SaveReport Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SavePlan plan = SavePlan.Of(Format, source, files, null, new());
        if (plan.Layout.Files.Length > 1)
        {
            throw new ModelPackException(
                BuildingErrors.WrongTarget,
                $"the model has {plan.Layout.Files.Length} files, and a stream holds one; save it to a folder, a path that ends in a "
                    + $"separator");
        }

        CheckSource(plan, CancellationToken.None);
        SaveProof.CheckPlan(plan, "<stream>", Format);
        new SaveStream((bytes, _) => stream.Write(bytes), CancellationToken.None).Write(plan);
        return new(["<stream>"], plan.Layout.Length, plan.Notes, plan.IsUnchanged);
    }

    private SaveReport Save(string path, SaveOptions options, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SaveTarget.CheckName(path, Format, source, options);
        bool isFolder = TemporaryModel.IsFolder(path);
        SavePlan plan = SavePlan.Of(
            Format, source, files, isFolder ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) : null, options);
        using OutputLock place = OutputLock.Take(path);
        SaveTarget target = new(path, isFolder, place.Target, plan, source, options.Existing);
        target.Check(options);
        CheckSource(plan, cancellation);
        SaveProof.CheckPlan(plan, path, Format);
        FreeSpace.Ensure(path, plan.Layout.Length);
        using TemporaryModel output = new(place, isFolder, plan.Layout);
        Hash128[] hashes = new SaveStream(output.Write, cancellation).Write(plan);
        using (ModelFile written = ModelFiles.Open(output.Sources(), path, Format))
        {
            SaveProof.Check(plan, written, hashes, cancellation);
        }

        cancellation.ThrowIfCancellationRequested();
        output.Commit(
            options.Existing == ExistingTarget.Replace ? Earlier.Replaced : Earlier.Stays, (folder, _) => target.CheckFolder(folder));
        return new(TemporaryModel.FinalNames(path, plan.Layout), plan.Layout.Length, plan.Notes, plan.IsUnchanged);
    }

    // A new checksum over a damaged source would vouch for the damage.
    private void CheckSource(SavePlan plan, CancellationToken cancellation)
    {
        if (source is not null && !plan.IsUnchanged)
        {
            source.CheckFooter(cancellation);
        }
    }
}
