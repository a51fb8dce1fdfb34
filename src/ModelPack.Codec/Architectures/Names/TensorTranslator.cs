using System.Collections.Immutable;
using ModelPack.IO;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>Translates a model's list of tensors between GGUF's vocabulary and Hugging Face's: names and values (hf-companions.md
/// §3).</summary>
internal static class TensorTranslator
{
    /// <summary>Translates a GGUF's tensors; the order stays.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="facts">What the model says of itself.</param>
    /// <param name="asPublished">Whether blocks become what checkpoints are published as (T12).</param>
    /// <returns>Null if the architecture has no table.</returns>
    public static TensorTranslation? ToHuggingFace(IReadOnlyList<ModelTensor> tensors, ModelFacts facts, bool asPublished = true) =>
        asPublished && tensors.Any(tensor => tensor.Type == TensorType.NVFP4)
        ? RowsToHuggingFace(tensors, facts) is { } rows ? rows.Then(PublishedBlocks.FromBlocks(rows.Tensors), tensors) : null
        : RowsToHuggingFace(tensors, facts);

    /// <summary>Translates a folder's tensors; they come by layer, and within a layer in the order of the table.</summary>
    /// <returns>Null if the architecture has no table.</returns>
    public static TensorTranslation? ToGguf(IReadOnlyList<ModelTensor> tensors, ModelFacts facts) =>
        PublishedBlocks.ToBlocks(tensors) is { } blocks
        ? RowsToGguf(blocks.Tensors, facts) is { } rows ? blocks.Then(rows, tensors) : null
        : RowsToGguf(tensors, facts);

    private static TensorTranslation? RowsToHuggingFace(IReadOnlyList<ModelTensor> tensors, ModelFacts facts)
    {
        if (NameTable.For(facts) is not { } table)
        {
            return null;
        }

        TranslationContext context = new(tensors, facts);
        HashSet<string> names = [.. tensors.Select(tensor => tensor.Name)];
        HashSet<string> scaled = Scaled(tensors);
        string prefix = ClassifierNames.Prefix(facts, names.Contains);
        Dictionary<string, List<TranslationMember>> pairs = new(StringComparer.Ordinal);
        foreach ((int index, ModelTensor tensor) in Sound(context, tensors))
        {
            if (FromGguf(table, tensor.Name, names.Contains, scaled) is not { } match)
            {
                context.Unplace(index, UnplacedNames.InHuggingFace(tensor.Name, facts.Architecture));
                continue;
            }

            TranslationMember member = new(index, tensor, match);
            if (!match.Rule.KeepsRows && (tensor.Type == TensorType.NVFP4 || match.IsFactor))
            {
                context.Unplace(index, "belongs to a matrix in NVFP4 that a folder holds in another form");
                continue;
            }

            switch (match.Rule.Transform)
            {
                case NameTransform.Stack or NameTransform.HeadStack:
                    StackTransforms.ToHuggingFace(context, member);
                    break;
                case NameTransform.Halves or NameTransform.LatentSplit or NameTransform.Interleaved or NameTransform.Cut:
                    Gather(pairs, match.HuggingFaceName, member);
                    break;
                case var _ when match.IsFactor:
                    AddSingle(context, member, match.HuggingFaceName, member.Draft with { Shape = [] }, (index, 0, 0, 0));
                    break;
                default:
                    AddSingle(
                        context, member, ClassifierNames.Of(match, prefix),
                        SingleTransforms.ToHuggingFace(member, facts)?.Ranked(match.HuggingFaceRank), (index, 0, 0, 0));
                    break;
            }
        }

        foreach ((string name, List<TranslationMember> pair) in pairs)
        {
            Join(context, [.. table.FromHuggingFace(name).Select(part => part.GgufName)], pair);
        }

        return context.Finish();
    }

