using System.Text;

namespace ModelPack.IO.Output;

/// <summary>
/// The right to write an output. It is a locked file beside the target, which tells the stages of a living process from what a killed one
/// left: whoever takes the lock first makes good what the last holder did not finish. docs/output.md has the order of all steps.
/// </summary>
internal sealed class OutputLock : IDisposable
{
    private const int Attempts = 100;
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    private readonly FileStream file;
    private readonly List<string> stages = [];

    private OutputLock(OutputTarget target, NameChanges changes, FileStream file)
    {
        Target = target;
        Changes = changes;
        this.file = file;
    }

    public OutputTarget Target { get; }

    public NameChanges Changes { get; }

    /// <summary>Takes the lock, and puts back what an earlier holder was replacing when it was stopped.</summary>
    /// <exception cref="ModelPackException">Another process has it, or what was left cannot be made good.</exception>
    public static OutputLock Take(string targetPath, NameChanges? changes = null)
    {
        OutputTarget target = new(targetPath);
        OutputLock taken = new(target, changes ?? NameChanges.Flushed, Open(target));
        try
        {
            taken.Recover();
            return taken;
        }
        catch
        {
            taken.Keep();
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Whether a conversion to a path has begun and not ended.</summary>
    public static bool Exists(string path) => File.Exists(new OutputTarget(path).LockPath);

    /// <summary>Whether the lock file, and what it speaks of, are left for the next holder.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Makes a stage. It is written down before it exists.</summary>
    public string NewStage()
    {
        string stage = OutputJournal.NewStage();
        Write((stages.Count == 0 ? OutputJournal.FirstLine(Target) : "") + OutputJournal.StageLine(stage), stages.Count == 0
            ? FileMode.Truncate
            : FileMode.Append);
        Changes.Flush(file.SafeFileHandle, Target.LockPath);
        stages.Add(stage);
        foreach (string folder in Target.Stages(stage))
        {
            Changes.CreatePrivateFolder(folder);
        }

        return stage;
    }

    /// <summary>Writes down that the parts of the last stage take their names, so that it is known after a power failure.</summary>
    public void Commit(IEnumerable<KeyValuePair<OutputPart, PartStamp>> parts)
    {
        Write(OutputJournal.CommitLines(parts), FileMode.Append);
        Changes.Flush(file.SafeFileHandle, Target.LockPath);
        foreach (string folder in Target.Folders)
        {
            Changes.FlushFolder(folder);
        }
    }

    /// <summary>Writes down that the earlier parts have their names again: from now on parts are missing in the stage because they are
    /// removed.</summary>
    public void PutBack()
    {
        Write(OutputJournal.PutBackLine, FileMode.Append);
        Changes.Flush(file.SafeFileHandle, Target.LockPath);
    }

    /// <summary>The lock file stays when it is given up: what it says is for the next holder.</summary>
    public void Keep() => IsKept = true;

    /// <summary>Removes a stage. What cannot be removed is left for the next holder.</summary>
    public void Remove(string stage)
    {
        try
        {
            foreach (string folder in Target.Stages(stage))
            {
                Changes.DeleteTree(folder);
            }

            stages.Remove(stage);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (!IsKept && stages.Count == 0 && OperatingSystem.IsWindows())
            {
                // Windows removes no file that is open like this. One that another process has opened since stays.
                file.Dispose();
                Changes.Delete(Target.LockPath);
            }
            else if (!IsKept && stages.Count == 0)
            {
                // While it is locked: whoever opens it now finds that it has lost its name, and begins anew.
                Changes.Delete(Target.LockPath);
            }
            else if (!IsKept)
            {
                Rewrite();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
        finally
        {
            file.Dispose();
        }
    }

    private static FileStream Open(OutputTarget target)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            EnsureOwn(target);
            FileStream file;
            try
            {
                file = new(target.LockPath, options);
            }
            catch (IOException exception) when (exception.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
            {
                throw Busy(target);
            }

            FileStatus opened = FileStatus.Of(file.SafeFileHandle);
            if (opened.Number == 0 || opened.IsSameAs(FileStatus.OfName(target.LockPath)))
            {
                return file;
            }

            // The last holder gave it up, and its name with it, between the opening and the locking.
            file.Dispose();
        }

        throw Busy(target);
    }

    // A link could lead to a file that is not to be touched, and a lock of another user could say what that user wants this one to rename.
    private static void EnsureOwn(OutputTarget target)
    {
        FileStatus status = FileStatus.OfName(target.LockPath);
        if (status.Kind is not (FileKind.Missing or FileKind.Regular))
        {
            throw Foreign(target, "is no file");
        }

        if (status.Kind == FileKind.Regular && FileStatus.User is { } user && status.Number != 0 && status.Owner != user)
        {
            throw Foreign(target, "belongs to another user");
        }
    }

    private static ModelPackException Foreign(OutputTarget target, string why) =>
        new(OutputErrors.ForeignLock, $"the lock '{target.LockPath}' {why}") { FilePath = target.Path };

    private static ModelPackException Busy(OutputTarget target) =>
        new(OutputErrors.TargetBusy, $"another process writes '{target.Path}' at this moment") { FilePath = target.Path };

    private void Recover()
    {
        byte[] text = new byte[OutputJournal.MaximumBytes];
        int length = RandomAccess.Read(file.SafeFileHandle, text, 0);
        OutputJournal journal = OutputJournal.Parse(text.AsSpan(0, length), Target) ?? throw Foreign(Target, "is that of another target");
        stages.AddRange(journal.Stages);
        if (!journal.Parts.IsEmpty)
        {
            OutputCommit.PutBackAfterStop(this, journal.Stages[^1], journal.Parts);
        }

        foreach (string stage in journal.Stages)
        {
            Remove(stage);
        }

        Rewrite();
    }

    // Without a stage it stays empty: it takes no room before the free space was looked at.

    private void Rewrite() => Write(
        stages.Count == 0
            ? ""
            : OutputJournal.FirstLine(Target) + string.Concat(stages.Select(OutputJournal.StageLine)), FileMode.Truncate);

    private void Write(string text, FileMode mode) =>
        Changes.Write(file.SafeFileHandle, Target.LockPath, Encoding.ASCII.GetBytes(text), mode);
}
