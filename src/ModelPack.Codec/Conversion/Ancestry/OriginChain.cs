using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Ancestry;

/// <summary>One step of a chain: how a container was made from the file that its record describes.</summary>
/// <param name="Files">Names of the files described.</param>
/// <param name="Made">Format of the container.</param>
/// <param name="Form">The files that the container consists of.</param>
/// <param name="Quantized">Mode of that conversion.</param>
/// <param name="Naming">Mode of that conversion.</param>
/// <param name="Dtype">The type that numbers were narrowed to.</param>
internal sealed record OriginStep(
    ImmutableArray<string> Files, ModelFormat Made, OutputForm Form, QuantizedMode Quantized, NamingMode Naming, TensorType? Dtype)
{
    /// <summary>The options of that conversion that matter to its result.</summary>
    public ConversionOptions Options => new() { Quantized = Quantized, Naming = Naming, Dtype = Dtype, Loss = LossPolicy.Allow };
}

/// <summary>Which ancestor is meant when there are several of one format.</summary>
internal enum AncestorForm
{
    /// <summary>The nearest.</summary>
    Nearest,

    /// <summary>The nearest that consists of several files, else the nearest: a folder is asked for.</summary>
    Set,
}

/// <summary>The way from a container back to the nearest file of a wanted format, through as many conversions as it takes
/// (A→B→C→A).</summary>
/// <param name="Record">The record of the wanted file, with container indexes of the outermost container.</param>
/// <param name="Tensors">The wanted file's tensors.</param>
/// <param name="Steps">The conversions undone, the last one first.</param>
/// <param name="Edited">Says which container on the way was edited since its record was made; null if none was. Such a chain restores
/// nothing.</param>
internal sealed record OriginChain(
    OriginRecord Record, ImmutableArray<TensorInfo> Tensors, ImmutableArray<OriginStep> Steps, string? Edited)
{
    private const int MaximumSteps = 16;

    /// <summary>Looks for a file of a format in the ancestry of a container.</summary>
    /// <returns>The chain, or null if the container has no such ancestor; <paramref name="edited"/> tells if it has one that does not count
    /// any more.</returns>
    /// <exception cref="ModelPackException">A record is damaged.</exception>
    public static OriginChain? Find(ModelFile container, ModelFormat wanted, out string? edited, AncestorForm form = AncestorForm.Nearest)
    {
        if (ReadRecord(container, container) is not { } record)
        {
            edited = null;
            return null;
        }

        RestoredFile.EnsureSideFile(record, container);
        edited = FindEdit(container, record);
        if (edited is not null)
        {
            return null;
        }

        OriginChain? chain = Nearest(Follow(container, record, null), wanted, form, ref edited);
        return chain is { Edited: null } ? chain : null;
    }

    /// <summary>As <see cref="Find"/>, but follows records through containers that were edited, as far as they still fit: in order to say
    /// what was edited.</summary>
    /// <exception cref="ModelPackException">A record is damaged, or fits the container no more.</exception>
    public static OriginChain? FindThroughEdits(ModelFile container, ModelFormat wanted)
    {
        if (ReadRecord(container, container) is not { } record)
        {
            return null;
        }

        RestoredFile.EnsureSideFile(record, container);
        string? edited = FindEdit(container, record);
        return Nearest(Follow(container, record, edited), wanted, AncestorForm.Nearest, ref edited);
    }

    /// <summary>The chain of so many conversions; null if there are fewer.</summary>
    /// <exception cref="ModelPackException">A record is damaged.</exception>
    public static OriginChain? Through(ModelFile container, int steps)
    {
        if (ReadRecord(container, container) is not { } record)
        {
            return null;
        }

        RestoredFile.EnsureSideFile(record, container);
        foreach ((OriginChain chain, ModelFile file) in Follow(container, record, FindEdit(container, record)))
        {
            if (chain.Steps.Length == steps)
            {
                return chain.Edited is null ? chain.Of(file) : null;
            }
        }

        return null;
    }

    private OriginChain Of(ModelFile file) => this with { Tensors = [.. TensorDescriptions.AllLogical(file)] };

    private static OriginChain? Nearest(
        IEnumerable<(OriginChain, ModelFile)> chains, ModelFormat wanted, AncestorForm form, ref string? edited)
    {
        OriginChain? nearest = null;
        foreach ((OriginChain chain, ModelFile file) in chains)
        {
            edited = chain.Edited;
            bool isSet = chain.Record.Files.Length > 1;
            if (chain.Record.Format == wanted && (nearest is null || isSet))
            {
                nearest = chain.Of(file);
                if (form == AncestorForm.Nearest || isSet)
                {
                    return nearest;
                }
            }
        }

        edited = nearest is null ? edited : nearest.Edited;
        return nearest;
    }

    // Every file that the records lead back to, the nearest first, with the way to it; each is opened only if it is asked for, and closed
    // again.
    private static IEnumerable<(OriginChain Chain, ModelFile File)> Follow(ModelFile container, OriginRecord record, string? edited)
    {
        ImmutableArray<OriginStep> steps = [];
        ModelFormat made = container.Format;
        for (int depth = 0; depth < MaximumSteps; depth++)
        {
            steps = steps.Add(
                new([.. record.Files.Select(file => file.Name)], made, record.Form, record.Quantized, record.Naming, record.Dtype));
            using ModelFile file = OpenRestored(record, container);
            if (record.Tensors.Length != file.AllTensors.Count)
            {
                throw Damaged(container, $"it describes {record.Tensors.Length} tensors of a file that has {file.AllTensors.Count}");
            }

            yield return (new(record, [], steps, edited), file);
            if (ReadRecord(file, container) is not { } inner)
            {
                yield break;
            }

            // A container within may have been edited before it was converted further: what its record leads to is not what it held.
            edited ??= FindEdit(file, inner, record.Name);
            made = record.Format;
            record = Through(record, inner, container);
        }

        throw Damaged(container, $"it leads through more than {MaximumSteps} conversions");
    }

    // The file is the container itself, or one that was found within it.
    private static OriginRecord? ReadRecord(ModelFile file, ModelFile container)
    {
        if (file.OriginRecord is not { } bytes)
        {
            return file.Metadata.Any(entry => entry.Key == ModelFile.OriginKey)
                ? throw Damaged(container, $"the value of '{ModelFile.OriginKey}' holds no bytes")
                : null;
        }

        try
        {
            return OriginCodec.Read(bytes.Span, container.Budget);
        }
        catch (ModelPackException exception)
        {
            exception.FilePath ??= container.Source.Name;
            throw;
        }
    }

    private static string? FindEdit(ModelFile container, OriginRecord record, string? name = null) =>
        record.ContainerDigest == ContainerDigest.Compute(container, record.Form)
        ? null
        : EditedCompanion.Find(container, record)
        ?? $"the metadata or the tensor list of '{name ?? container.ShortName}' was edited after it was converted";

    private static ModelFile OpenRestored(OriginRecord record, ModelFile container)
    {
        try
        {
            return RestoredFile.Open(record, container);
        }
        catch (ModelFormatException exception)
        {
            throw Damaged(container, $"'{record.Name}' within it is no valid file: {exception.Describe()}", exception);
        }
    }

    /// <summary>The inner record in terms of the outer container: it counts tensors of the file that the outer one describes.</summary>
    /// <remarks>A view within that is made of other payloads is checked by theirs.</remarks>
    public static OriginRecord Through(OriginRecord outer, OriginRecord inner, ModelFile container)
    {
        OriginTensor Outer(int tensor) => tensor < outer.Tensors.Length
            ? outer.Tensors[tensor]
            : throw Damaged(container, "a record within it names a tensor that does not exist");

        RestoredFile.CheckRecipes(inner, [.. outer.Tensors.Select(tensor => tensor.Payload.Length)], container);
        return inner with
        {
            Tensors = [
                .. inner.Tensors.Select(
                    tensor =>
                        tensor with
                        {
                            Payload = container.Budget.Through(tensor.Payload, stored => Outer(stored.Tensor).Payload).Simplified(),
                        })],
            Views =
            [
                .. outer.Views,
                .. inner.Views.Where(view => Outer(view.ContainerIndex).Payload is StoredPayload)
                    .Select(view => view with { ContainerIndex = ((StoredPayload)Outer(view.ContainerIndex).Payload).Tensor }),
            ],
            SideTensors = outer.SideTensors,
        };
    }

    private static ModelPackException Damaged(ModelFile container, string why, Exception? cause = null) =>
        new(OriginErrors.DamagedOrigin, $"the origin record cannot be followed: {why}", cause) { FilePath = container.Source.Name };
}
