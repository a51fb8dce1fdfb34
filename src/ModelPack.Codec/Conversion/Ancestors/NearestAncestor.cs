namespace ModelPack.Conversion.Ancestors;

/// <summary>Which ancestor is meant when there are several of one format.</summary>
internal enum AncestorForm
{
    /// <summary>The nearest.</summary>
    Nearest,

    /// <summary>The nearest that consists of several files, else the nearest: a folder is asked for.</summary>
    Set,
}

/// <summary>
/// Looks for the file that is to be restored, or compared, among those that records lead back to. What the records say is believed so far:
/// whoever takes such a file has to prove that converting it gives the container (<see cref="Proof.Reconversion"/>).
/// </summary>
internal static class NearestAncestor
{
    /// <summary>Looks for a file of a format in the ancestry of a container.</summary>
    /// <returns>The file, or null if the container has no such ancestor; <paramref name="edited"/> tells if it has one that does not count
    /// any more.</returns>
    /// <exception cref="ModelPackException">A record is damaged.</exception>
    public static Ancestor? Find(ModelFile container, ModelFormat wanted, out string? edited, AncestorForm form = AncestorForm.Nearest)
    {
        edited = null;
        (Ancestor Ancestor, string? Edited)? nearest = null;
        foreach ((Ancestor ancestor, string? found) in Follow(container))
        {
            edited = found;
            if (found is not null && ancestor.Holder == container)
            {
                return null;
            }

            bool isSet = ancestor.Record.Files.Length > 1;
            if (Open(ancestor, container) && ancestor.Record.Format == wanted && (nearest is null || isSet))
            {
                nearest = (ancestor, found);
                if (form == AncestorForm.Nearest || isSet)
                {
                    break;
                }
            }
        }

        edited = nearest is { } best ? best.Edited : edited;
        return edited is null ? nearest?.Ancestor : null;
    }

    /// <summary>As <see cref="Find"/>, but follows records through containers that were edited, as far as they still fit: in order to say
    /// what was edited.</summary>
    /// <exception cref="ModelPackException">A record is damaged, or fits the container no more.</exception>
    public static Ancestor? FindThroughEdits(ModelFile container, ModelFormat wanted) => Follow(container)
        .Select(found => found.Ancestor)
        .FirstOrDefault(ancestor => Open(ancestor, container) && ancestor.Record.Format == wanted);

    /// <summary>The file so many conversions back; null if there are fewer, or a container on the way was edited.</summary>
    /// <exception cref="ModelPackException">A record is damaged.</exception>
    public static Ancestor? At(ModelFile container, int steps) => Follow(container)
        .FirstOrDefault(found => Open(found.Ancestor, container) && found.Ancestor.Steps.Length == steps) is { Edited: null } found
        ? found.Ancestor
        : null;

    // A container within may have been edited before it was converted further: what its record leads to is not what it held.
    private static IEnumerable<(Ancestor Ancestor, string? Edited)> Follow(ModelFile container)
    {
        string? edited = null;
        Ancestor? last = null;
        foreach (Ancestor ancestor in Ancestry.Walk(container))
        {
            if (last is null)
            {
                RestoredFile.EnsureSideFile(ancestor.Stated, container);
            }

            edited ??= ancestor.IsHolderEdited()
                ? EditedCompanion.Find(ancestor.Holder, ancestor.Stated)
                    ?? $"the metadata or the tensor list of '{last?.Record.Name ?? container.ShortName}' was edited after it was converted"
                : null;
            yield return (ancestor, edited);
            last = ancestor;
        }

        if (last is { Stated.LeftBehind: true })
        {
            yield break;
        }

        ModelFile oldest = last?.File ?? container;
        if (oldest.OriginRecord is not null)
        {
            throw RestoredFile.NotFollowed(container, $"it leads through more than {Ancestry.MaximumSteps} conversions");
        }

        if (oldest.Metadata.Any(entry => entry.Key == ModelFile.OriginKey))
        {
            throw RestoredFile.NotFollowed(container, $"the value of '{ModelFile.OriginKey}' holds no bytes");
        }
    }

    // True once it is open.
    private static bool Open(Ancestor ancestor, ModelFile container)
    {
        try
        {
            int found = ancestor.File.AllTensors.Count;
            return ancestor.Record.Tensors.Length == found
                ? true
                : throw RestoredFile.NotFollowed(
                    container, $"it describes {ancestor.Record.Tensors.Length} tensors of a file that has {found}");
        }
        catch (ModelFormatException exception)
        {
            throw RestoredFile.NotFollowed(
                container, $"'{ancestor.Record.Name}' within it is no valid file: {exception.Describe()}", exception);
        }
    }
}
