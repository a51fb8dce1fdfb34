using System.Collections.Immutable;

namespace ModelPack.Tensors.Payloads;

/// <summary>
/// Recipes without the steps that undo one another. Conversions one after the other give recipes in one another; what the later one undoes
/// need not be done, and a matrix that is transposed twice cannot be read in long runs. Taking goes inside, where it leaves less to be
/// done; parts of one payload become one again; exchanges meet, and vanish.
/// </summary>
internal static class SimplifiedRecipe
{
    /// <summary>A recipe for the same bytes.</summary>
    /// <param name="recipe">A recipe that <see cref="RecipeRules"/> accept.</param>
    public static PayloadRecipe Of(PayloadRecipe recipe) => recipe switch
    {
        TakenPayload taken => Take(taken.Of.Simplified(), taken.Start, taken.Size, taken.Stride, taken.Count),
        JoinedPayload joined => Join([.. joined.Parts.Select(part => part.Simplified())], joined.Count),
        ExchangedPayload exchanged =>
            Exchange(exchanged.Of.Simplified(), exchanged.Outer, exchanged.Rows, exchanged.Columns, exchanged.UnitBytes),
        ReversedPayload reversed =>
            reversed.Of.Simplified() is var of && of is ReversedPayload inner && inner.Type == reversed.Type
            ? inner.Of
            : reversed with { Of = of },
        NarrowedPayload narrowed =>
            narrowed.Of.Simplified() is var of && of is WidenedPayload inner && inner.Type == narrowed.Type
            ? inner.Of
            : narrowed with { Of = of },
        UnsignedPayload unsigned => unsigned.Of.Simplified() is var of && of is UnsignedPayload ? of : unsigned with { Of = of },
        NibblesPayload nibbles =>
            nibbles.Of.Simplified() is var of && of is NibblesPayload inner && inner.BlockBytes == nibbles.BlockBytes
                && inner.Apart != nibbles.Apart
            ? inner.Of
            : nibbles with { Of = of },
        WidenedPayload widened => widened with { Of = widened.Of.Simplified() },
        ShiftedPayload shifted => shifted with { Of = shifted.Of.Simplified() },
        ScaledPayload scaled => scaled with { Of = scaled.Of.Simplified() },
        ComputedPayload computed => computed with { Of = computed.Of.Simplified() },
        _ => recipe,
    };

    private static PayloadRecipe Take(PayloadRecipe of, long start, long size, long stride, long count)
    {
        if (size == stride)
        {
            return of;
        }

        switch (of)
        {
            case TakenPayload inner when count == inner.Count:
                return Take(inner.Of, inner.Start + start, size, inner.Stride, count);

            // Some of the groups.
            case TakenPayload inner when count == 1 && start % inner.Size == 0 && size % inner.Size == 0:
                PayloadRecipe groups = Take(
                    inner.Of, start / inner.Size * inner.Stride, size / inner.Size * inner.Stride, inner.Of.Length, 1);
                return Take(groups, inner.Start, inner.Size, inner.Stride, size / inner.Size);
            case JoinedPayload joined when count == joined.Count:
                return TakeParts(joined, start, size);

            // Columns of a transposed matrix are rows of the matrix, and rows are columns.
            case ExchangedPayload { Outer: 1 } inner
                when count == inner.Columns && start % inner.UnitBytes == 0 && size % inner.UnitBytes == 0:
                return Exchange(
                    Take(inner.Of, start * count, size * count, inner.Length, 1), 1, size / inner.UnitBytes, count, inner.UnitBytes);
            case ExchangedPayload { Outer: 1 } inner
                when count == 1 && start % (inner.Rows * inner.UnitBytes) == 0 && size % (inner.Rows * inner.UnitBytes) == 0:
                PayloadRecipe columns = Take(inner.Of, start / inner.Rows, size / inner.Rows, inner.Columns * inner.UnitBytes, inner.Rows);
                return Exchange(columns, 1, inner.Rows, size / inner.Rows / inner.UnitBytes, inner.UnitBytes);
            default:
                return new TakenPayload(of, start, size, stride, count);
        }
    }

