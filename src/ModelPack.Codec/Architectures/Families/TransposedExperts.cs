using ModelPack.Architectures.Rules;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

/// <summary>Experts of Qwen3-VL as published: [experts, in, out] (formats/architectures, qwen3vl). transformers 5 also saves them as its
/// modules hold them, [experts, out, in]: transposed once more, these would be another model.</summary>
internal static class TransposedExperts
{
    public static void Read(ConfigReader draft)
    {
        long hidden = draft.Numbers.GetValueOrDefault("hidden_size");
        long width = draft.Numbers.GetValueOrDefault("moe_intermediate_size");
        foreach (TensorInfo tensor in draft.Folder.Tensors)
        {
            bool isDown = tensor.Name.EndsWith(".mlp.experts.down_proj", StringComparison.Ordinal);
            if (!isDown && !tensor.Name.EndsWith(".mlp.experts.gate_up_proj", StringComparison.Ordinal))
            {
                continue;
            }

            (long rows, long columns) = isDown ? (width, hidden) : (hidden, 2 * width);
            if (tensor.Shape is [_, var first, var second] && (first, second) == (rows, columns))
            {
                continue;
            }

            draft.Obstruct(
                $"the tensor {tensor.Name} has shape {TensorShape.Format(tensor.Shape.AsSpan())}: published models have {rows} x {columns} "
                    + $"for each expert");
            return;
        }
    }
}
