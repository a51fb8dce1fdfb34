using System.Collections.Immutable;

namespace ModelPack.Formats.SafeTensors;

/// <summary>A tensor entry as the header states it; whether its range is right is not yet known.</summary>
/// <param name="Name">The name, unescaped.</param>
/// <param name="Type">The dtype.</param>
/// <param name="Shape">The dimensions, outermost first, as the bits of unsigned numbers.</param>
/// <param name="Begin">First byte of the range, from the start of the data.</param>
/// <param name="End">First byte behind the range.</param>
/// <param name="ShapePosition">Where the shape stands in the file.</param>
/// <param name="RangePosition">Where the offsets stand in the file.</param>
internal readonly record struct SafeTensorsEntry(
    string Name, TensorType Type, ImmutableArray<long> Shape, ulong Begin, ulong End, int ShapePosition, int RangePosition);

/// <summary>The parsed header (safetensors.md §2).</summary>
/// <param name="Entries">The tensor entries in header order.</param>
/// <param name="Metadata">The entries of <c>__metadata__</c> in header order.</param>
internal sealed record SafeTensorsHeader(List<SafeTensorsEntry> Entries, List<MetadataEntry> Metadata);
