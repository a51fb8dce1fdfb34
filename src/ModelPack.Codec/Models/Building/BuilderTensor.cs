using System.Collections.Immutable;

namespace ModelPack.Models.Building;

/// <summary>A tensor of a model that is built.</summary>
internal sealed class BuilderTensor
{
    public required string Name { get; set; }

    public required TensorType Type { get; init; }

    /// <summary>Dimensions, outermost first.</summary>
    public required ImmutableArray<long> Shape { get; init; }

    /// <summary>The payload as it is written.</summary>
    public required ByteSource Payload { get; init; }

    /// <summary>Its place among the tensors of the file that it comes from; null for one that was added.</summary>
    public int? Place { get; init; }
}
