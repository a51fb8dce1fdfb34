using System.Collections.Immutable;

namespace ModelPack.Tensors.Payloads;

/// <summary>
/// How a payload is made of the payloads of another list of tensors. A recipe is data: it can be printed, stored in an origin record, put
/// inside another one, and read at any offset without being carried out as a whole (<c>RecipeSource</c>). Every kind moves or rewrites
/// bytes by integer code: none depends on the machine.
/// </summary>
internal abstract record PayloadRecipe
{
    // Each expert of a stack is taken out of the same recipe: what all of them ask of it is found once. A changed copy finds it anew.
    private PayloadRecipe? simplified;
    private long steps;

    protected PayloadRecipe()
    {
    }

    protected PayloadRecipe(PayloadRecipe other)
    {
    }

    /// <summary>Length of what the recipe makes, in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>The recipes that this one is made of.</summary>
    public virtual ImmutableArray<PayloadRecipe> Inner => [];

    /// <summary>Number of recipes that this one consists of, itself included.</summary>
    public long Steps() => steps != 0 ? steps : steps = 1 + Inner.Sum(inner => inner.Steps());

    /// <summary>The tensors of the other list that the recipe takes bytes from.</summary>
    public virtual IEnumerable<int> Tensors() => Inner.SelectMany(inner => inner.Tensors());

    /// <summary>The same without steps that undo one another, so that a payload that is copied as it is can be seen to be.</summary>
    public PayloadRecipe Simplified() => simplified ??= SimplifiedRecipe.Of(this);

    /// <summary>Two are equal if they are of one kind and say the same, whatever was found of them so far.</summary>
    public virtual bool Equals(PayloadRecipe? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>Where a byte of what the recipe makes comes from: a tensor of the other list, and a place in its payload. Null if the byte
    /// is computed, or stored in no tensor.</summary>
    /// <param name="at">The byte. Where the order of bytes is reversed, its block is meant.</param>
    public (int Tensor, long Offset)? Locate(long at)
    {
        switch (this)
        {
            case StoredPayload stored:
                return (stored.Tensor, at);
            case TakenPayload taken:
                return taken.Of.Locate((at / taken.Size * taken.Stride) + taken.Start + (at % taken.Size));
            case JoinedPayload joined:
                (long group, long within) = Math.DivRem(at, joined.Length / joined.Count);
                (int index, long start) = joined.Find(within);
                PayloadRecipe? part = index < joined.Parts.Length ? joined.Parts[index] : null;
                return part?.Locate((group * (part.Length / joined.Count)) + within - start);
            case ExchangedPayload exchanged:
                (long unit, long inUnit) = Math.DivRem(at, exchanged.UnitBytes);
                (long outer, long place) = Math.DivRem(unit, exchanged.Rows * exchanged.Columns);
                (long column, long row) = Math.DivRem(place, exchanged.Rows);
                return exchanged.Of.Locate(
                    (((((outer * exchanged.Rows) + row) * exchanged.Columns) + column) * exchanged.UnitBytes) + inUnit);
            case ReversedPayload reversed:
                return reversed.Of.Locate(at / TensorTypes.Get(reversed.Type).BlockBytes * TensorTypes.Get(reversed.Type).BlockBytes);
            default:
                return null;
        }
    }

    /// <summary>The planned tensors that the recipe takes bytes from.</summary>
    public virtual IEnumerable<PlannedTensor> Planned() => Inner.SelectMany(inner => inner.Planned());

    /// <summary>The same recipe with each stored payload made by a recipe of its own: two conversions one after the other are one
    /// recipe.</summary>
    public PayloadRecipe Through(Func<StoredPayload, PayloadRecipe> make) =>
        Replace(leaf => leaf is StoredPayload stored ? make(stored) : leaf);

    /// <summary>The same recipe with the payload of each planned tensor made by a recipe of its own.</summary>
    public PayloadRecipe Resolve(Func<PlannedTensor, PayloadRecipe> make) =>
        Replace(leaf => leaf is PlannedPayload planned ? make(planned.Of) : leaf);

    /// <summary>The same recipe with other payloads of tensors.</summary>
    protected abstract PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf);

    /// <summary>Does so in a part of another recipe.</summary>
    protected static PayloadRecipe Replace(PayloadRecipe part, Func<PayloadRecipe, PayloadRecipe> leaf) => part.Replace(leaf);
}

