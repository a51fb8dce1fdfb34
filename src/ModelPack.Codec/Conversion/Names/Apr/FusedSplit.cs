using System.Collections.Immutable;
using ModelPack.Codec.Tensors.Payloads;

namespace ModelPack.Codec.Conversion.Names.Apr;

/// <summary>
/// How q, k and v lie in one tensor, as runs of bytes (apr-v2.md §12.5, apr-rosetta.md §3, rule 15): <paramref name="Groups"/> times a run of q, one of k and
/// one of v, each of <paramref name="RunBytes"/>.
/// </summary>
/// <param name="Groups">Number of groups.</param>
/// <param name="RunBytes">Length of a run.</param>
internal readonly record struct FusedSplit(long Groups, long RunBytes)
{
    private const int Parts = 3;

    /// <summary>
    /// GPT-2: thirds of the columns. A weight [in, 3 · out] is cut in each of its rows, a bias once. Null if a third does not end where an element or block does.
    /// </summary>
    public static FusedSplit? Gpt2(ImmutableArray<long> shape, int blockElements, int blockBytes)
    {
        long columns = shape[^1];
        return columns % Parts == 0 && columns / Parts % blockElements == 0
            ? new(shape.Length == 1 ? 1 : shape[0], columns / Parts / blockElements * blockBytes)
            : null;
    }

    /// <summary>GPT-NeoX: each head has its rows of q, of k and of v one after the other. Null if the rows are not three for each row of a head.</summary>
    public static FusedSplit? GptNeoX(long rows, long byteLength, long heads) =>
        heads > 0 && rows % (heads * Parts) == 0 && byteLength % rows == 0 ? new(heads, byteLength / (heads * Parts)) : null;

    /// <summary>The payloads of q, k and v.</summary>
    public ImmutableArray<PayloadRecipe> Take(PayloadRecipe fused)
    {
        (long groups, long run) = this;
        return [.. Enumerable.Range(0, Parts).Select(part => new TakenPayload(fused, part * run, run, Parts * run, groups))];
    }

    /// <summary>The fused payload: the inverse of <see cref="Take"/>.</summary>
    public PayloadRecipe Join(ImmutableArray<PayloadRecipe> parts) => new JoinedPayload(parts, Groups);
}