    private static PayloadRecipe TakeParts(JoinedPayload joined, long start, long size)
    {
        ImmutableArray<PayloadRecipe>.Builder parts = ImmutableArray.CreateBuilder<PayloadRecipe>();
        (int place, long before) = joined.Find(start);
        for (; place < joined.Parts.Length && before < start + size; place++)
        {
            PayloadRecipe part = joined.Parts[place];
            long share = part.Length / joined.Count;
            long from = Math.Max(start - before, 0);
            long to = Math.Min(start + size - before, share);
            if (from < to)
            {
                parts.Add(Take(part, from, to - from, share, joined.Count));
            }

            before += share;
        }

        return Join(parts.ToImmutable(), joined.Count);
    }

    private static PayloadRecipe Exchange(PayloadRecipe of, long outer, long rows, long columns, long unit)
    {
        if (rows == 1 || columns == 1)
        {
            return of;
        }

        return of switch
        {
            ExchangedPayload inner when (inner.Outer, inner.Rows, inner.Columns, inner.UnitBytes) == (outer, columns, rows, unit) =>
                inner.Of,

            // Groups of columns become groups of rows, one after the other.
            JoinedPayload joined when outer == 1 && joined.Count == rows && joined.Parts.All(part => part.Length % (rows * unit) == 0)
                => Join([.. joined.Parts.Select(part => Exchange(part, 1, rows, part.Length / rows / unit, unit))], 1),

            // Groups of rows become groups of columns.
            JoinedPayload { Count: 1 } joined
                when outer == 1
                && Matrices(joined.Parts, columns * unit, part => part.UnitBytes == unit && part.Rows == columns) is { } matrices
                => Join(matrices, columns),
            _ => new ExchangedPayload(of, outer, rows, columns, unit),
        };
    }

    private static PayloadRecipe Join(ImmutableArray<PayloadRecipe> parts, long count)
    {
        ImmutableArray<PayloadRecipe>.Builder merged = ImmutableArray.CreateBuilder<PayloadRecipe>(parts.Length);
        foreach (PayloadRecipe part in parts.SelectMany(part => part is JoinedPayload inner && inner.Count == count ? inner.Parts : [part])
            .Where(part => part.Length > 0))
        {
            if (merged.Count > 0 && Merge(merged[^1], part, count) is { } both)
            {
                merged[^1] = both;
            }
            else
            {
                merged.Add(part);
            }
        }

        if (merged.Count < 2)
        {
            return merged.Count == 0 ? parts[0] : merged[0];
        }

        ImmutableArray<PayloadRecipe> distinct = merged.ToImmutable();
        return count > 1 && distinct.OfType<ExchangedPayload>()
            .FirstOrDefault(part => part.Outer == 1 && part.Columns == count)?.UnitBytes is { } unit
            && Matrices(distinct, count * unit, part => part.UnitBytes == unit && part.Columns == count) is { } matrices
            ? Exchange(Join(matrices, 1), 1, distinct.Sum(part => part.Length) / count / unit, count, unit)
            : new JoinedPayload(distinct, count);
    }

    // The matrices that were transposed, where each payload is such a one. A row or a column is its own transposition.
    private static ImmutableArray<PayloadRecipe>? Matrices(
        ImmutableArray<PayloadRecipe> transposed, long rowBytes, Predicate<ExchangedPayload> fits) =>
        transposed.All(part => part.Length == rowBytes || (part is ExchangedPayload { Outer: 1 } exchanged && fits(exchanged)))
            ? [.. transposed.Select(part => part.Length == rowBytes ? part : ((ExchangedPayload)part).Of)]
            : null;

    // Parts of one payload that lie side by side, or one below the other.
    private static PayloadRecipe? Merge(PayloadRecipe left, PayloadRecipe right, long count) => (left, right) switch
    {
        (TakenPayload first, TakenPayload second) when first.Count == count && second.Count == count && first.Stride == second.Stride
            && first.Start + first.Size == second.Start && first.Of == second.Of
            => Take(first.Of, first.Start, first.Size + second.Size, first.Stride, count),
        (TakenPayload first, TakenPayload second)
            when count == 1 && (first.Start, first.Size, first.Stride) == (second.Start, second.Size, second.Stride)
            => Merge(first.Of, second.Of, 1) is { } both
            ? Take(both, first.Start, first.Size, first.Stride, first.Count + second.Count)
            : null,
        (ExchangedPayload { Outer: 1 } first, ExchangedPayload { Outer: 1 } second)
            when count == 1 && (first.Rows, first.UnitBytes) == (second.Rows, second.UnitBytes)
            => Merge(first.Of, second.Of, first.Rows) is { } both
            ? Exchange(both, 1, first.Rows, first.Columns + second.Columns, first.UnitBytes)
            : null,
        _ => null,
    };
}
