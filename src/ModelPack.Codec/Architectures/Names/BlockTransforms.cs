using System.Collections.Immutable;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>
/// T11, the experts of gpt-oss (hf-companions.md §3.2, architectures/quantized-checkpoints.md §1): rows of gate and up alternate. As
/// MXFP4 a folder has blocks and scales apart, with the input last; as numbers it has the matrices transposed.
/// </summary>
internal static class BlockTransforms
{
    public const string Codes = "_blocks";
    public const string Scales = "_scales";

    private const int CodeBytes = 16;

    /// <summary>True for codes or scales whose other half is there.</summary>
    public static bool IsPart(TensorInfo tensor, Func<string, bool> exists) => tensor.Type == TensorType.U8
        && ((tensor.Name.EndsWith(Codes, StringComparison.Ordinal) && exists(tensor.Name[..^Codes.Length] + Scales))
            || (tensor.Name.EndsWith(Scales, StringComparison.Ordinal) && exists(tensor.Name[..^Scales.Length] + Codes)));

    public static void ToGguf(TranslationContext context, List<TranslationMember> members, ImmutableArray<NameMatch> matches)
    {
        string[] names = [.. matches.Take(1).SelectMany(
            match => new[] { Codes, Scales }.Select(ending => (match with { HuggingFaceEnding = ending }).HuggingFaceName))];
        members.Sort((left, right) => string.CompareOrdinal(left.Match.HuggingFaceEnding, right.Match.HuggingFaceEnding));
        if (!members.Select(member => member.Match.HuggingFaceName).SequenceEqual(names))
        {
            throw members[0].Error(
                TranslationErrors.Incomplete, $"'{names[0]}' and '{names[1]}' make up one tensor: both are needed, and each once");
        }

        (TranslationMember codes, TranslationMember scales) = (members[0], members[1]);
        TensorDraft whole = Blocks(codes, scales);
        CutParts parts = CutTransforms.Apart(whole, Rows(matches), codes, context.Facts)!;
        PayloadRecipe made = CutTransforms.Add(context, codes, matches, parts);
        (PayloadRecipe Codes, PayloadRecipe Scales) back = Published(made);
        context.ComesBack(codes.Index, back.Codes);
        context.ComesBack(scales.Index, back.Scales);
    }

    public static void ToHuggingFace(TranslationContext context, ImmutableArray<TranslationMember> members)
    {
        if (members.Any(member => member.Tensor.Type != TensorType.MXFP4))
        {
            CutTransforms.ToHuggingFace(context, members);
            return;
        }

        ImmutableArray<TensorDraft> parts = [.. members.Select(member => member.Draft)];
        CutWhole whole = CutTransforms.Together(parts, Rows([.. members.Select(member => member.Match)]), members, context.Facts)!;
        ImmutableArray<long> shape = whole.Draft.Shape;
        ImmutableArray<long> blocks = [.. shape[..^1], shape[^1] / TensorTypes.Get(TensorType.MXFP4).BlockElements];
        (PayloadRecipe codes, PayloadRecipe scales) = Published(whole.Draft.Payload);
        NameMatch match = members[0].Match;
        PayloadRecipe made = Ggml(
            context.Add(
                (match with { HuggingFaceEnding = Codes }).HuggingFaceName, new(codes, TensorType.U8, [.. blocks, CodeBytes], null),
                members[0].Tensor, CutTransforms.Place(members)),
            context.Add(
                (match with { HuggingFaceEnding = Scales }).HuggingFaceName, new(scales, TensorType.U8, blocks, null), members[0].Tensor,
                CutTransforms.Place(members, 1)));
        CutTransforms.ComeBack(context, members, parts, whole.Returns(made));
    }

    // The blocks lie as ggml wants them, the input last: rows alternate, and nothing is transposed.
    private static CutTransforms.Plan Rows(ImmutableArray<NameMatch> matches)
    {
        CutTransforms.Plan plan = CutTransforms.Plan.Of(matches);
        return new(
            plan.Cut with { Axis = plan.Cut.Pieces == 1 ? 0 : -2 },
            [.. plan.Parts.Select(part => part.Select(piece => piece with { Form = null }).ToImmutableArray())]);
    }

    private static TensorDraft Blocks(TranslationMember codes, TranslationMember scales)
    {
        ImmutableArray<long> shape = scales.Tensor.Shape;
        if (codes.Tensor.Type != TensorType.U8 || scales.Tensor.Type != TensorType.U8 || shape.IsEmpty
            || !codes.Tensor.Shape.SequenceEqual([.. shape, CodeBytes]))
        {
            throw codes.Error(
                TranslationErrors.UnequalParts,
                $"{TensorTypes.Get(codes.Tensor.Type).Name} {TensorShape.Format(codes.Shape)} are not the codes of blocks with the scales "
                    + $"{TensorTypes.Get(scales.Tensor.Type).Name} {TensorShape.Format(scales.Shape)} of '{scales.Tensor.Name}'");
        }

        PayloadRecipe made = Ggml(codes.Draft.Payload, scales.Draft.Payload);
        return new(made, TensorType.MXFP4, [.. shape[..^1], shape[^1] * TensorTypes.Get(TensorType.MXFP4).BlockElements], null);
    }

    // A block is its scale, and the codes of elements j and j + 16 in each byte.
    private static JoinedPayload Ggml(PayloadRecipe codes, PayloadRecipe scales) =>
        new([scales, new NibblesPayload(codes, CodeBytes, Apart: true)], scales.Length);

    private static (PayloadRecipe Codes, PayloadRecipe Scales) Published(PayloadRecipe blocks)
    {
        long count = blocks.Length / (CodeBytes + 1);
        return (new NibblesPayload(PayloadRuns.Run(blocks, 1, CodeBytes, count), CodeBytes, Apart: false),
            PayloadRuns.Run(blocks, 0, 1, count));
    }
}
