using System.Collections.Immutable;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>Transforms that make one tensor of one (hf-companions.md §3.2). Null: the type's bytes do not allow it.</summary>
internal static class SingleTransforms
{
    public static TensorDraft? ToGguf(TranslationMember member, ModelFacts facts) => member.Match.Rule.Transform switch
    {
        NameTransform.None => Formed(member, facts, toGguf: true),
        NameTransform.HeadRows => HeadRows(member, facts, toGguf: true),
        NameTransform.NormPlusOne when member.Match.GgufEnding == ".bias" => member.Draft,
        NameTransform.NormPlusOne => Formed(member, facts, toGguf: true) is { CanWiden: true } norm ? norm.Shift(1) : null,
        NameTransform.NegativeExponential =>
            Formed(member, facts, toGguf: true) is { CanWiden: true } logarithm
                ? logarithm.Compute(NumberFunction.NegativeExponential) : null,
        NameTransform.Squeeze => Squeeze(member),
        NameTransform.Transpose => Transpose(member),
        NameTransform.HeadsApart => HeadsApart(member, facts, toGguf: true),
        NameTransform.GroupsApart => GroupsApart(member, facts, toGguf: true),
        NameTransform.Positions => PositionTransforms.ToGguf(member, facts),
        NameTransform.ZeroRows => ZeroRows.ToGguf(member, facts),
        NameTransform other => throw new InvalidOperationException($"{other} does not make one tensor of one"),
    };

    public static TensorDraft? ToHuggingFace(TranslationMember member, ModelFacts facts) => member.Match.Rule.Transform switch
    {
        NameTransform.None => Formed(member, facts, toGguf: false),
        NameTransform.HeadRows => HeadRows(member, facts, toGguf: false),
        NameTransform.NormPlusOne when member.Match.GgufEnding == ".bias" => member.Draft,
        NameTransform.NormPlusOne => Formed(member, facts, toGguf: false) is { CanWiden: true } norm ? norm.Shift(-1) : null,
        NameTransform.NegativeExponential =>
            Formed(member, facts, toGguf: false) is { CanWiden: true } negative
                ? negative.Compute(NumberFunction.ExponentOfNegative) : null,
        NameTransform.Squeeze => Unsqueeze(member),
        NameTransform.Transpose => Transpose(member),
        NameTransform.HeadsApart => HeadsApart(member, facts, toGguf: false),
        NameTransform.GroupsApart => GroupsApart(member, facts, toGguf: false),
        NameTransform.Positions => PositionTransforms.ToHuggingFace(member, facts),
        NameTransform.ZeroRows => ZeroRows.ToHuggingFace(member, facts),
        NameTransform other => throw new InvalidOperationException($"{other} does not make one tensor of one"),
    };

    /// <summary>The heads of a tensor that is made for q or for k.</summary>
    public static long Heads(NameMatch match, ModelFacts facts) =>
        match.Rule.Gguf.Text.Contains("attn_k", StringComparison.Ordinal)
        ? facts.RequireHeadCountKv(match.Layer)
        : facts.RequireHeadCount(match.Layer);

    /// <summary>With the dimensions that the row says (T5, T21).</summary>
    private static TensorDraft? Formed(TranslationMember member, ModelFacts facts, bool toGguf)
    {
        if (member.Match.Rule.Take[0].Form is not { } form || (member.Match.GgufEnding == ".bias" && !form.HasRest))
        {
            return member.Draft;
        }

        Func<string, long> key = facts.Sizes(member.Match.Layer);
        return form.Apply(member.Draft, toGguf, key, member)
            ?? (member.Draft.CanWiden ? form.Apply(member.Draft.Widen(), toGguf, key, member) : null);
    }

    /// <summary>T1: a head is [2, half] rows in Hugging Face's form and [half, 2] in GGUF's.</summary>
    private static TensorDraft? HeadRows(TranslationMember member, ModelFacts facts, bool toGguf)
    {
        long heads = Heads(member.Match, facts);
        long half = RowsOfHead(member, heads * 2);
        TensorDraft draft = member.Draft;
        return !draft.HasWholeRows
            ? null
            : toGguf ? draft.Exchange(heads, 2, half, draft.RowBytes) : draft.Exchange(heads, half, 2, draft.RowBytes);
    }

