using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>
/// A model's tensors in the other vocabulary. Recipes speak of little-endian payloads: those of the given tensors, and on the way back
/// those of the tensors made.
/// </summary>
/// <param name="Tensors">The tensors in the other vocabulary.</param>
/// <param name="Return">
/// For each given tensor how its payload comes back, over <paramref name="Tensors"/>; null where it cannot be computed exactly, and its
/// bytes must be kept.
/// </param>
/// <param name="Unplaced">The given tensors, by index, that have no place in the other vocabulary.</param>
/// <param name="Doubts">For each of these its name and why.</param>
internal sealed record TensorTranslation(
    ImmutableArray<ModelTensor> Tensors, ImmutableArray<PayloadRecipe?> Return, ImmutableArray<int> Unplaced,
    ImmutableArray<UnplacedTensor> Doubts)
{
    /// <summary>What to say about the tensors without a place: one note for all that share a reason.</summary>
    public ImmutableArray<RankedNote> Notes => UnplacedTensor.Notes(Doubts);

    /// <summary>This translation, and another one of what it makes.</summary>
    /// <param name="next">The other one: its given tensors are this one's.</param>
    /// <param name="given">The tensors that this one was made of.</param>
    public TensorTranslation Then(TensorTranslation next, IReadOnlyList<ModelTensor> given)
    {
        HashSet<PlannedTensor> own = new(given, ReferenceEqualityComparer.Instance);
        Dictionary<PlannedTensor, int> middle = new(ReferenceEqualityComparer.Instance);
        foreach ((int index, ModelTensor tensor) in Tensors.Index())
        {
            middle.Add(tensor, index);
        }

        Dictionary<PlannedTensor, ModelTensor> made = new(ReferenceEqualityComparer.Instance);
        foreach (ModelTensor tensor in next.Tensors)
        {
            PayloadRecipe payload = own.Contains(tensor) ? new PlannedPayload(tensor)
                : tensor.Payload.Resolve(of => own.Contains(of) ? new PlannedPayload(of) : of.Payload);
            made.Add(tensor, ModelTensor.Made(tensor.Name, tensor.Type, tensor.Shape, payload));
        }

        HashSet<int> lost = [.. next.Unplaced];
        Dictionary<int, UnplacedTensor> doubts = Unplaced.Zip(Doubts).ToDictionary(pair => pair.First, pair => pair.Second);
        PayloadRecipe?[] back = new PayloadRecipe?[given.Count];
        foreach ((int index, PayloadRecipe? first) in Return.Index())
        {
            int[] through = [.. first?.Planned().Select(tensor => middle[tensor]) ?? []];
            if (through.Any(lost.Contains))
            {
                doubts.TryAdd(index, new(given[index].Name, next.Doubts[next.Unplaced.IndexOf(through.First(lost.Contains))].Reason));
            }
            else if (first is not null && through.All(place => next.Return[place] is not null))
            {
                back[index] = first.Resolve(of => next.Return[middle[of]]!).Resolve(of => new PlannedPayload(made[of]));
            }
        }

        return new(
            [.. next.Tensors.Select(tensor => made[tensor])], [.. back], [.. doubts.Keys.Order()],
            [.. doubts.OrderBy(pair => pair.Key).Select(pair => pair.Value)]);
    }
}

/// <summary>A tensor that has no place in the other vocabulary.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why, as the rest of a sentence.</param>
internal readonly record struct UnplacedTensor(string Name, string Reason)
{
    /// <summary>True if nobody knows what it is for, so that a model without it may be another one.</summary>
    public bool IsPart { get; init; }

    public static ImmutableArray<RankedNote> Notes(IEnumerable<UnplacedTensor> tensors) =>
    [
        .. tensors.GroupBy(tensor => tensor.Reason, StringComparer.Ordinal).Select(group => group.Count() switch
        {
            1 => $"'{group.First().Name}' {group.Key}",
            _ when UnplacedNames.Towers([.. group.Select(tensor => tensor.Name)]) is { } towers => $"{towers} {group.Key}",
            2 => $"'{group.First().Name}' {group.Key}; so it is with '{group.Last().Name}'",
            int count => $"'{group.First().Name}' {group.Key}; so it is with {count - 1} more tensors",
        }),
    ];
}
