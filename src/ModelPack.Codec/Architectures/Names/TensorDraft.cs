using System.Collections.Immutable;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>A tensor on its way to the other vocabulary: what it is by now, and how what is made of it goes back.</summary>
/// <param name="Payload">How the payload is made so far.</param>
/// <param name="Type">The type so far.</param>
/// <param name="Shape">The shape so far.</param>
/// <param name="Back">Gives the payload that the draft began with, from the finished one; null if rounding stands in the way.</param>
internal sealed record TensorDraft(
    PayloadRecipe Payload, TensorType Type, ImmutableArray<long> Shape, Func<PayloadRecipe, PayloadRecipe>? Back)
{
    /// <summary>Length of a row: what one index of the first dimension takes.</summary>
    public long RowBytes => Payload.Length / Shape[0];

    public long ElementBytes => TensorTypes.Get(Type).BlockBytes;

    /// <summary>True if an element is a number of whole bytes on its own.</summary>
    public bool IsPlain => TensorTypes.Get(Type) is { BlockElements: 1, Rule: PayloadRule.Blocks };

    /// <summary>True if every index of the first dimension has bytes of its own.</summary>
    public bool HasWholeRows => IsPlain || (Shape.Length > 1 && TensorTypes.Get(Type).Rule is PayloadRule.Blocks or PayloadRule.PaddedRows);

    public bool CanWiden => TensorDecoder.CanDecode(Type) && TensorTypes.Get(Type).Rule == PayloadRule.Blocks;

    public static TensorDraft Of(ModelTensor tensor) => new(new PlannedPayload(tensor), tensor.Type, tensor.Shape, made => made);

    public TensorDraft Exchange(long outer, long rows, long columns, long unitBytes) => this with
    {
        Payload = new ExchangedPayload(Payload, outer, rows, columns, unitBytes),
        Back = Back is null ? null : made => Back(new ExchangedPayload(made, outer, columns, rows, unitBytes)),
    };

    /// <summary>Each of <paramref name="groups"/> groups holds one run of each length; the runs of the first kind come together, then those
    /// of the second, …</summary>
    public TensorDraft Gather(ImmutableArray<long> runs, long groups) => this with
    {
        Payload = PayloadRuns.Gather(Payload, runs, groups),
        Back = Back is null ? null : made => Back(PayloadRuns.Deal(made, runs, groups)),
    };

    /// <summary>The way back of <see cref="Gather"/>.</summary>
    public TensorDraft Deal(ImmutableArray<long> runs, long groups) => this with
    {
        Payload = PayloadRuns.Deal(Payload, runs, groups),
        Back = Back is null ? null : made => Back(PayloadRuns.Gather(made, runs, groups)),
    };

    public TensorDraft Widen() => Type == TensorType.F32 ? this : this with
    {
        Payload = new WidenedPayload(Payload, Type),
        Type = TensorType.F32,
        Back = Back is null || Type is not (TensorType.BF16 or TensorType.F16) ? null : made => Back(new NarrowedPayload(made, Type)),
    };

    /// <summary>Adds to every number. The sum is rounded, so there is no way back.</summary>
    public TensorDraft Shift(float addend)
    {
        TensorDraft wide = Widen();
        return wide with { Payload = new ShiftedPayload(wide.Payload, addend), Back = null };
    }

    /// <summary>Computes another number of each. It is rounded, so there is no way back.</summary>
    public TensorDraft Compute(NumberFunction function)
    {
        TensorDraft wide = Widen();
        return wide with { Payload = new ComputedPayload(wide.Payload, function), Back = null };
    }

    /// <summary>As F32 where the converter stores F32 under that name.</summary>
    public TensorDraft AsStoredIn(string ggufName) =>
        Type is TensorType.BF16 or TensorType.F16 && Float32Names.Contains(ggufName, Shape.Length) ? Widen() : this;

    /// <summary>With leading ones up to a rank: a layer of one output is [1, n] in Hugging Face's form, where GGUF may have [n].</summary>
    public TensorDraft Ranked(int rank) => this with { Shape = [.. Enumerable.Repeat(1L, Math.Max(rank - Shape.Length, 0)), .. Shape] };
}