/// <summary>The payload of a tensor of the other list, whole.</summary>
/// <param name="Tensor">Index in that list.</param>
/// <param name="Bytes">Length of that payload.</param>
internal sealed record StoredPayload(int Tensor, long Bytes) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Bytes;

    /// <inheritdoc/>
    public override IEnumerable<int> Tensors() => [Tensor];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => leaf(this);
}

/// <summary>Bytes that are known: a small payload that no other one gives back.</summary>
internal sealed record LiteralPayload(ReadOnlyMemory<byte> Bytes) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Bytes.Length;

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this;
}

/// <summary>
/// A run of bytes from each of <paramref name="Count"/> groups, one after the other: bytes <paramref name="Start"/> to
/// <paramref name="Start"/> + <paramref name="Size"/> of each <paramref name="Stride"/> bytes. One expert of a stack is a single group.
/// </summary>
/// <param name="Of">The payload taken from.</param>
/// <param name="Start">Where the run begins in its group.</param>
/// <param name="Size">Length of the run.</param>
/// <param name="Stride">Length of a group.</param>
/// <param name="Count">Number of groups.</param>
internal sealed record TakenPayload(PayloadRecipe Of, long Start, long Size, long Stride, long Count) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Size * Count;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}

/// <summary>
/// A payload seen as [outer, rows, columns] of units, with rows and columns exchanged: [outer, columns, rows]. With rows of a matrix as
/// units a permutation of rows (q and k: [heads, 2, half, row]), with elements as units a transposition. The inverse exchanges
/// <paramref name="Rows"/> and <paramref name="Columns"/>.
/// </summary>
/// <param name="Of">The payload.</param>
/// <param name="Outer">Number of independent parts.</param>
/// <param name="Rows">Rows of a part before the exchange.</param>
/// <param name="Columns">Columns of a part before the exchange.</param>
/// <param name="UnitBytes">Length of a unit.</param>
internal sealed record ExchangedPayload(PayloadRecipe Of, long Outer, long Rows, long Columns, long UnitBytes) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Of.Length;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}

/// <summary>The bytes of each number reversed: the other byte order.</summary>
/// <param name="Of">The payload.</param>
/// <param name="Type">Its type.</param>
internal sealed record ReversedPayload(PayloadRecipe Of, TensorType Type) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Of.Length;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}

/// <summary>Whole blocks of a type, rows without padding, decoded to F32 as ggml decodes them.</summary>
/// <param name="Of">The payload.</param>
/// <param name="Type">Its type: one that decodes and has whole blocks (<see cref="PayloadRule.Blocks"/>).</param>
internal sealed record WidenedPayload(PayloadRecipe Of, TensorType Type) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Of.Length / TensorTypes.Get(Type).BlockBytes * TensorTypes.Get(Type).BlockElements * sizeof(float);

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}

/// <summary>
/// F32 numbers rounded to a 16-bit type, to nearest even. What was widened comes back bit for bit, NaN payloads included.
/// </summary>
/// <param name="Of">The payload, F32.</param>
/// <param name="Type">BF16 or F16.</param>
internal sealed record NarrowedPayload(PayloadRecipe Of, TensorType Type) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Of.Length / 2;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}

/// <summary>F32 numbers with a constant added: the norms of gemma (hf-companions.md §3.2, T2). Rounds, so the way back keeps bytes
/// instead.</summary>
/// <param name="Of">The payload, F32.</param>
/// <param name="Addend">What is added.</param>
internal sealed record ShiftedPayload(PayloadRecipe Of, float Addend) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Of.Length;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}

/// <summary>F32 numbers multiplied by a constant: what falcon-h1 multiplies activations by (hf-companions.md §3.2). Rounds, so the way back
/// keeps bytes instead, and no record holds such a recipe.</summary>
/// <param name="Of">The payload, F32.</param>
/// <param name="Factor">What they are multiplied by.</param>
internal sealed record ScaledPayload(PayloadRecipe Of, float Factor) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Of.Length;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}

/// <summary>F32 numbers, each made another one by a function: what mamba keeps as a logarithm (hf-companions.md §3.2, T3). Rounds, so the
/// way back keeps bytes instead.</summary>
/// <param name="Of">The payload, F32.</param>
/// <param name="Function">What is computed of each.</param>
internal sealed record ComputedPayload(PayloadRecipe Of, NumberFunction Function) : PayloadRecipe
{
    /// <inheritdoc/>
    public override long Length => Of.Length;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}
