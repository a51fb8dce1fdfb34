namespace ModelPack.IO.Output;

/// <summary>
/// The renaming by which an output takes its names. Earlier parts go into the stage first and new ones come out of it, so that no two
/// outputs are ever mixed and each step can be undone by the opposite one, by this process or by the next (docs/output.md).
/// </summary>
internal static class OutputCommit
{
    // The certificate first, so that it never stands beside another's output.
    private static readonly OutputPart[] WayOut = [OutputPart.Certificate, OutputPart.Model, OutputPart.SideFile];

    // The certificate last, so that what it stands beside is whole.
    private static readonly OutputPart[] WayIn = [OutputPart.SideFile, OutputPart.Model, OutputPart.Certificate];

    /// <param name="place">The lock of the target.</param>
    /// <param name="stage">The stage, with parts that were flushed.</param>
    /// <param name="parts">The new parts.</param>
    /// <param name="leaving">Earlier parts that give way. Nothing else is replaced.</param>
    /// <param name="look">Looks once more at what gave way, when nobody finds it by its name any more, and refuses to lose it.</param>
    /// <exception cref="ModelPackException">A name is taken, or a step failed; the earlier output is there as before unless the message
    /// says otherwise.</exception>
    public static void Run(
        OutputLock place, string stage, IReadOnlyCollection<OutputPart> parts, IReadOnlyCollection<OutputPart> leaving, Action? look = null)
    {
        (OutputTarget target, NameChanges changes) = (place.Target, place.Changes);
        Dictionary<OutputPart, PartStamp> stamps = parts.ToDictionary(part => part, part => PartStamp.Of(target.New(part, stage)));
        place.Commit(stamps);
        try
        {
            foreach (OutputPart part in WayOut.Where(part => leaving.Contains(part) && Exists(target.Final(part))))
            {
                FileKind kind = parts.Contains(part) ? FileStatus.OfName(target.New(part, stage)).Kind : FileKind.Regular;
                EnsureKind(target.Final(part), kind);
                changes.Move(target.Final(part), target.Old(part, stage));
            }

            look?.Invoke();

            foreach (OutputPart part in WayIn.Where(parts.Contains))
            {
                EnsureFree(target.Final(part));
                changes.Move(target.New(part, stage), target.Final(part));
            }

            FlushNames(place);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ModelPackException)
        {
            PutBackAfterFailure(place, stage, stamps, exception);
            throw;
        }
    }

    /// <summary>Puts the earlier output back after a process was stopped in <see cref="Run"/>, unless all new parts had their names
    /// already.</summary>
    /// <exception cref="ModelPackException">One of the names was taken since.</exception>
    public static void PutBackAfterStop(OutputLock place, string stage, IReadOnlyDictionary<OutputPart, PartStamp> stamps)
    {
        if (stamps.Keys.Any(part => Exists(place.Target.New(part, stage))))
        {
            PutBack(place, stage, stamps);
        }
    }

    private static void PutBackAfterFailure(OutputLock place, string stage, Dictionary<OutputPart, PartStamp> stamps, Exception cause)
    {
        try
        {
            PutBack(place, stage, stamps);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ModelPackException)
        {
            place.Keep();
            string left = Path.GetDirectoryName(place.Target.Old(OutputPart.Model, stage))!;
            throw new ModelPackException(
                OutputErrors.NotPutBack, $"{Said(cause)}; the earlier output lies in '{left}': {Said(exception)}", cause)
            {
                FilePath = place.Target.Path,
            };
        }
    }

    private static string Said(Exception exception) =>
        (exception is ModelPackException known ? known.Detail : exception.Message).TrimEnd('.');

    // Each step leads to a state that Run passes through too, so that this can be stopped and begun again.
    private static void PutBack(OutputLock place, string stage, IReadOnlyDictionary<OutputPart, PartStamp> stamps)
    {
        OutputTarget target = place.Target;
        foreach (OutputPart part in WayIn.Reverse().Where(stamps.ContainsKey))
        {
            string final = target.Final(part);
            if (Exists(target.New(part, stage)) || !Exists(final))
            {
                continue;
            }

            if (PartStamp.Of(final) != stamps[part])
            {
                throw Disturbed(place, stage, final);
            }

            place.Changes.Move(final, target.New(part, stage));
        }

        foreach (OutputPart part in WayOut.Reverse().Where(part => Exists(target.Old(part, stage))))
        {
            if (Exists(target.Final(part)))
            {
                throw Disturbed(place, stage, target.Final(part));
            }

            place.Changes.Move(target.Old(part, stage), target.Final(part));
        }

        FlushNames(place);
        place.PutBack();
    }

    private static void FlushNames(OutputLock place)
    {
        foreach (string folder in place.Target.Folders)
        {
            place.Changes.FlushFolder(folder);
        }
    }

    private static bool Exists(string path) => FileStatus.OfName(path).Kind != FileKind.Missing;

    private static void EnsureFree(string path)
    {
        if (Exists(path))
        {
            throw new ModelPackException(OutputErrors.TargetTaken, $"'{path}' appeared while the output was written") { FilePath = path };
        }
    }

    // A file never gives way to a folder, nor a folder to a file, nor either a link that was not there before.
    private static void EnsureKind(string path, FileKind kind)
    {
        RegularFile.EnsureReplaceable(path);
        if (FileStatus.OfName(path).Kind is var found && found != kind)
        {
            throw new ModelPackException(
                OutputErrors.TargetTaken, $"'{path}' is a {found.ToString().ToLowerInvariant()} now") { FilePath = path };
        }
    }

    private static ModelPackException Disturbed(OutputLock place, string stage, string path) => new(
        OutputErrors.Disturbed,
        $"'{path}' was put there since; the earlier output lies in '{Path.GetDirectoryName(place.Target.Old(OutputPart.Model, stage))}'")
    { FilePath = place.Target.Path };
}
