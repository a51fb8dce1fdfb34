using System.Collections.Immutable;

namespace ModelPack.Architectures.Names;

/// <summary>How a tensor of a folder is cut along one dimension into pieces, of which one or several make up a tensor of a GGUF.</summary>
/// <param name="Axis">The dimension; a negative one counts from the last dimension of the weight.</param>
/// <param name="Groups">Groups that each hold a run of every piece; null for one.</param>
/// <param name="Sizes">Rows of each piece in a group; none where all pieces are equal.</param>
/// <param name="Pieces">Number of pieces.</param>
/// <param name="Interleaves">True if the pieces alternate row by row.</param>
internal sealed record TensorCut(
    int Axis, SizeExpression? Groups, ImmutableArray<SizeExpression> Sizes, int Pieces, bool Interleaves)
{
    /// <summary>All of it.</summary>
    public static TensorCut None { get; } = new(0, null, [], 1, false);

    /// <summary>The dimension that is cut; below zero if a tensor of so few has none. A bias has no last dimension of its weight, or it has
    /// that alone.</summary>
    public int AxisOf(int rank, string ending) =>
        Axis >= 0 ? Axis : rank + (ending == ".bias" ? Math.Min(Axis + 1, -1) : Axis);

    /// <summary>Groups and sizes for a dimension; null if it cannot be cut so.</summary>
    public (long Groups, ImmutableArray<long> Sizes)? Of(long dimension, Func<string, long> key)
    {
        if (Sizes.IsEmpty)
        {
            long groups = Interleaves ? dimension / Pieces : Groups?.Evaluate(key) ?? 1;
            return groups > 0 && dimension % groups == 0 && dimension / groups % Pieces == 0
                ? (groups, [.. Enumerable.Repeat(dimension / groups / Pieces, Pieces)])
                : null;
        }

        long count = Groups?.Evaluate(key) ?? 1;
        ImmutableArray<long> sizes = [.. Sizes.Select(size => size.Evaluate(key))];
        return sizes.Aggregate(Int128.Zero, (sum, size) => sum + size) * count == dimension ? (count, sizes) : null;
    }
}

/// <summary>A piece as a GGUF holds it.</summary>
/// <param name="Number">Which one.</param>
/// <param name="Form">Its dimensions there; null if they stay.</param>
internal readonly record struct CutPiece(int Number, Rearrangement? Form);
