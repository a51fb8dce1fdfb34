using System.Collections.Immutable;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>One tensor in Hugging Face's form, cut into those of a GGUF (<see cref="TensorCut"/>).</summary>
internal static class CutTransforms
{
    /// <summary>A whole tensor and the tensors that it is cut into.</summary>
    /// <param name="Cut">How it is cut.</param>
    /// <param name="Parts">Which pieces make up each tensor of a GGUF.</param>
    public sealed record Plan(TensorCut Cut, ImmutableArray<ImmutableArray<CutPiece>> Parts)
    {
        public static Plan Of(IEnumerable<NameMatch> matches) => new(
            matches.First().Rule.Cut ?? TensorCut.None,
            [.. matches.Select(match => match.GgufEnding == ".bias" ? Biases(match) : match.Rule.Take)]);

        // A form that says all dimensions is that of the weight.
        private static ImmutableArray<CutPiece> Biases(NameMatch match) =>
            [.. match.Rule.Take.Select(piece => piece.Form is { HasRest: false } ? piece with { Form = null } : piece)];
    }

    public static void ToGguf(TranslationContext context, TranslationMember member, ImmutableArray<NameMatch> matches)
    {
        Plan plan = Plan.Of(matches);
        TensorDraft whole = member.Draft;
        if ((Apart(whole, plan, member, context.Facts) ?? Apart(whole = Wide(whole), plan, member, context.Facts)) is not { } parts)
        {
            context.Unplace(member);
            return;
        }

        context.ComesBack(member.Index, whole.Back?.Invoke(Add(context, member, matches, parts)));
    }

    public static void ToHuggingFace(TranslationContext context, ImmutableArray<TranslationMember> members)
    {
        Plan plan = Plan.Of(members.Select(member => member.Match));
        ImmutableArray<TensorDraft> parts = [.. members.Select(member => member.Draft)];
        if (!IsAlike(parts) || Together(parts, plan, members, context.Facts) is not { } whole)
        {
            parts = [.. parts.Select(Wide)];
            if (!IsAlike(parts) || Together(parts, plan, members, context.Facts) is not { } wide)
            {
                context.Unplace(members);
                return;
            }

            whole = wide;
        }

        PlannedPayload stored = context.Add(members[0].Match.HuggingFaceName, whole.Draft, members[0].Tensor, Place(members));
        ComeBack(context, members, parts, whole.Returns(stored));
    }

    /// <summary>Adds the tensors of a GGUF that a whole one is cut into.</summary>
    /// <returns>How the whole comes back of them.</returns>
    public static PayloadRecipe Add(
        TranslationContext context, TranslationMember member, ImmutableArray<NameMatch> matches, CutParts parts)
    {
        List<PayloadRecipe> made = [];
        foreach ((NameMatch match, TensorDraft part) in matches.Zip(parts.Drafts))
        {
            TensorDraft draft = part.AsStoredIn(match.GgufName);
            made.Add(draft.Back!(context.Add(match.GgufName, draft, member.Tensor, TensorTranslator.Place(match))));
        }

        return parts.Whole(made);
    }

    /// <summary>Says how the tensors of a GGUF come back.</summary>
    public static void ComeBack(
        TranslationContext context, ImmutableArray<TranslationMember> members, ImmutableArray<TensorDraft> parts,
        IEnumerable<PayloadRecipe> returns)
    {
        foreach (((TranslationMember member, TensorDraft part), PayloadRecipe recipe) in members.Zip(parts).Zip(returns))
        {
            context.ComesBack(member.Index, part.Back?.Invoke(recipe));
        }
    }

    public static (int, int, int, int) Place(ImmutableArray<TranslationMember> members, int number = 0) =>
        (members.Min(member => member.Index), number, 0, 0);

    public static TensorDraft Wide(TensorDraft draft) => draft.CanWiden ? draft.Widen() : draft;

    public static bool IsAlike(ImmutableArray<TensorDraft> parts) => parts.All(part => part.Type == parts[0].Type);

