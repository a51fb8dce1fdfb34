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
}

/// <summary>A tensor that has no place in the other vocabulary.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why, as the rest of a sentence.</param>
internal readonly record struct UnplacedTensor(string Name, string Reason)
{
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
