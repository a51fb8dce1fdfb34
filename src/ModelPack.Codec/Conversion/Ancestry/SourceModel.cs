using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Origin;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Ancestry;

/// <summary>Whether the origin record of a source is believed.</summary>
internal enum RecordTrust
{
    /// <summary>The model is the one that the record leads back to.</summary>
    Record,

    /// <summary>The model is what the source itself says: something was edited, or the record is not to count.</summary>
    None,
}

/// <summary>
/// The model that a source holds: that of the oldest file which its records lead back to. Whatever containers it went through, it is
/// planned in that file's words, so that the way taken does not change the output. A source without a record speaks for itself.
/// </summary>
internal sealed record SourceModel
{
    private const int MaximumSteps = 16;

    /// <summary>The file whose words these are: the source, or one within it.</summary>
    public required ModelFile Root { get; init; }

    /// <summary>The tensors of <see cref="Root"/>: little-endian where the order of bytes is understood, carried ones under their own
    /// type.</summary>
    public required ImmutableArray<ModelTensor> Tensors { get; init; }

    /// <summary>For each tensor of the source and of its side file, how its payload is made of those of <see cref="Tensors"/>; null for one
    /// that is only kept.</summary>
    public required ImmutableArray<PayloadRecipe?> Return { get; init; }

    /// <summary>The records on the way to <see cref="Root"/>, in terms of the source's payloads: if a hash in them is wrong, the source was
    /// edited.</summary>
    public ImmutableArray<OriginRecord> Records { get; init; } = [];

    /// <summary>Why the record of the source does not count, in one sentence; null if nothing is wrong with it, or there is none.</summary>
    public string? Doubt { get; init; }

    /// <summary>What the source shows on the way, beside what it is made of: if these differ, it was edited.</summary>
    public ImmutableArray<ShownPayload> Shown { get; init; } = [];

    /// <summary>The model of a source.</summary>
    /// <exception cref="ModelPackException">The description of a carried tensor is damaged.</exception>
    public static SourceModel Of(ModelFile source, RecordTrust trust) => trust == RecordTrust.None ? Own(source) : Of(source, MaximumSteps);

    /// <summary>The same, through at most so many conversions.</summary>
    internal static SourceModel Of(ModelFile source, int steps)
    {
        if (Ancestor.Find(source, steps, out string? doubt) is not { } ancestor)
        {
            return Own(source) with { Doubt = doubt };
        }

        (OriginRecord record, TranscodePlan again, SourceModel model) = (ancestor.Record, ancestor.Again, ancestor.Model);
        PayloadRecipe?[] back = new PayloadRecipe?[source.AllTensors.Count];
        int[] places = again.ReaderPlaces();
        for (int i = 0; i < places.Length; i++)
        {
            PayloadRecipe made = again.Payloads[i];
            back[places[i]] = made.Tensors().All(tensor => model.Return[tensor] is not null)
                ? source.Budget.Through(made, stored => model.Return[stored.Tensor]!)
                : null;
        }

        PayloadRecipe Through(PayloadRecipe recipe) => source.Budget.Through(recipe, ancestor.ToContainer).Simplified();
        return new()
        {
            Root = model.Root,
            Tensors = [.. model.Tensors.Select(tensor => tensor with { Payload = Through(tensor.Payload) })],
            Return = [.. back],
            Records = [record, .. model.Records.Select(inner => OriginChain.Through(record, inner, source))],
            Shown = [
                .. ancestor.Shown, .. model.Shown.Select(shown => new ShownPayload(Through(shown.Shown), Through(shown.Made)))
                    .Where(shown => !shown.Shown.IsSameAs(shown.Made))],
        };
    }

    private static SourceModel Own(ModelFile source)
    {
        IReadOnlyList<TensorInfo> logical = TensorDescriptions.Logical(source);
        PayloadRecipe?[] back = new PayloadRecipe?[source.AllTensors.Count];
        ImmutableArray<ModelTensor>.Builder tensors = ImmutableArray.CreateBuilder<ModelTensor>(logical.Count);
        for (int i = 0; i < logical.Count; i++)
        {
            TensorInfo info = logical[i];
            StoredPayload stored = new(i, info.ByteLength);
            ByteSwapSupport swap = info.ByteOrder == ByteOrder.BigEndian ? PayloadByteOrder.Support(info.Type) : ByteSwapSupport.NotNeeded;
            PayloadRecipe payload = swap == ByteSwapSupport.Exact ? new ReversedPayload(stored, info.Type) : stored;
            back[i] = payload;
            bool isPlain = info.ByteOrder == ByteOrder.LittleEndian || swap == ByteSwapSupport.DerivedOnly;
            tensors.Add(new(isPlain ? info : info with { ByteOrder = ByteOrder.LittleEndian }, payload));
        }

        return new() { Root = source, Tensors = tensors.MoveToImmutable(), Return = [.. back] };
    }
}
