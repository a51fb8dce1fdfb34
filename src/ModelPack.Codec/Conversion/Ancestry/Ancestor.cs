using System.Collections.Immutable;
using ModelPack.Conversion.Pipeline;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Ancestry;

/// <summary>Two payloads of a container, or made of payloads of it, that a genuine one has alike: what it shows, and what that is made
/// of.</summary>
/// <param name="Shown">What the container shows.</param>
/// <param name="Made">How the conversion makes it of the container's other payloads.</param>
internal sealed record ShownPayload(PayloadRecipe Shown, PayloadRecipe Made);

/// <summary>
/// The file that a container was made from. A record is data in a file, and whoever writes the file writes the record: it counts only if
/// converting what it describes gives this very container, the record's recipes included. Then every payload of the ancestor is made of
/// payloads of the container, or of bytes that this conversion keeps in the record; and what the container only shows is compared with what
/// it is made of (<see cref="Shown"/>). This is the one place that decides it.
/// </summary>
internal sealed record Ancestor
{
    private const int MaximumSteps = 16;

    /// <summary>The record that describes the ancestor.</summary>
    public required OriginRecord Record { get; init; }

    /// <summary>The ancestor. It reads from the container and owns nothing.</summary>
    public required ModelFile File { get; init; }

    /// <summary>The model of the ancestor.</summary>
    public required SourceModel Model { get; init; }

    /// <summary>The conversion that made the container, planned again.</summary>
    public required TranscodePlan Again { get; init; }

    /// <summary>The tensors that the way back does not read.</summary>
    public IEnumerable<ShownPayload> Shown
    {
        get
        {
            int[] places = Again.ReaderPlaces();
            HashSet<int> read = [.. Record.Tensors.SelectMany(tensor => tensor.Payload.Tensors())];
            for (int i = 0; i < places.Length; i++)
            {
                if (!read.Contains(places[i]))
                {
                    yield return new(
                        new StoredPayload(places[i], Again.Payloads[i].Length), File.Budget.Through(Again.Payloads[i], ToContainer)
                            .Simplified());
                }
            }
        }
    }

    /// <summary>How a payload of the ancestor is made of those of the container.</summary>
    public PayloadRecipe ToContainer(StoredPayload stored) => Record.Tensors[stored.Tensor].Payload;

    /// <summary>The file that a container was made from; null if it has no record, or one that does not count.</summary>
    /// <param name="container">The container.</param>
    /// <param name="doubt">Why the record does not count, in one sentence; null if there is none.</param>
    public static Ancestor? Find(ModelFile container, out string? doubt) => Find(container, MaximumSteps, out doubt);

    /// <summary>The same, through at most so many conversions.</summary>
    public static Ancestor? Find(ModelFile container, int steps, out string? doubt)
    {
        doubt = null;
        if (steps == 0 || container.OriginRecord is not { } bytes)
        {
            return null;
        }

        string name = container.ShortName;
        try
        {
            OriginRecord record = OriginCodec.Read(bytes.Span, container.Budget);
            RestoredFile.EnsureSideFile(record, container);
            doubt = $"the metadata or the tensor list of '{name}' was edited after it was converted";
            if (record.ContainerDigest != ContainerDigest.Compute(container, record.Form))
            {
                return null;
            }

            doubt = $"converting the file that the origin record of '{name}' describes does not give that file";
            ModelFile file = RestoredFile.Open(record, container);
            if (record.Tensors.Length != file.AllTensors.Count)
            {
                return null;
            }

            SourceModel model = SourceModel.Of(file, steps - 1);
            TranscodePlan again = TranscodePlan.Again(file, record, container.Format, model);
            if (!again.IsGenuine(record))
            {
                return null;
            }

            doubt = null;
            return new() { Record = record, File = file, Model = model, Again = again };
        }
        catch (ModelPackException exception)
        {
            doubt = $"the origin record of '{name}' cannot be followed: {exception.Detail}";
            return null;
        }
    }

    /// <summary>The oldest file that a container was made from, and the number of conversions since: the container itself and 0, if it has
    /// no record that counts.</summary>
    /// <param name="container">The container.</param>
    /// <param name="doubt">Why the record of that file does not count, in one sentence; null if it has none.</param>
    public static (ModelFile File, int Steps) Oldest(ModelFile container, out string? doubt)
    {
        ModelFile file = container;
        for (int steps = 0; ; steps++)
        {
            if (Find(file, MaximumSteps - steps, out doubt) is not { } ancestor)
            {
                return (file, steps);
            }

            file = ancestor.File;
        }
    }

    /// <summary>Why a file some conversions back is none that the container was made from; null if nothing speaks against it. What is shown
    /// is not looked at.</summary>
    /// <param name="container">The container.</param>
    /// <param name="steps">The number of conversions.</param>
    public static string? WhyNot(ModelFile container, int steps)
    {
        for (ModelFile file = container; steps > 0; steps--)
        {
            if (Find(file, steps, out string? doubt) is not { } ancestor)
            {
                return doubt ?? $"'{file.ShortName}' holds no origin record";
            }

            file = ancestor.File;
        }

        return null;
    }

    /// <summary>Names a tensor of a container that shows something else than what it is made of; null if all show that.</summary>
    /// <param name="container">The container.</param>
    /// <param name="shown">What has to be alike.</param>
    /// <param name="known">The hash of a payload, if it is known.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static string? FindUnlike(
        ModelFile container, ImmutableArray<ShownPayload> shown, Func<PayloadRecipe, Hash128?> known, CancellationToken cancellation)
    {
        bool[] unlike = new bool[shown.Length];
        Workers.ForEach(
            [.. Enumerable.Range(0, shown.Length)], (i, stop) => unlike[i] = HashOf(shown[i].Shown, stop) != HashOf(shown[i].Made, stop),
            cancellation);
        int first = Array.IndexOf(unlike, true);
        return first < 0
            ? null
            : $"tensor '{container.AllTensors[shown[first].Shown.Tensors().FirstOrDefault()].Name}' does not show what it was made of";

        Hash128 HashOf(PayloadRecipe recipe, CancellationToken stop) =>
            known(recipe) ?? FileHash.Xxh128(MadePayloads.Open(container, recipe), stop);
    }
}