    private static TensorTranslation? RowsToGguf(IReadOnlyList<ModelTensor> tensors, ModelFacts facts)
    {
        if (NameTable.For(facts) is not { } table)
        {
            return null;
        }

        TranslationContext context = new(tensors, facts);
        Dictionary<string, List<TranslationMember>> stacks = new(StringComparer.Ordinal);
        Dictionary<string, List<TranslationMember>> blocks = new(StringComparer.Ordinal);
        HashSet<string> scaled = Scaled(tensors);
        Func<NamePattern, bool> hasModule = module => tensors.Any(
            tensor => table.FromHuggingFace(tensor.Name).Any(match => match.Rule.HuggingFace.Text == module.Text));
        foreach ((int index, ModelTensor tensor) in Sound(context, tensors))
        {
            ImmutableArray<NameMatch> matches = TurnedExperts.AsTheyLie(
                FromHuggingFace(table, tensor.Name, scaled), tensor, tensors, facts);
            if (matches.IsEmpty || (matches[0].Rule.HuggingFaceWith is { } with && !hasModule(with)))
            {
                context.Unplace(
                    index, UnplacedNames.InGguf(tensor.Name, facts.Architecture), matches.IsEmpty && UnplacedNames.IsPart(tensor.Name));
                continue;
            }

            NameMatch match = matches[0];
            if (match.Rule.Gguf.IsInBlock && match.Layer >= facts.LayerCount)
            {
                context.Unplace(index, $"lies beyond the {facts.LayerCount} layers of the model, in one that predicts further tokens");
                continue;
            }

            TranslationMember member = new(index, tensor, match);
            switch (match.Rule.Transform)
            {
                case NameTransform.Stack or NameTransform.HeadStack:
                    Gather(stacks, match.GgufName, member);
                    break;
                case var _ when match.IsFactor:
                    AddFactor(context, member, matches);
                    break;
                case NameTransform.Halves or NameTransform.LatentSplit:
                    PairTransforms.ToGguf(context, member, matches);
                    break;
                case NameTransform.Interleaved when match.HuggingFaceEnding is BlockTransforms.Codes or BlockTransforms.Scales:
                    Gather(blocks, (match with { HuggingFaceEnding = BlockTransforms.Codes }).HuggingFaceName, member);
                    break;
                case NameTransform.Interleaved or NameTransform.Cut:
                    CutTransforms.ToGguf(context, member, matches);
                    break;
                default:
                    AddSingle(
                        context, member, match.GgufName, SingleTransforms.ToGguf(member, facts)?.AsStoredIn(match.GgufName), Place(match));
                    break;
            }
        }

        foreach (List<TranslationMember> stack in stacks.Values)
        {
            StackTransforms.ToGguf(context, [.. stack]);
        }

        foreach ((string name, List<TranslationMember> group) in blocks)
        {
            BlockTransforms.ToGguf(context, group, table.FromHuggingFace(name));
        }

        return context.Finish();
    }

    // Matrices that factors of their own belong to.
    private static HashSet<string> Scaled(IReadOnlyList<ModelTensor> tensors) =>
        [.. tensors.Where(tensor => tensor.Type == TensorType.NVFP4).Select(tensor => tensor.Name)];

    private static NameMatch? FromGguf(NameTable table, string name, Func<string, bool> exists, HashSet<string> scaled) =>
        PublishedBlocks.FactorOf(name, fromGguf: true) is { } factor && scaled.Contains(factor.Weight)
        ? table.FromGguf(factor.Weight, exists)?.OfFactor(factor)
        : table.FromGguf(name, exists);

    private static ImmutableArray<NameMatch> FromHuggingFace(NameTable table, string name, HashSet<string> scaled) =>
        PublishedBlocks.FactorOf(name, fromGguf: false) is { } factor && scaled.Contains(factor.Weight)
        ? [.. table.FromHuggingFace(factor.Weight).Select(match => match.OfFactor(factor))]
        : table.FromHuggingFace(name);

