using System.Collections.Immutable;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Apr;

/// <summary>How q, k and v lie in one tensor (apr-v2.md §12.5).</summary>
internal enum FusedLayout
{
    /// <summary>The family has no such tensor, or APR leaves it whole.</summary>
    None,

    /// <summary>GPT-2: thirds of the columns of a weight [h, 3 · h], thirds of a bias.</summary>
    Columns,

    /// <summary>GPT-NeoX: each head has its rows of q, of k and of v one after the other.</summary>
    Heads,
}

/// <summary>
/// The runs of bytes that q, k and v are in one tensor: <paramref name="Groups"/> times a run of q, one of k and one of v, each of
/// <paramref name="RunBytes"/>.
/// </summary>
/// <param name="Groups">Number of groups.</param>
/// <param name="RunBytes">Length of a run.</param>
internal readonly record struct FusedSplit(long Groups, long RunBytes)
{
    private const int Parts = 3;

    /// <summary>The first of the three tensors that one is split into; null if it is not three of a kind, or a third does not end where an
    /// element or block does.</summary>
    public static TensorInfo? FirstPart(FusedLayout layout, TensorInfo whole, long? heads)
    {
        if (whole.Shape.IsEmpty || whole.Shape[Axis(layout, whole)] % Parts != 0 || whole.ByteLength % Parts != 0)
        {
            return null;
        }

        int axis = Axis(layout, whole);
        TensorInfo part =
            whole with { Shape = whole.Shape.SetItem(axis, whole.Shape[axis] / Parts), ByteLength = whole.ByteLength / Parts };
        return Of(layout, part, heads) is null ? null : part;
    }

    /// <summary>How tensors like this one lie in the fused one; null if three of them do not make up one.</summary>
    public static FusedSplit? Of(FusedLayout layout, TensorInfo part, long? heads)
    {
        TensorTypeInfo type = TensorTypes.Get(part.Type);
        bool isSound = part.ByteLength > 0 && type.TryGetPayloadBytes(part.Shape.AsSpan(), out long bytes) && bytes == part.ByteLength;
        long groups = !isSound ? 0 : layout switch
        {
            FusedLayout.Columns when type.Rule == PayloadRule.Blocks => part.Shape switch
            {
                [_] => 1,
                [var rows, var columns] when rows == columns => rows,
                _ => 0,
            },
            FusedLayout.Heads when heads > 0 && part.Shape is [var rows, ..] && rows % heads == 0 && HasWholeRows(type, part) =>
                heads.Value,
            _ => 0,
        };
        return groups > 0 ? new(groups, part.ByteLength / groups) : null;
    }

    /// <summary>The shape of the fused tensor that such parts make up.</summary>
    public static ImmutableArray<long> WholeShape(FusedLayout layout, TensorInfo part)
    {
        int axis = Axis(layout, part);
        return part.Shape.SetItem(axis, checked(part.Shape[axis] * Parts));
    }

    /// <summary>The payloads of q, k and v.</summary>
    public ImmutableArray<PayloadRecipe> Take(PayloadRecipe fused)
    {
        (long groups, long run) = this;
        return [.. Enumerable.Range(0, Parts).Select(part => new TakenPayload(fused, part * run, run, Parts * run, groups))];
    }

    /// <summary>The fused payload: the inverse of <see cref="Take"/>.</summary>
    public PayloadRecipe Join(ImmutableArray<PayloadRecipe> parts) => new JoinedPayload(parts, Groups);

    private static int Axis(FusedLayout layout, TensorInfo tensor) => layout == FusedLayout.Columns ? tensor.Shape.Length - 1 : 0;

    private static bool HasWholeRows(TensorTypeInfo type, TensorInfo tensor) =>
        type is { BlockElements: 1, Rule: PayloadRule.Blocks }
        || (tensor.Shape.Length > 1 && type.Rule is PayloadRule.Blocks or PayloadRule.PaddedRows);
}
