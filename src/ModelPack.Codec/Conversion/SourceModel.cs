using System.Collections.Immutable;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Tensors;
using ModelPack.Codec.Tensors.Payloads;

namespace ModelPack.Codec.Conversion;

/// <summary>A tensor as the model means it.</summary>
/// <param name="Info">Name, type and shape. Big-endian only where no known rule swaps its bytes.</param>
/// <param name="Payload">How its payload, little-endian, is made of those of the source.</param>
internal sealed record ModelTensor(TensorInfo Info, PayloadRecipe Payload);

/// <summary>
/// The tensors of a source as the model means them, whatever the source shows: little-endian where the order of bytes is understood, carried ones under their own
/// type, and widened ones as the blocks that lie in the side file. So that a model gives the same output, whichever containers it went through before.
/// </summary>
/// <param name="Tensors">The tensors.</param>
/// <param name="Return">For each tensor of the source and of its side file, how its payload is made of those of <paramref name="Tensors"/>; null for a kept one.</param>
/// <param name="Folded">Tensors of the source whose bytes were not used, since the side file has what they show.</param>
internal sealed record SourceModel(ImmutableArray<ModelTensor> Tensors, ImmutableArray<PayloadRecipe?> Return, ImmutableArray<int> Folded)
{
    /// <summary>The model of a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="views">Whether to believe that what shows the content of the side file still shows it.</param>
    public static SourceModel Of(ModelFile source, ViewTrust views)
    {
        IReadOnlyList<TensorInfo> logical = CarriedTensors.Logical(source);
        Dictionary<int, (int Side, TensorInfo Info)> folds = views == ViewTrust.Record ? FindFolds(source, logical) : [];
        PayloadRecipe?[] back = new PayloadRecipe?[source.AllTensors.Count];
        ImmutableArray<ModelTensor>.Builder tensors = ImmutableArray.CreateBuilder<ModelTensor>(logical.Count);
        for (int i = 0; i < logical.Count; i++)
        {
            (TensorInfo info, PayloadRecipe payload) = (logical[i], new StoredPayload(i, logical[i].ByteLength));
            StoredPayload stored = new(i, info.ByteLength);
            if (folds.TryGetValue(i, out (int Side, TensorInfo Info) fold))
            {
                stored = new(i, fold.Info.ByteLength);
                (info, payload) = (fold.Info, new StoredPayload(fold.Side, fold.Info.ByteLength));
                (back[i], back[fold.Side]) = (new WidenedPayload(stored, fold.Info.Type), stored);
            }
            else if (info.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(info.Type) == ByteSwapSupport.Exact)
            {
                payload = new ReversedPayload(payload, info.Type);
                back[i] = new ReversedPayload(stored, info.Type);
                info = info with { ByteOrder = ByteOrder.LittleEndian };
            }
            else
            {
                back[i] = stored;
                bool isOfBytes = PayloadByteOrder.Support(info.Type) != ByteSwapSupport.DerivedOnly;
                info = isOfBytes ? info with { ByteOrder = ByteOrder.LittleEndian } : info;
            }

            tensors.Add(new(info, payload));
        }

        return new(tensors.MoveToImmutable(), ImmutableArray.Create(back), [.. folds.Keys.Order()]);
    }

    // Only a record that fits the container vouches for its views; whether their bytes are still those, the pass will tell (MP2008 would, otherwise).
    private static Dictionary<int, (int Side, TensorInfo Info)> FindFolds(ModelFile source, IReadOnlyList<TensorInfo> logical)
    {
        Dictionary<int, (int, TensorInfo)> folds = [];
        if (source is not ModelSet { SideModel: { } side } || FittingRecord(source) is not { } record)
        {
            return folds;
        }

        HashSet<int> views = [.. record.Views.Select(view => view.ContainerIndex)];
        Dictionary<string, int> byName = source.Tensors.Select((tensor, i) => (tensor.Name, i)).ToDictionary(StringComparer.Ordinal);
        IReadOnlyList<TensorInfo> twins = CarriedTensors.Logical(side);
        for (int i = 0; i < twins.Count; i++)
        {
            TensorInfo twin = twins[i];
            if (byName.TryGetValue(twin.Name, out int tensor) && views.Contains(tensor) && logical[tensor].Type == TensorType.F32
                && TensorTypes.Get(twin.Type).IsQuantized && twin.Shape.AsSpan().SequenceEqual(logical[tensor].Shape.AsSpan()))
            {
                folds.Add(tensor, (source.Tensors.Count + i, twin with { Name = logical[tensor].Name }));
            }
        }

        return folds;
    }

    // A damaged record was refused before, unless the caller wants none to count.
    private static OriginRecord? FittingRecord(ModelFile source)
    {
        try
        {
            return source.OriginRecord is { } bytes && OriginCodec.Read(bytes.Span) is { } record && record.ContainerDigest == ContainerDigest.Compute(source)
                ? record
                : null;
        }
        catch (ModelPackException)
        {
            return null;
        }
    }
}

/// <summary>Whether tensors that show the content of a side file are taken for it.</summary>
internal enum ViewTrust
{
    /// <summary>As the origin record says.</summary>
    Record,

    /// <summary>They are tensors of their own: one of them was edited.</summary>
    None,
}