    /// <summary>Cuts a tensor; null if its type's bytes cannot be cut so.</summary>
    public static CutParts? Apart(TensorDraft whole, Plan plan, TranslationMember member, ModelFacts facts)
    {
        Func<string, long> key = facts.Sizes(member.Match.Layer);
        int axis = plan.Cut.AxisOf(whole.Shape.Length, member.Match.GgufEnding);
        if (axis < 0 || axis >= whole.Shape.Length || plan.Cut.Of(whole.Shape[axis], key) is not var (count, sizes))
        {
            throw member.Error(
                TranslationErrors.WrongShape,
                $"the shape is {TensorShape.Format(whole.Shape.AsSpan())}, which cannot be cut into {plan.Cut.Pieces} parts as the "
                    + $"model's settings say");
        }

        if (!CanCut(whole, axis, plan.Cut))
        {
            return null;
        }

        long groups = Before(whole.Shape, axis) * count;
        long row = whole.Payload.Length / Before(whole.Shape, axis + 1);
        TensorDraft[] pieces = new TensorDraft[sizes.Length];
        long before = 0;
        for (int number = 0; number < sizes.Length; number++)
        {
            PayloadRecipe payload = sizes.Length == 1 ? whole.Payload
                : PayloadRuns.Run(whole.Payload, before, sizes[number] * row, groups);
            pieces[number] = new(payload, whole.Type, whole.Shape.SetItem(axis, count * sizes[number]), made => made);
            before += sizes[number] * row;
        }

        List<TensorDraft> drafts = [];
        foreach (ImmutableArray<CutPiece> part in plan.Parts)
        {
            foreach (CutPiece piece in part)
            {
                if (piece.Form is { } form)
                {
                    if (form.Apply(pieces[piece.Number], toGguf: true, key, member) is not { } formed)
                    {
                        return null;
                    }

                    pieces[piece.Number] = formed;
                }
            }

            ImmutableArray<TensorDraft> taken = [.. part.Select(piece => pieces[piece.Number])];
            drafts.Add(taken.Length == 1 ? taken[0] with { Back = made => made } : Pile(taken, member));
        }

        return new([.. drafts], made => Whole(plan, pieces, made, groups));
    }

    /// <summary>The way back of <see cref="Apart"/>; null if the type's bytes cannot be joined so.</summary>
    public static CutWhole? Together(
        ImmutableArray<TensorDraft> parts, Plan plan, ImmutableArray<TranslationMember> members, ModelFacts facts)
    {
        Func<string, long> key = facts.Sizes(members[0].Match.Layer);
        TensorDraft[] pieces = new TensorDraft[plan.Cut.Pieces];
        foreach (((ImmutableArray<CutPiece> part, TensorDraft draft), TranslationMember member) in plan.Parts.Zip(parts).Zip(members))
        {
            if (draft.Shape.IsEmpty)
            {
                throw member.Error(TranslationErrors.WrongShape, "a scalar has no rows");
            }

            long start = 0;
            foreach ((CutPiece piece, long rows) in part.Zip(Rows(part, plan.Cut, draft, member, key)))
            {
                long bytes = rows * draft.RowBytes;
                TensorDraft taken = part.Length == 1 ? draft : draft with
                {
                    Payload = new TakenPayload(draft.Payload, start, bytes, draft.Payload.Length, 1),
                    Shape = draft.Shape.SetItem(0, rows),
                };
                taken = taken with { Back = made => made };
                if ((piece.Form is null ? taken : piece.Form.Apply(taken, toGguf: false, key, member)) is not { } formed)
                {
                    return null;
                }

                pieces[piece.Number] = formed;
                start += bytes;
            }
        }

        int axis = plan.Cut.AxisOf(pieces[0].Shape.Length, members[0].Match.GgufEnding);
        ImmutableArray<long> shape = pieces[0].Shape;
        if (axis < 0 || axis >= shape.Length || pieces.Any(piece => !piece.Shape.SetItem(axis, 1).SequenceEqual(shape.SetItem(axis, 1))))
        {
            throw Unequal(members);
        }

        long dimension = pieces.Sum(piece => piece.Shape[axis]);
        if (plan.Cut.Of(dimension, key) is not var (count, sizes)
            || !pieces.Select(piece => piece.Shape[axis]).SequenceEqual(sizes.Select(size => size * count)))
        {
            throw Unequal(members);
        }

        if (!CanCut(pieces[0], axis, plan.Cut))
        {
            return null;
        }

        long groups = Before(shape, axis) * count;
        PayloadRecipe joined = pieces.Length == 1 ? pieces[0].Payload
            : new JoinedPayload([.. pieces.Select(piece => piece.Payload)], groups);
        return new(
            new(joined, pieces[0].Type, shape.SetItem(axis, dimension), made => made), made => Returns(plan, pieces, made, groups));
    }

    private static ModelPackException Unequal(ImmutableArray<TranslationMember> members)
    {
        IEnumerable<string> shapes = members.Select(member => $"{TensorShape.Format(member.Shape)} of '{member.Tensor.Name}'");
        return members[^1].Error(
            TranslationErrors.UnequalParts,
            $"the shape is {TensorShape.Format(members[^1].Shape)}: {string.Join(" and ", shapes)} do not make up "
                + $"'{members[0].Match.HuggingFaceName}' with the model's settings");
    }

