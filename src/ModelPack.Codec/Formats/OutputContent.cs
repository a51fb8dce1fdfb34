using System.Collections.Immutable;

namespace ModelPack.Formats;

/// <summary>What goes into an output file.</summary>
/// <param name="Metadata">What it says of the model, in the target's words; null for a format that has no words for it.</param>
/// <param name="Tensors">The tensors.</param>
/// <param name="Descriptions">The description of tensors that the output's own header cannot describe, if there are any.</param>
/// <param name="Origin">The origin record, if one is embedded.</param>
/// <param name="Form">The files that it is to consist of.</param>
internal sealed record OutputContent(
    TargetMetadata? Metadata, IReadOnlyList<OutputTensor> Tensors, ReadOnlyMemory<byte>? Descriptions, byte[]? Origin, OutputForm Form)
{
    /// <summary>Files that go beside the tensors, if the output is a folder.</summary>
    public ImmutableArray<Companion> Companions { get; init; } = [];
}

/// <summary>The metadata of an output in one format's words.</summary>
internal abstract record TargetMetadata;