    // Each tensor that the weight becomes has the factor.
    private static void AddFactor(TranslationContext context, TranslationMember member, ImmutableArray<NameMatch> matches)
    {
        foreach (NameMatch match in matches.Reverse())
        {
            AddSingle(context, member with { Match = match }, match.GgufName, member.Draft with { Shape = [1] }, Place(match));
        }
    }

    /// <summary>Where a GGUF tensor stands: what is outside the layers first, weights before biases.</summary>
    public static (int, int, int, int) Place(NameMatch match) => (match.Layer, match.Rule.Order, match.GgufEnding == ".bias" ? 1 : 0, 0);

    private static void AddSingle(
        TranslationContext context, TranslationMember member, string name, TensorDraft? draft, (int, int, int, int) place)
    {
        if (draft is null)
        {
            context.Unplace(member);
            return;
        }

        PlannedPayload stored = context.Add(name, draft, member.Tensor, place);
        context.ComesBack(member.Index, draft.Back?.Invoke(stored));
    }

    private static void Gather(Dictionary<string, List<TranslationMember>> groups, string name, TranslationMember member)
    {
        if (!groups.TryGetValue(name, out List<TranslationMember>? group))
        {
            groups.Add(name, group = []);
        }

        group.Add(member);
    }

    private static void Join(TranslationContext context, string[] parts, List<TranslationMember> pair)
    {
        if (parts.FirstOrDefault(part => !pair.Exists(member => member.Tensor.Name == part)) is { } missing)
        {
            throw pair[0].Error(
                TranslationErrors.Incomplete,
                $"'{missing}' is missing: {(parts.Length == 2 ? "both" : "all")} make up '{pair[0].Match.HuggingFaceName}'");
        }

        pair.Sort((left, right) => left.Match.Rule.Order.CompareTo(right.Match.Rule.Order));
        switch (pair[0].Match.Rule.Transform)
        {
            case NameTransform.Interleaved:
                BlockTransforms.ToHuggingFace(context, [.. pair]);
                break;
            case NameTransform.Cut:
                CutTransforms.ToHuggingFace(context, [.. pair]);
                break;
            default:
                PairTransforms.ToHuggingFace(context, pair[0], pair[1]);
                break;
        }
    }

    /// <summary>The tensors that can be translated at all: lengths that are not those of type and shape are refused, and more numbers than
    /// can be counted; an empty tensor has no place.</summary>
    private static IEnumerable<(int Index, ModelTensor Tensor)> Sound(TranslationContext context, IReadOnlyList<ModelTensor> tensors)
    {
        // Nothing is made that is larger than all tensors together as F32, or as they are where that is more: below this bound, no
        // transform has to look for overflow.
        long total = 0;
        for (int index = 0; index < tensors.Count; index++)
        {
            TensorInfo tensor = tensors[index].Info;
            if (!TensorTypes.Get(tensor.Type).TryGetPayloadBytes(tensor.Shape.AsSpan(), out long bytes) || bytes != tensor.ByteLength)
            {
                throw WrongShape(
                    tensor, $"{tensor.ByteLength} bytes are not a {TensorTypes.Get(tensor.Type).Name} tensor of shape "
                        + $"{TensorShape.Format(tensor.Shape.AsSpan())}");
            }

            if (!TensorTypes.Get(TensorType.F32).TryGetPayloadBytes(tensor.Shape.AsSpan(), out long wide)
                || !CheckedMath.TryAdd(total, Math.Max(bytes, wide), out total))
            {
                throw WrongShape(
                    tensor, $"the shape is {TensorShape.Format(tensor.Shape.AsSpan())}: as F32, this tensor and those before it take more "
                        + $"bytes than 63 bits count");
            }

            if (bytes == 0)
            {
                context.Unplace(index, "is empty");
                continue;
            }

            yield return (index, tensors[index]);
        }
    }

    private static ModelPackException WrongShape(TensorInfo tensor, string detail) =>
        new(TranslationErrors.WrongShape, detail) { TensorName = tensor.Name };
}
