using System.Collections.Immutable;

namespace ModelPack.Tensors.Payloads;

/// <summary>
/// Several payloads dealt out in <paramref name="Count"/> groups: the first part's first share, the second's first share, …, the first's
/// second share, and so on. With one group, the parts one after the other: a stack of experts. The inverse of taking each part's run from
/// every group.
/// </summary>
/// <param name="Parts">The payloads; each is <paramref name="Count"/> shares of equal length.</param>
/// <param name="Count">Number of groups.</param>
internal sealed record JoinedPayload(ImmutableArray<PayloadRecipe> Parts, long Count) : PayloadRecipe
{
    private long[]? ends;

    private JoinedPayload(JoinedPayload other)
        : base(other) => (Parts, Count) = (other.Parts, other.Count);

    /// <inheritdoc/>
    public override long Length => Ends is [.., var last] ? last : 0;

    /// <summary>Where each part ends if they lie one after the other.</summary>
    private long[] Ends
    {
        get
        {
            if (ends is null)
            {
                long[] found = new long[Parts.Length];
                long end = 0;
                for (int part = 0; part < found.Length; part++)
                {
                    found[part] = end = checked(end + Parts[part].Length);
                }

                ends = found;
            }

            return ends;
        }
    }

    /// <summary>The part in whose share of each group a byte of the group lies, and where that share begins.</summary>
    public (int Part, long Start) Find(long within)
    {
        // A part without bytes ends where the one before it does; the first that ends behind the byte holds it.
        (int low, int high) = (0, Parts.Length);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Ends[middle] / Count > within ? (low, middle) : (middle + 1, high);
        }

        return (low, low == 0 ? 0 : Ends[low - 1] / Count);
    }

    /// <inheritdoc/>
    public bool Equals(JoinedPayload? other) => base.Equals(other) && Parts == other.Parts && Count == other.Count;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Parts, Count);

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => Parts;

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) =>
        this with { Parts = [.. Parts.Select(part => Replace(part, leaf))] };
}
