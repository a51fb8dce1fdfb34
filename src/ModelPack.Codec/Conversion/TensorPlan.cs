using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>What a conversion does with every tensor: data that can be printed, and followed in both directions.</summary>
internal sealed record TensorPlan
{
    /// <summary>The tensors of the output.</summary>
    public required ImmutableArray<OutputTensor> Outputs { get; init; }

    /// <summary>The tensors of the output's side file; none if it has none.</summary>
    public required ImmutableArray<OutputTensor> Side { get; init; }

    /// <summary>The tensors of the source, those of its side file after its own.</summary>
    public required ImmutableArray<SourceTensor> Sources { get; init; }

    /// <summary>Tensors of the model that the target's programs compute without, though they may be a part of it.</summary>
    public required ImmutableArray<string> LeftOut { get; init; }

    /// <summary>What is worth knowing.</summary>
    public required ImmutableArray<RankedNote> Notes { get; init; }

    /// <summary>How each payload is made: those of the outputs, then those of the side file.</summary>
    public IReadOnlyList<PayloadRecipe> Payloads => [.. Outputs.Select(step => step.Payload), .. Side.Select(step => step.Payload)];
}

/// <summary>What becomes of a tensor of the source.</summary>
/// <param name="Logical">The tensor as the model means it.</param>
/// <param name="OutputName">The tensor of the output that holds it, or its first part; empty if only the way back knows it.</param>
/// <param name="OutputType">Type of that tensor.</param>
/// <param name="Action">What is done.</param>
/// <param name="Return">How its payload comes back, from those of the outputs and of the side file; null if it does not.</param>
internal readonly record struct SourceTensor(
    TensorInfo Logical, string OutputName, TensorType OutputType, TensorAction Action, PayloadRecipe? Return);
