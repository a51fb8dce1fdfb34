using System.Collections.Immutable;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>One tensor in Hugging Face's form, two in GGUF's: halves (T10), and k_b with v_b (T13) (hf-companions.md §3.2).</summary>
internal static class PairTransforms
{
    public static void ToGguf(TranslationContext context, TranslationMember member, ImmutableArray<NameMatch> matches)
    {
        bool latent = member.Match.Rule.Transform == NameTransform.LatentSplit;
        TensorDraft whole = member.Draft;
        if (!(latent ? whole.IsPlain : HasWholeHalves(member)))
        {
            if (!whole.CanWiden)
            {
                context.Unplace(member);
                return;
            }

            whole = whole.Widen();
        }

        (long groups, ImmutableArray<TensorDraft> parts) = latent ? SplitLatent(context.Facts, member, whole) : SplitHalves(member, whole);
        PayloadRecipe[] back = new PayloadRecipe[parts.Length];
        for (int part = 0; part < parts.Length; part++)
        {
            string name = matches[part].GgufName;
            TensorDraft draft = parts[part].AsStoredIn(name);
            back[part] = draft.Back!(context.Add(name, draft, member.Tensor, TensorTranslator.Place(matches[part])));
        }

        context.ComesBack(member.Index, whole.Back?.Invoke(new JoinedPayload([.. back], groups)));
    }

    public static void ToHuggingFace(TranslationContext context, TranslationMember first, TranslationMember second)
    {
        bool latent = first.Match.Rule.Transform == NameTransform.LatentSplit;
        TensorDraft[] parts = [first.Draft, second.Draft];
        if (first.Tensor.Type != second.Tensor.Type || !(latent ? parts[0].IsPlain : HasWholeHalves(first)))
        {
            if (!parts.All(part => part.CanWiden))
            {
                context.Unplace(first, second);
                return;
            }

            parts = [.. parts.Select(part => part.Widen())];
        }

        (long groups, ImmutableArray<long> shape) = latent ? JoinLatent(first, second, parts) : JoinHalves(first, second);
        JoinedPayload joined = new([.. parts.Select(part => part.Payload)], groups);
        TensorDraft whole = new(joined, parts[0].Type, shape, made => made);
        PlannedPayload stored = context.Add(
            first.Match.HuggingFaceName, whole, first.Tensor, (Math.Min(first.Index, second.Index), 0, 0, 0));
        long before = 0;
        foreach ((TranslationMember member, TensorDraft part) in new[] { first, second }.Zip(parts))
        {
            long run = part.Payload.Length / groups;
            context.ComesBack(member.Index, part.Back?.Invoke(PayloadRuns.Run(stored, before, run, groups)));
            before += run;
        }
    }

    private static (long Groups, ImmutableArray<TensorDraft> Parts) SplitHalves(TranslationMember member, TensorDraft whole)
    {
        int axis = HalvedAxis(member);
        if (whole.Shape[axis] % 2 != 0)
        {
            throw member.Error(
                TranslationErrors.WrongShape,
                $"the shape is {TensorShape.Format(member.Shape)}, but dimension {axis} should have two halves");
        }

        long groups = Before(whole.Shape, axis);
        long half = whole.Payload.Length / groups / 2;
        ImmutableArray<long> shape = whole.Shape.SetItem(axis, whole.Shape[axis] / 2);
        return (groups, [Part(whole, 0, half, groups, shape), Part(whole, half, half, groups, shape)]);
    }

    private static (long Groups, ImmutableArray<long> Shape) JoinHalves(TranslationMember first, TranslationMember second)
    {
        if (!first.Shape.SequenceEqual(second.Shape))
        {
            string text =
                $"the shape is {TensorShape.Format(second.Shape)}, but that of '{first.Tensor.Name}' is {TensorShape.Format(first.Shape)}; "
                    + $"both are halves of one tensor";
            throw second.Error(TranslationErrors.UnequalParts, text);
        }

        int axis = HalvedAxis(first);
        ImmutableArray<long> shape = first.Tensor.Shape;
        return (Before(shape, axis), shape.SetItem(axis, shape[axis] * 2));
    }

    /// <summary>[heads · (nope + v), rank]: the keys of a head, then its values.</summary>
    private static (long Groups, ImmutableArray<TensorDraft> Parts) SplitLatent(
        ModelFacts facts, TranslationMember member, TensorDraft whole)
    {
        member.RequireRank(2);
        long heads = facts.RequireHeadCount(member.Match.Layer);
        long nope = facts.RequireKeyLengthMla() - facts.RequireRopeDimension();
        long value = facts.RequireValueLengthMla();
        if (nope <= 0 || (Int128)heads * (nope + value) != whole.Shape[0])
        {
            throw member.Error(
                TranslationErrors.Heads, $"{whole.Shape[0]} rows are not {heads} heads of {nope} rows of keys and {value} of values");
        }

        long rank = whole.Shape[1];
        TensorDraft keys = Part(whole, 0, nope * whole.RowBytes, heads, [heads, rank, nope])
            .Exchange(heads, nope, rank, whole.ElementBytes);
        return (heads, [keys, Part(whole, nope * whole.RowBytes, value * whole.RowBytes, heads, [heads, value, rank])]);
    }

    /// <summary>k_b is [heads, rank, nope], v_b is [heads, v, rank].</summary>
    private static (long Groups, ImmutableArray<long> Shape) JoinLatent(
        TranslationMember first, TranslationMember second, TensorDraft[] parts)
    {
        first.RequireRank(3);
        second.RequireRank(3);
        ImmutableArray<long> keys = first.Tensor.Shape;
        ImmutableArray<long> values = second.Tensor.Shape;
        if (keys[0] != values[0] || keys[1] != values[2])
        {
            throw second.Error(
                TranslationErrors.UnequalParts,
                $"the shape is {TensorShape.Format(second.Shape)}, which does not go with {TensorShape.Format(first.Shape)} of "
                    + $"'{first.Tensor.Name}'");
        }

        parts[0] = parts[0].Exchange(keys[0], keys[1], keys[2], parts[0].ElementBytes);
        return (keys[0], [keys[0] * (keys[2] + values[1]), keys[1]]);
    }

    private static TensorDraft Part(TensorDraft whole, long before, long bytes, long groups, ImmutableArray<long> shape) =>
        new(PayloadRuns.Run(whole.Payload, before, bytes, groups), whole.Type, shape, made => made);

    private static bool HasWholeHalves(TranslationMember member) =>
        HalvedAxis(member) == member.Shape.Length - 1
        ? member.Draft.IsPlain
        : TensorTypes.Get(member.Tensor.Type).Rule == PayloadRule.Blocks;

    /// <summary>Rows of a matrix, or the numbers of a bias.</summary>
    private static int HalvedAxis(TranslationMember member)
    {
        int axis = member.Shape.Length - (member.Match.GgufEnding == ".bias" ? 1 : 2);
        return axis >= 0
            ? axis
            : throw member.Error(TranslationErrors.WrongShape, $"the shape is {TensorShape.Format(member.Shape)}, which has no rows");
    }

    private static long Before(ImmutableArray<long> shape, int axis) =>
        shape[..axis].Aggregate(1L, (product, dimension) => product * dimension);
}
