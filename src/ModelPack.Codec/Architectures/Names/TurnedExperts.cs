using System.Collections.Immutable;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>Experts that lie the other way round (formats/architectures, qwen3vl): published ones are [experts, in, out], and transformers
/// from 5 on saves them as its modules hold them, [experts, out, in]. Shapes tell; where one shape is both, that of the other matrix of the
/// layer does.</summary>
internal static class TurnedExperts
{
    private const string Down = "experts.down_proj";
    private const string GateUp = "experts.gate_up_proj";

    /// <summary>The rows of a tensor as it lies.</summary>
    public static ImmutableArray<NameMatch> AsTheyLie(
        ImmutableArray<NameMatch> matches, ModelTensor tensor, IReadOnlyList<ModelTensor> model, ModelFacts facts) =>
        matches.IsEmpty || !matches[0].Rule.Turns || !IsTurned(tensor, model, facts) ? matches
            : [.. matches.Select(match => match with { Rule = match.Rule.Turned() })];

    /// <summary>Whether a matrix of experts lies so; null if its shape is both, or neither.</summary>
    public static bool? IsTurned(string name, ImmutableArray<long> shape, long hidden, long width)
    {
        bool isDown = name.EndsWith(Down, StringComparison.Ordinal);
        (long rows, long columns) = isDown ? (width, hidden) : (hidden, 2 * width);
        return shape is not [_, var first, var second] || rows == columns ? null
            : (first, second) == (columns, rows) ? true
            : (first, second) == (rows, columns) ? false
            : null;
    }

    private static bool IsTurned(ModelTensor tensor, IReadOnlyList<ModelTensor> model, ModelFacts facts)
    {
        Func<string, long> size = facts.Sizes(-1);
        (long hidden, long width) = (size("embedding_length"), size("expert_feed_forward_length"));
        string other = tensor.Name.EndsWith(Down, StringComparison.Ordinal)
            ? tensor.Name[..^Down.Length] + GateUp
            : tensor.Name[..^GateUp.Length] + Down;
        return IsTurned(tensor.Name, tensor.Shape, hidden, width)
            ?? (model.FirstOrDefault(given => given.Name == other) is { } sibling
                && IsTurned(sibling.Name, sibling.Shape, hidden, width) == true);
    }
}
