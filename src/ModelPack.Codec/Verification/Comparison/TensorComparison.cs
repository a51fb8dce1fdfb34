using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Verification.Comparison;

/// <summary>The tensors of a model with the bytes they lie in.</summary>
internal sealed record TensorSet(ByteSource Source, IReadOnlyList<TensorInfo> Tensors)
{
    /// <summary>The tensors as the model means them; as they are stored, if the descriptions of carried ones are damaged.</summary>
    public static TensorSet Of(ModelFile file, out Difference? damage)
    {
        try
        {
            damage = null;
            return new(file.Source, TensorDescriptions.Logical(file));
        }
        catch (ModelPackException exception) when (exception.Code == FormatErrors.BadDescription)
        {
            damage = new(DifferenceKind.Metadata, TensorDescriptions.Key, exception.Detail);
            return new(file.Source, file.Tensors);
        }
    }
}

/// <summary>When two tensors count as equal.</summary>
internal enum TensorEquality
{
    /// <summary>Same type, same order of bytes, same bytes.</summary>
    Bits,

    /// <summary>Same type, same bytes once both are little-endian.</summary>
    Meaning,
}

/// <summary>Compares tensors. Byte offsets in the result count in the file of one side.</summary>
internal sealed class TensorComparison(
    TensorSet first, TensorSet second, TensorEquality equality, FileSide offsetsIn, CancellationToken cancellation)
{
    private readonly ComparedPayloads<PayloadDifference?> compared = new();

    /// <summary>Compares the sets by name; the second set's names are translated first.</summary>
    public List<Difference> Compare(Func<string, string> translate, Action<long>? progress)
    {
        TensorPairing pairing = TensorPairing.Of(first.Tensors, second.Tensors, translate);
        Difference?[] found = new Difference?[first.Tensors.Count];
        Workers.Counter counter = new(progress, first.Tensors.Sum(tensor => tensor.ByteLength));
        Workers.ForEach([.. Enumerable.Range(0, found.Length)], (i, _) =>
        {
            TensorInfo tensor = first.Tensors[i];
            found[i] = pairing.Others[i] is { } other ? Compare(tensor, other) : TensorPairing.Missing(tensor);
            counter.Add(tensor.ByteLength);
        }, cancellation);
        return [.. found.OfType<Difference>(), .. pairing.Additional()];
    }

    /// <summary>The first place at which the lists stand in another order.</summary>
    public static Difference? CompareOrder(TensorSet first, TensorSet second)
    {
        for (int i = 0; i < Math.Min(first.Tensors.Count, second.Tensors.Count); i++)
        {
            if (first.Tensors[i].Name != second.Tensors[i].Name)
            {
                string own = first.Tensors[i].Name;
                return new(
                    DifferenceKind.Order, own, $"tensor {i} is '{own}' in the first file and '{second.Tensors[i].Name}' in the second");
            }
        }

        return null;
    }

    private Difference? Compare(TensorInfo own, TensorInfo other)
    {
        long start = offsetsIn == FileSide.First ? own.Offset : other.Offset;
        bool sameShape = own.Shape.AsSpan().SequenceEqual(other.Shape.AsSpan());
        string shapes =
            $"{TensorShape.Format(own.Shape.AsSpan())} in the first file and {TensorShape.Format(other.Shape.AsSpan())} in the second";
        if (own.Type != other.Type || !SameOrder(own, other))
        {
            PayloadDifference? values = sameShape
                ? compared.Get(own, other, () => PayloadComparison.OfValues(first.Source, own, second.Source, other, cancellation))
                : null;
            string text = $"tensor '{own.Name}' is {TypeName(own)} in the first file and {TypeName(other)} in the second";
            string more = !sameShape
                ? $", with the shape {shapes}"
                : values is null ? "" : $"; {DifferenceWords.Values(values, own.ElementCount)}";
            return new(DifferenceKind.Type, own.Name, text + more, null, start) { OffsetIn = offsetsIn, Payload = values };
        }

        return sameShape
            ? ComparePayload(own, other, start)
            : new(DifferenceKind.Shape, own.Name, $"tensor '{own.Name}' has the shape {shapes}", null, start) { OffsetIn = offsetsIn };
    }

    private bool SameOrder(TensorInfo own, TensorInfo other) => own.ByteOrder == other.ByteOrder
        || (equality == TensorEquality.Meaning && PayloadByteOrder.Support(own.Type) is ByteSwapSupport.Exact or ByteSwapSupport.NotNeeded);

    private Difference? ComparePayload(TensorInfo own, TensorInfo other, long start) =>
        compared.Get(own, other, () => PayloadComparison.OfBytes(first.Source, own, second.Source, other, cancellation)) is { } payload
            ? new(
                DifferenceKind.Payload,
                own.Name,
                DifferenceWords.Bytes(own, payload),
                payload.First?.Element ?? payload.FirstElement,
                start + payload.FirstByte,
                payload.Bytes)
            { OffsetIn = offsetsIn, Payload = payload }
            : null;

    private static string TypeName(TensorInfo tensor) =>
        TensorTypes.Get(tensor.Type).Name + (tensor.ByteOrder == ByteOrder.BigEndian ? " (big-endian)" : "");
}