    // Rows that each piece has in a tensor of a GGUF: what is said of all but one decides that one.
    private static long[] Rows(
        ImmutableArray<CutPiece> part, TensorCut cut, TensorDraft draft, TranslationMember member, Func<string, long> key)
    {
        long all = draft.Shape[0];
        if (part.Length == 1)
        {
            return [all];
        }

        long groups = cut.Groups?.Evaluate(key) ?? 1;
        long?[] rows = [
            .. part.Select(
                piece => piece.Form is { } form ? form.Leading(key)
                    : cut.Sizes.IsEmpty ? all / part.Length : groups * cut.Sizes[piece.Number].Evaluate(key))];
        long open = all - rows.Sum(count => count ?? 0);
        long[] found = [.. rows.Select(count => count ?? open)];
        return found.All(count => count > 0) && found.Sum() == all
            ? found
            : throw member.Error(
                TranslationErrors.WrongShape,
                $"the shape is {TensorShape.Format(draft.Shape.AsSpan())}, but its parts have {string.Join(" + ", found)} rows");
    }

    // Tensors of equal rows, one after the other.
    private static TensorDraft Pile(ImmutableArray<TensorDraft> pieces, TranslationMember member)
    {
        ImmutableArray<long> row = pieces[0].Shape[1..];
        return pieces.All(piece => piece.Shape[1..].SequenceEqual(row))
            ? new(
                new JoinedPayload([.. pieces.Select(piece => piece.Payload)], 1), pieces[0].Type,
                [pieces.Sum(piece => piece.Shape[0]), .. row], made => made)
            : throw member.Error(
                TranslationErrors.WrongShape, $"the shape is {TensorShape.Format(member.Shape)}: its parts have rows of several lengths");
    }

    // The whole of the pieces, of the tensors that they were put into.
    private static PayloadRecipe Whole(Plan plan, TensorDraft[] pieces, IReadOnlyList<PayloadRecipe> made, long groups)
    {
        PayloadRecipe[] back = new PayloadRecipe[pieces.Length];
        foreach ((ImmutableArray<CutPiece> part, PayloadRecipe tensor) in plan.Parts.Zip(made))
        {
            long start = 0;
            foreach (CutPiece piece in part)
            {
                long bytes = pieces[piece.Number].Payload.Length;
                PayloadRecipe taken = part.Length == 1 ? tensor : new TakenPayload(tensor, start, bytes, tensor.Length, 1);
                back[piece.Number] = pieces[piece.Number].Back!(taken);
                start += bytes;
            }
        }

        return back.Length == 1 ? back[0] : new JoinedPayload([.. back], groups);
    }

    private static IEnumerable<PayloadRecipe> Returns(Plan plan, TensorDraft[] pieces, PayloadRecipe whole, long groups)
    {
        PayloadRecipe[] runs = new PayloadRecipe[pieces.Length];
        long before = 0;
        for (int number = 0; number < pieces.Length; number++)
        {
            long run = pieces[number].Payload.Length / groups;
            PayloadRecipe taken = pieces.Length == 1 ? whole : PayloadRuns.Run(whole, before, run, groups);
            runs[number] = pieces[number].Back!(taken);
            before += run;
        }

        return plan.Parts.Select(
            part => part.Length == 1 ? runs[part[0].Number] : new JoinedPayload([.. part.Select(piece => runs[piece.Number])], 1));
    }

    private static bool CanCut(TensorDraft draft, int axis, TensorCut cut) => draft.IsPlain || cut.Pieces == 1
        || (axis < draft.Shape.Length - 1 && TensorTypes.Get(draft.Type).Rule == PayloadRule.Blocks);

    private static long Before(ImmutableArray<long> shape, int axis) =>
        shape[..axis].Aggregate(1L, (product, dimension) => product * dimension);
}

/// <summary>Tensors that a whole one was cut into.</summary>
/// <param name="Drafts">The tensors.</param>
/// <param name="Whole">The whole, of what was made of them.</param>
internal sealed record CutParts(ImmutableArray<TensorDraft> Drafts, Func<IReadOnlyList<PayloadRecipe>, PayloadRecipe> Whole);

/// <summary>A tensor that was joined of others.</summary>
/// <param name="Draft">The tensor.</param>
/// <param name="Returns">Those others, of what was made of it.</param>
internal sealed record CutWhole(TensorDraft Draft, Func<PayloadRecipe, IEnumerable<PayloadRecipe>> Returns);
