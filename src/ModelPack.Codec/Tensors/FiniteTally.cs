using ModelPack.Tensors.Scanning;

namespace ModelPack.Tensors;

/// <summary>
/// What a finite scan found. <c>default</c> is the empty tally. Chunks of a tensor may be scanned in any order, each with its own
/// tally, and merged in any order.
/// </summary>
internal struct FiniteTally
{
    private long nans;
    private long infinities;
    private long firstNonFinitePlusOne;
    private long firstBadBlockPlusOne;
    private AprQ8Quants? aprQuants;

    /// <summary>Elements that decode to NaN.</summary>
    public readonly long NaN => nans + (aprQuants?.NaN ?? 0);

    /// <summary>Elements that decode to plus or minus infinity.</summary>
    public readonly long Infinity => infinities + (aprQuants?.Infinity ?? 0);

    /// <summary>Elements that decode to NaN or infinity.</summary>
    public readonly long NonFinite => NaN + Infinity;

    /// <summary>Smallest index of an element that is not finite, -1 if there is none.</summary>
    public readonly long FirstNonFinite => Earlier(firstNonFinitePlusOne, (aprQuants?.FirstNonFinite ?? -1) + 1) - 1;

    /// <summary>Blocks that are refused although every element decodes finite: MXFP4 with the NaN code as scale (ggml-types.md
    /// §8).</summary>
    public long BadBlocks { readonly get; private set; }

    /// <summary>Smallest index of such a block, -1 if there is none.</summary>
    public readonly long FirstBadBlock => firstBadBlockPlusOne - 1;

    /// <summary>True if no part of a tensor was found that has to be remembered.</summary>
    public readonly bool IsEmpty => nans == 0 && infinities == 0 && BadBlocks == 0 && aprQuants is null;

    /// <summary>True if nothing was found.</summary>
    public readonly bool IsFinite => NonFinite == 0 && BadBlocks == 0;

    /// <summary>Adds what another scan of other parts of the same tensor found.</summary>
    public void Merge(in FiniteTally other)
    {
        nans += other.nans;
        infinities += other.infinities;
        firstNonFinitePlusOne = Earlier(firstNonFinitePlusOne, other.firstNonFinitePlusOne);
        firstBadBlockPlusOne = Earlier(firstBadBlockPlusOne, other.firstBadBlockPlusOne);
        BadBlocks += other.BadBlocks;
        aprQuants = AprQ8Quants.Merge(aprQuants, other.aprQuants);
    }

    /// <summary>Counts one element that is not finite.</summary>
    internal void AddElement(long element, bool isNaN)
    {
        if (isNaN)
        {
            nans++;
        }
        else
        {
            infinities++;
        }

        firstNonFinitePlusOne = Earlier(firstNonFinitePlusOne, element + 1);
    }

    /// <summary>Counts one block that is refused although it decodes finite.</summary>
    internal void AddBadBlock(long block)
    {
        BadBlocks++;
        firstBadBlockPlusOne = Earlier(firstBadBlockPlusOne, block + 1);
    }

    /// <summary>Adds quants whose scale may stand in another chunk.</summary>
    internal void AddAprQ8(AprQ8Quants quants) => aprQuants = AprQ8Quants.Merge(aprQuants, quants);

    // Zero means "none" on both sides.
    private static long Earlier(long left, long right) => left == 0 ? right : right == 0 ? left : Math.Min(left, right);
}
