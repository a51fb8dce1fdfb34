using System.Collections.Immutable;
using ModelPack.Conversion.Pipeline;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Ancestors;

/// <summary>Two payloads of a container, or made of payloads of it, that a genuine one has alike: what it shows, and what that is made
/// of.</summary>
/// <param name="Shown">What the container shows.</param>
/// <param name="Made">How the conversion makes it of the container's other payloads.</param>
internal sealed record ShownPayload(PayloadRecipe Shown, PayloadRecipe Made);

/// <summary>
/// The file that a container was made from: converting what the record describes gives this very container, the record's recipes included.
/// Then every payload of the ancestor is made of payloads of the container, or of bytes that this conversion keeps in the record; and what
/// the container only shows is compared with what it is made of (<see cref="Shown"/>). This is the one place that decides it.
/// </summary>
/// <param name="Container">The container.</param>
/// <param name="Record">Its record.</param>
/// <param name="Ancestry">What the file was made from in turn.</param>
/// <param name="Again">The conversion that made the container, planned again.</param>
internal sealed record Parent(ModelFile Container, OriginRecord Record, Ancestry Ancestry, TranscodePlan Again)
{
    /// <summary>The tensors that the way back does not read.</summary>
    public IEnumerable<ShownPayload> Shown
    {
        get
        {
            HashSet<int> read = [.. Record.Tensors.SelectMany(tensor => tensor.Payload.Tensors())];
            return Again.Read().Index().Where(tensor => !read.Contains(tensor.Index)).Select(
                tensor => new ShownPayload(
                    new StoredPayload(tensor.Index, tensor.Item.Payload.Length), ToContainer(tensor.Item.Payload)));
        }
    }

    /// <summary>The file that a record describes, if it counts.</summary>
    /// <param name="ancestor">The file as the record says it.</param>
    /// <param name="before">The ancestry of that file.</param>
    /// <param name="doubt">Why the record does not count; null if it does.</param>
    public static Parent? Find(Ancestor ancestor, Ancestry before, out RecordDoubt? doubt)
    {
        string name = ancestor.Holder.ShortName;
        try
        {
            TranscodePlan again = TranscodePlan.Again(before, OriginStep.Of(ancestor.Stated, ancestor.Holder.Format));
            doubt = again.IsGenuine(ancestor.Stated) ? null : RecordDoubt.Unlike(name);
            return doubt is null ? new(ancestor.Holder, ancestor.Stated, before, again) : null;
        }
        catch (ModelPackException exception)
        {
            doubt = RecordDoubt.NotFollowed(name, exception);
            return null;
        }
    }

    /// <summary>The ancestry of the container.</summary>
    public Ancestry Child() => new()
    {
        File = Container,
        Parent = this,
        Root = Ancestry.Root,
        Tensors = [.. Ancestry.Tensors.Select(ToContainer)],
        Records = [Record, .. Ancestry.Records.Select(inner => RestoredFile.Through(Record, inner, Container))],
        Shown = [
            .. Shown, .. Ancestry.Shown.Select(shown => new ShownPayload(ToContainer(shown.Shown), ToContainer(shown.Made)))
                .Where(shown => !shown.Shown.IsSameAs(shown.Made))],
    };

    /// <summary>For each tensor of the container and of its side file, how its payload comes back; null for one that is only
    /// kept.</summary>
    /// <param name="tensors">How the payloads of the model's tensors come back; null for one that does not.</param>
    public PayloadRecipe?[] Return(IReadOnlyList<PayloadRecipe?> tensors)
    {
        PayloadRecipe?[] before = Ancestry.Return(tensors);
        return [
            .. Again.Read().Select(
                tensor => tensor.Payload.Tensors().All(stored => before[stored] is not null)
                    ? Container.Budget.Through(tensor.Payload, stored => before[stored.Tensor]!)
                    : null)];
    }

    /// <summary>Names a tensor of a container that shows something else than what it is made of; null if all show that. The bytes decide:
    /// both are those of whoever wrote the file, and two payloads of one XXH128 are made in an instant.</summary>
    /// <param name="container">The container.</param>
    /// <param name="shown">What has to be alike.</param>
    /// <param name="known">The hash that a payload had when it was read before, if it was.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static string? FindUnlike(
        ModelFile container, ImmutableArray<ShownPayload> shown, Func<PayloadRecipe, Hash128?> known, CancellationToken cancellation)
    {
        bool[] unlike = new bool[shown.Length];
        Workers.ForEach(
            [.. Enumerable.Range(0, shown.Length)],
            (i, stop) => unlike[i] = (known(shown[i].Shown) is { } before && known(shown[i].Made) is { } made && before != made)
                || ByteComparison.FirstDifference(Open(shown[i].Shown), Open(shown[i].Made), stop) is not null,
            cancellation);
        int first = Array.IndexOf(unlike, true);
        return first < 0
            ? null
            : $"tensor '{container.AllTensors[shown[first].Shown.Tensors().FirstOrDefault()].Name}' does not show what it was made of";

        ByteSource Open(PayloadRecipe recipe) => MadePayloads.Open(container, recipe);
    }

    private ModelTensor ToContainer(ModelTensor tensor)
    {
        PayloadRecipe payload = ToContainer(tensor.Payload);
        return new(tensor.Info.ByteLength == payload.Length ? tensor.Info : tensor.Info with { ByteLength = payload.Length }, payload);
    }

    // Payloads of the file, made of those of the container.
    private PayloadRecipe ToContainer(PayloadRecipe recipe) =>
        Container.Budget.Through(recipe, stored => Record.Tensors[stored.Tensor].Payload).Simplified();
}
