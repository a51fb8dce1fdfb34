using System.Collections.Immutable;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>One tensor for each expert (T9) or head (T14) in Hugging Face's form, one stack in GGUF's (hf-companions.md §3.2).</summary>
internal static class StackTransforms
{
    private const int ShownParts = 8;

    public static void ToGguf(TranslationContext context, ImmutableArray<TranslationMember> members)
    {
        members = members.Sort((left, right) => left.Match.Index.CompareTo(right.Match.Index));
        TranslationMember first = members[0];
        Check(members, Parts(context.Facts, first.Match) ?? members[^1].Match.Index + 1L);
        if (TensorTypes.Get(first.Tensor.Type).Rule != PayloadRule.Blocks)
        {
            context.Unplace(members);
            return;
        }

        JoinedPayload payload = new([.. members.Select(member => member.Draft.Payload)], 1);
        ImmutableArray<long> shape = first.Match.IsFactor ? [] : first.Tensor.Shape;
        TensorDraft stack = new(payload, first.Tensor.Type, [members.Length, .. shape], made => made);
        string name = first.Match.GgufName;
        stack = stack.AsStoredIn(name);
        PayloadRecipe whole = stack.Back!(context.Add(name, stack, first.Tensor, TensorTranslator.Place(first.Match)));
        for (int part = 0; part < members.Length; part++)
        {
            context.ComesBack(members[part].Index, PayloadRuns.Part(whole, part, first.Tensor.ByteLength));
        }
    }

    public static void ToHuggingFace(TranslationContext context, TranslationMember member)
    {
        ImmutableArray<long> shape = member.Tensor.Shape;
        long parts = Parts(context.Facts, member.Match) ?? (shape.Length == 0 ? 0 : shape[0]);
        if (shape.Length < (member.Match.IsFactor ? 1 : 2) || shape[0] != parts)
        {
            throw member.Error(
                TranslationErrors.Incomplete,
                $"the shape is {TensorShape.Format(member.Shape)}, but the tensor should be a stack of {parts}");
        }

        context.TakeParts(member, parts);
        TensorDraft stack = member.Draft;
        if (TensorTypes.Get(stack.Type).Rule != PayloadRule.Blocks)
        {
            context.Unplace(member);
            return;
        }

        ImmutableArray<PayloadRecipe>.Builder back = ImmutableArray.CreateBuilder<PayloadRecipe>();
        for (int part = 0; part < parts; part++)
        {
            TensorDraft draft = stack with { Payload = PayloadRuns.Part(stack.Payload, part, stack.RowBytes), Shape = shape[1..] };
            back.Add(context.Add((member.Match with { Index = part }).HuggingFaceName, draft, member.Tensor, (member.Index, part, 0, 0)));
        }

        context.ComesBack(member.Index, new JoinedPayload(back.ToImmutable(), 1));
    }

    private static long? Parts(ModelFacts facts, NameMatch match) =>
        match.Rule.Parts is { } parts ? parts.Evaluate(facts.Sizes(match.Layer))
        : match.Rule.Transform == NameTransform.HeadStack ? SingleTransforms.Heads(match, facts) : facts.ExpertCount;

    private static void Check(ImmutableArray<TranslationMember> members, long parts)
    {
        TranslationMember first = members[0];
        for (int item = 0; item < members.Length; item++)
        {
            TranslationMember member = members[item];
            if (item > 0 && member.Match.Index == members[item - 1].Match.Index)
            {
                throw member.Error(
                    TranslationErrors.Incomplete,
                    $"it is part {member.Match.Index} of '{first.Match.GgufName}', and so is '{members[item - 1].Tensor.Name}'");
            }

            if (member.Tensor.Type != first.Tensor.Type || !member.Shape.SequenceEqual(first.Shape))
            {
                throw member.Error(
                    TranslationErrors.UnequalParts,
                    $"it is {Describe(member)}, but '{first.Tensor.Name}' is {Describe(first)}; both are parts of '{first.Match.GgufName}'");
            }

            if (member.Match.Index >= parts)
            {
                throw member.Error(
                    TranslationErrors.Incomplete,
                    $"it is part {member.Match.Index} of '{first.Match.GgufName}', but the model has {parts}");
            }
        }

        if (members.Length != parts)
        {
            HashSet<int> present = [.. members.Select(member => member.Match.Index)];
            IEnumerable<string> missing = Enumerable.Range(0, members[^1].Match.Index + 2)
                .Where(part => part < parts && !present.Contains(part))
                .Select(part => $"'{(first.Match with { Index = part }).HuggingFaceName}'");
            string text =
                $"{parts - members.Length} of {parts} parts of '{first.Match.GgufName}' are missing, among these "
                    + $"{string.Join(", ", missing.Take(ShownParts))}";
            throw first.Error(TranslationErrors.Incomplete, text);
        }
    }

    private static string Describe(TranslationMember member) =>
        $"{TensorTypes.Get(member.Tensor.Type).Name} {TensorShape.Format(member.Shape)}";
}
