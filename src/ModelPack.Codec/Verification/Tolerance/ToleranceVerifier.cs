using System.Globalization;
using ModelPack.Conversion;
using ModelPack.IO;
using ModelPack.Tensors;
using ModelPack.Verification.Comparison;

namespace ModelPack.Verification.Tolerance;

/// <summary>
/// Compares the decoded values of two models whose types may differ. Whole numbers, BOOL and C64 have no tolerance: they have to be the
/// same bits. Metadata are not compared.
/// </summary>
internal static class ToleranceVerifier
{
    /// <summary>Compares two opened models.</summary>
    public static ToleranceReport Verify(
        ModelFile first, ModelFile second, ValueTolerance tolerance, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ModelPair pair = new(first, second, cancellation);
        IReadOnlyList<TensorInfo> tensors = pair.FirstTensors.Tensors;
        TensorPairing pairing = TensorPairing.Of(tensors, pair.SecondTensors.Tensors, pair.Translate);
        long total = tensors.Sum(tensor => tensor.ByteLength);
        Workers.Counter counter = new(progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total)), total);
        ComparedPayloads<TensorDistance> measured = new();
        (TensorDistance? Distance, Difference? Difference)[] found = new (TensorDistance?, Difference?)[tensors.Count];
        Workers.ForEach([.. Enumerable.Range(0, found.Length)], (i, stop) =>
        {
            found[i] = pairing.Others[i] is { } other
                ? Compare(pair, tensors[i], other, tolerance, measured, stop)
                : (null, TensorPairing.Missing(tensors[i]));
            counter.Add(tensors[i].ByteLength);
        }, cancellation);
        return new(
            tolerance,
            tensors.Count,
            [.. found.Select(one => one.Distance).OfType<TensorDistance>()],
            [.. found.Select(one => one.Difference).OfType<Difference>(), .. pairing.Additional(),
                .. FooterComparison.Wrong(first, second, cancellation)],
            [.. ModelFile.PathsOf(first, second), .. pair.Doubts, .. pair.Notes]);
    }

    private static (TensorDistance?, Difference?) Compare(
        ModelPair pair, TensorInfo first, TensorInfo second, ValueTolerance tolerance, ComparedPayloads<TensorDistance> measured,
        CancellationToken cancellation)
    {
        ByteSource firstSource = pair.FirstTensors.Source;
        ByteSource secondSource = pair.SecondTensors.Source;
        TensorInfo placed = pair.OffsetsIn == FileSide.First ? first : second;
        string? why = NumberReader.WhyNot(first) ?? NumberReader.WhyNot(second);
        if (why is not null || !first.Shape.AsSpan().SequenceEqual(second.Shape.AsSpan()))
        {
            // What has no values with a tolerance is equal or it is not.
            TensorSet left = new(firstSource, [first]);
            TensorSet right = new(secondSource, [second with { Name = first.Name }]);
            return (null,
                new TensorComparison(left, right, TensorEquality.Meaning, pair.OffsetsIn, cancellation).Compare(name => name, null)
                    .SingleOrDefault());
        }

        if (!DistanceTally.CanMeasure(first, second, tolerance))
        {
            string types = $"{TensorTypes.Get(first.Type).Name} in the first file and {TensorTypes.Get(second.Type).Name} in the second";
            string text =
                $"tensor '{first.Name}' is {types}, between which ULPs cannot be counted; ask for an absolute or a relative tolerance";
            return (null, new(DifferenceKind.Type, first.Name, text, null, placed.Offset) { OffsetIn = pair.OffsetsIn });
        }

        TensorDistance distance = measured.Get(
            first, second, () => Measure(firstSource, first, secondSource, second, tolerance, cancellation)).Of(first.Name);
        return (distance, Beyond(placed, pair.OffsetsIn, distance, tolerance));
    }

    private static TensorDistance Measure(
        ByteSource firstSource, TensorInfo first, ByteSource secondSource, TensorInfo second, ValueTolerance tolerance,
        CancellationToken cancellation)
    {
        DistanceTally tally = new(first, second, tolerance);
        NumberPairs.Walk(
            firstSource, first, secondSource, second,
            (element, left, right) =>
            {
                tally.Add(element, left, right);
                return true;
            },
            cancellation);
        return tally.ToDistance();
    }

    private static Difference? Beyond(TensorInfo placed, FileSide side, TensorDistance distance, ValueTolerance tolerance)
    {
        if (distance.FirstBeyond is not { } first)
        {
            return null;
        }

        string types = distance.FirstType == distance.SecondType
            ? TensorTypes.Get(distance.FirstType).Name
            : $"{TensorTypes.Get(distance.FirstType).Name} against {TensorTypes.Get(distance.SecondType).Name}";
        string special = distance.NonFinite > 0 ? $", {distance.NonFinite} of them because one side is NaN or infinite" : "";
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"tensor '{distance.Name}' ({types}): {distance.Beyond} of {distance.Elements} values are further apart than "
                + $"{tolerance}{special}; element {first.Element} is {first.First:R} in the first file and {first.Second:R} in the second");
        return new(
            DifferenceKind.Value, distance.Name, text, first.Element, Place.OffsetOf(placed, first.Element), distance.Beyond)
            {
                OffsetIn = side,
            };
    }
}
