using ModelPack.Tensors.Scanning;

namespace ModelPack.Tensors;

/// <summary>
/// What a finite scan found. <c>default</c> is the empty tally. Chunks of a tensor may be scanned in any order, each with its own
/// tally, and merged in any order.
/// </summary>
internal struct FiniteTally
{
    private long _nan;
    private long _infinity;
    private long _firstNonFinitePlusOne;
    private long _firstBadBlockPlusOne;
    private AprQ8Quants? _aprQ8;

    /// <summary>Elements that decode to NaN.</summary>
    public readonly long NaN => _nan + (_aprQ8?.NaN ?? 0);

    /// <summary>Elements that decode to plus or minus infinity.</summary>
    public readonly long Infinity => _infinity + (_aprQ8?.Infinity ?? 0);

    /// <summary>Elements that decode to NaN or infinity.</summary>
    public readonly long NonFinite => NaN + Infinity;

    /// <summary>Smallest index of an element that is not finite, -1 if there is none.</summary>
    public readonly long FirstNonFinite => Earlier(_firstNonFinitePlusOne, (_aprQ8?.FirstNonFinite ?? -1) + 1) - 1;

    /// <summary>Blocks that are refused although every element decodes finite: MXFP4 with the NaN code as scale (ggml-types.md §8).</summary>
    public long BadBlocks { readonly get; private set; }

    /// <summary>Smallest index of such a block, -1 if there is none.</summary>
    public readonly long FirstBadBlock => _firstBadBlockPlusOne - 1;

    /// <summary>True if no part of a tensor was found that has to be remembered.</summary>
    public readonly bool IsEmpty => _nan == 0 && _infinity == 0 && BadBlocks == 0 && _aprQ8 is null;

    /// <summary>True if nothing was found.</summary>
    public readonly bool IsFinite => NonFinite == 0 && BadBlocks == 0;

    /// <summary>Adds what another scan of other parts of the same tensor found.</summary>
    public void Merge(in FiniteTally other)
    {
        _nan += other._nan;
        _infinity += other._infinity;
        _firstNonFinitePlusOne = Earlier(_firstNonFinitePlusOne, other._firstNonFinitePlusOne);
        _firstBadBlockPlusOne = Earlier(_firstBadBlockPlusOne, other._firstBadBlockPlusOne);
        BadBlocks += other.BadBlocks;
        _aprQ8 = AprQ8Quants.Merge(_aprQ8, other._aprQ8);
    }

    /// <summary>Counts one element that is not finite.</summary>
    internal void AddElement(long element, bool isNaN)
    {
        if (isNaN)
        {
            _nan++;
        }
        else
        {
            _infinity++;
        }

        _firstNonFinitePlusOne = Earlier(_firstNonFinitePlusOne, element + 1);
    }

    /// <summary>Counts one block that is refused although it decodes finite.</summary>
    internal void AddBadBlock(long block)
    {
        BadBlocks++;
        _firstBadBlockPlusOne = Earlier(_firstBadBlockPlusOne, block + 1);
    }

    /// <summary>Adds quants whose scale may stand in another chunk.</summary>
    internal void AddAprQ8(AprQ8Quants quants) => _aprQ8 = AprQ8Quants.Merge(_aprQ8, quants);

    // Zero means "none" on both sides.
    private static long Earlier(long left, long right) => left == 0 ? right : right == 0 ? left : Math.Min(left, right);
}
