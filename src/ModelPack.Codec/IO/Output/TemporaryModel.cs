using System.Buffers;
using Microsoft.Win32.SafeHandles;
using ModelPack.IO.Names;

namespace ModelPack.IO.Output;

/// <summary>
/// A model that is written in a stage beside its final name, as a file or as a folder, and takes that name only on <see cref="Commit"/>,
/// with its side file and its certificate. It is deleted otherwise.
/// </summary>
internal sealed class TemporaryModel : IDisposable
{
    // Aligned writes of this size are kept in pages of this size, which are cheaper to make and to read again than many small ones. Larger
    // ones gain little, and a system whose memory is in use has few of them left.
    private const int WriteBytes = 256 * 1024;

    private readonly OutputLock place;
    private readonly string stage;
    private readonly bool isFolder;
    private readonly string[] names;
    private readonly string[] finalNames;
    private readonly long[] lengths;
    private readonly List<string> paths = [];
    private readonly List<SafeFileHandle> handles = [];
    private SafeFileHandle? certificate;

    /// <summary>Creates the files.</summary>
    /// <param name="place">The lock of the target.</param>
    /// <param name="isFolder">Whether the target is a folder (<see cref="IsFolder"/>).</param>
    /// <param name="plan">Names and lengths.</param>
    public TemporaryModel(OutputLock place, bool isFolder, ModelPlan plan)
    {
        this.place = place;
        this.isFolder = isFolder;
        names = [.. plan.Files.Select(file => file.Name)];
        finalNames = FinalNames(place.Target.Path, isFolder, plan);
        lengths = [.. plan.Files.Select(file => file.Plan.Length)];
        stage = place.NewStage();
        try
        {
            CreateFiles();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether a path means a folder: it ends in a separator, or a folder of that name exists.</summary>
    public static bool IsFolder(string path) => Path.EndsInDirectorySeparator(path) || Directory.Exists(path);

    /// <summary>The names that the files of a plan get. Beside a single file may stand its side file, which is called after it.</summary>
    public static string[] FinalNames(string targetPath, ModelPlan plan) =>
        FinalNames(RegularFile.Follow(targetPath), IsFolder(targetPath), plan);

    /// <summary>The files as they are now. They are closed with this object.</summary>
    public List<NamedSource> Sources() =>
        [.. names.Select((name, i) => new NamedSource(name, new HandleByteSource(handles[i], FinalPath(i))))];

    /// <summary>Writes at an offset that runs on from file to file. The last one may become longer than planned.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        int file = 0;
        for (; file < handles.Count - 1 && offset >= lengths[file]; file++)
        {
            offset -= lengths[file];
        }

        while (bytes.Length > 0)
        {
            int part = (int)Math.Min(bytes.Length, WriteBytes - (offset % WriteBytes));
            RandomAccess.Write(handles[file], bytes[..part], offset);
            bytes = bytes[part..];
            offset += part;
        }
    }

    /// <summary>Adds the certificate.</summary>
    public void WriteCertificate(Action<IBufferWriter<byte>> write)
    {
        string path = place.Target.New(OutputPart.Certificate, stage);
        certificate = place.Changes.CreateFile(path, 0);
        HandleWriter text = new(certificate);
        write(text);
        text.Flush();
    }

    /// <summary>Gives the model its final names.</summary>
    /// <param name="existing">Whether an earlier output gives way. An empty folder does in any case, and so does the certificate of an
    /// output that is no more.</param>
    /// <param name="look">Looks at a folder that gives way, and at the certificate that was beside it.</param>
    /// <exception cref="ModelPackException">A name is taken, or a step failed; the earlier output is there as before.</exception>
    public void Commit(Earlier existing, Action<string, string>? look = null)
    {
        FlushAndClose();
        OutputPart[] parts = [
            OutputPart.Model, .. names.Length > 1 && !isFolder
                ? [OutputPart.SideFile]
                : (OutputPart[])[], .. certificate is null ? (OutputPart[])[] : [OutputPart.Certificate]];
        (OutputTarget target, string old) = (place.Target, place.Target.Old(OutputPart.Model, stage));
        OutputCommit.Run(place, stage, parts, Leaving(parts, existing), () =>
        {
            if (isFolder && Directory.Exists(old))
            {
                look?.Invoke(old, target.Old(OutputPart.Certificate, stage));
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        handles.ForEach(handle => handle.Dispose());
        certificate?.Dispose();
        if (!place.IsKept)
        {
            place.Remove(stage);
        }
    }

    private static string[] FinalNames(string targetPath, bool isFolder, ModelPlan plan)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(targetPath));
        return isFolder
            ? [.. plan.Files.Select(file => file.Name)]
            : [.. plan.Files.Select((_, i) => i == 0 ? name : SideFile.NameFor(name))];
    }

    private IEnumerable<OutputPart> LeavingParts(OutputPart[] parts, Earlier existing)
    {
        // An earlier certificate speaks of an earlier output, and no output stands beside another's.
        yield return OutputPart.Certificate;
        if (existing == Earlier.Replaced || isFolder)
        {
            yield return OutputPart.Model;
        }

        // A side file that a former output needed, and this one does not, would be taken for a part of it.
        if (existing == Earlier.Replaced && !isFolder
            && (parts.Contains(OutputPart.SideFile) || SideFile.SharerOf(place.Target.Path) is null))
        {
            yield return OutputPart.SideFile;
        }
    }

    private OutputPart[] Leaving(OutputPart[] parts, Earlier existing) => [.. LeavingParts(parts, existing)];

    private void FlushAndClose()
    {
        foreach ((SafeFileHandle handle, string path) in handles.Zip(paths))
        {
            place.Changes.Flush(handle, path);
            handle.Dispose();
        }

        if (certificate is not null)
        {
            place.Changes.Flush(certificate, place.Target.New(OutputPart.Certificate, stage));
            certificate.Dispose();
        }

        IEnumerable<string> inner = isFolder
            ? paths.Select(path => Path.GetDirectoryName(path)!).Append(place.Target.New(OutputPart.Model, stage)).Distinct()
            : [];
        foreach (string folder in inner.Concat(place.Target.Stages(stage)))
        {
            place.Changes.FlushFolder(folder);
        }
    }

    private void CreateFiles()
    {
        string model = place.Target.New(OutputPart.Model, stage);
        if (isFolder)
        {
            place.Changes.CreateFolder(model);
        }

        for (int i = 0; i < names.Length; i++)
        {
            string path = isFolder ? Path.Combine(model, names[i]) : i == 0 ? model : place.Target.New(OutputPart.SideFile, stage);
            if (isFolder && MemberName.IsNested(names[i]))
            {
                // The folder is new, so no link can stand in the way.
                place.Changes.CreateFolder(Path.GetDirectoryName(path)!);
            }

            paths.Add(path);
            handles.Add(place.Changes.CreateFile(path, lengths[i]));
        }
    }

    private string FinalPath(int file) => Path.Combine(isFolder ? place.Target.Path : place.Target.Folder, finalNames[file]);
}

/// <summary>What becomes of an earlier output.</summary>
internal enum Earlier
{
    /// <summary>There must be none.</summary>
    Stays,

    /// <summary>It gives way.</summary>
    Replaced,
}
