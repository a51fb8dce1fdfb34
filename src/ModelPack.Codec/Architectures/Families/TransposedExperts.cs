using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

/// <summary>Experts of Qwen3-VL lie as published, or as transformers 5 saves them (<see cref="TurnedExperts"/>): all in one way.</summary>
internal static class TransposedExperts
{
    public static void Read(ConfigReader draft)
    {
        long hidden = draft.Numbers.GetValueOrDefault("hidden_size");
        long width = draft.Numbers.GetValueOrDefault("moe_intermediate_size");
        (TensorInfo Tensor, bool Turned)? first = null;
        foreach (TensorInfo tensor in draft.Folder.Tensors)
        {
            bool isDown = tensor.Name.EndsWith(".mlp.experts.down_proj", StringComparison.Ordinal);
            if (!isDown && !tensor.Name.EndsWith(".mlp.experts.gate_up_proj", StringComparison.Ordinal))
            {
                continue;
            }

            (long rows, long columns) = isDown ? (width, hidden) : (hidden, 2 * width);
            if (tensor.Shape is not [_, var height, var length]
                || ((height, length) != (rows, columns) && (length, height) != (rows, columns)))
            {
                draft.Obstruct(
                    $"the tensor {tensor.Name} has shape {TensorShape.Format(tensor.Shape.AsSpan())}: published models have {rows} x "
                        + $"{columns} for each expert");
                return;
            }

            if (TurnedExperts.IsTurned(tensor.Name, tensor.Shape, hidden, width) is not { } turned)
            {
                continue;
            }

            if (first is { } before && before.Turned != turned)
            {
                throw draft.Config.Contradiction($"the experts of {tensor.Name} and {before.Tensor.Name} do not lie the same way");
            }

            first ??= (tensor, turned);
        }
    }
}