    /// <summary>T6: Conv1D weights are [in, out]. Blocks run along rows, so that only their numbers can be transposed.</summary>
    private static TensorDraft? Transpose(TranslationMember member)
    {
        if (member.Match.GgufEnding != ".weight")
        {
            return member.Draft;
        }

        member.RequireRank(2);
        TensorDraft draft = member.Draft;
        if (!draft.IsPlain)
        {
            if (!draft.CanWiden)
            {
                return null;
            }

            draft = draft.Widen();
        }

        return draft.Exchange(1, draft.Shape[0], draft.Shape[1], draft.ElementBytes) with { Shape = [draft.Shape[1], draft.Shape[0]] };
    }

    /// <summary>T4: a convolution has one input for each channel, which is a dimension of one in Hugging Face's form only.</summary>
    private static TensorDraft Squeeze(TranslationMember member)
    {
        if (member.Match.GgufEnding != ".weight")
        {
            return member.Draft;
        }

        member.RequireRank(3);
        ImmutableArray<long> shape = member.Tensor.Shape;
        return shape[1] == 1
            ? member.Draft with { Shape = [shape[0], shape[2]] }
            : throw member.Error(TranslationErrors.WrongShape, $"each channel of the convolution has {shape[1]} inputs; one is expected");
    }

    private static TensorDraft? Unsqueeze(TranslationMember member)
    {
        if (member.Match.GgufEnding != ".weight")
        {
            return member.Draft;
        }

        member.RequireRank(2);
        return TensorTypes.Get(member.Tensor.Type).Rule == PayloadRule.PaddedRows
            ? null
            : member.Draft with { Shape = [member.Tensor.Shape[0], 1, member.Tensor.Shape[1]] };
    }

    /// <summary>T7: [heads, 3, d] rows in Hugging Face's form, [3, heads, d] in GGUF's.</summary>
    private static TensorDraft? HeadsApart(TranslationMember member, ModelFacts facts, bool toGguf)
    {
        long heads = facts.RequireHeadCount(member.Match.Layer);
        long rows = RowsOfHead(member, heads * 3);
        TensorDraft draft = member.Draft;
        return !draft.HasWholeRows ? null
            : toGguf ? draft.Exchange(1, heads, 3, rows * draft.RowBytes) : draft.Exchange(1, 3, heads, rows * draft.RowBytes);
    }

    /// <summary>T8: for each kv head a group of its q heads, k and v.</summary>
    private static TensorDraft? GroupsApart(TranslationMember member, ModelFacts facts, bool toGguf)
    {
        long heads = facts.RequireHeadCount(member.Match.Layer);
        long groups = facts.RequireHeadCountKv(member.Match.Layer);
        if (heads % groups != 0)
        {
            throw member.Error(TranslationErrors.Heads, $"{heads} heads cannot share {groups} of k and v");
        }

        long rows = RowsOfHead(member, heads + (groups * 2));
        TensorDraft draft = member.Draft;
        if (!draft.HasWholeRows)
        {
            return null;
        }

        long head = rows * draft.RowBytes;
        ImmutableArray<long> runs = [heads / groups * head, head, head];
        return toGguf ? draft.Gather(runs, groups) : draft.Deal(runs, groups);
    }

    private static long RowsOfHead(TranslationMember member, long heads)
    {
        ImmutableArray<long> shape = member.Tensor.Shape;
        if (shape.Length == 0)
        {
            throw member.Error(TranslationErrors.WrongShape, "a scalar has no rows");
        }

        return shape[0] % heads == 0
            ? shape[0] / heads
            : throw member.Error(TranslationErrors.Heads, $"{shape[0]} rows cannot be dealt into {heads} equal parts");
    }
}
