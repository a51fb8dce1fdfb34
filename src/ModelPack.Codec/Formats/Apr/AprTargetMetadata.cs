using System.Collections.Immutable;

namespace ModelPack.Formats.Apr;

/// <summary>The metadata of a new APR file.</summary>
/// <param name="Fields">Known fields in the order of the format.</param>
/// <param name="CustomKeys">Custom keys in the order of their bytes.</param>
/// <param name="Notes">What could not be said, and what is missing.</param>
internal sealed record AprTargetMetadata(
    ImmutableArray<KeyValuePair<string, AprJson>> Fields, ImmutableArray<KeyValuePair<string, AprJson>> CustomKeys,
    ImmutableArray<Note> Notes) : TargetMetadata;
