using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.Tensors.Payloads;

namespace ModelPack.Codec.Conversion;

/// <summary>Finds what was edited in a container after its record was made.</summary>
internal static class EditedPayload
{
    /// <summary>Says which tensor of the container holds other bytes, or leads back to others, than the record knows: the first one; null if none does.</summary>
    /// <param name="record">The record, in terms of the container's payloads.</param>
    /// <param name="container">The container.</param>
    /// <param name="pass">What a pass over the container found out.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static string? Find(OriginRecord record, ModelFile container, PassResult pass, CancellationToken cancellation)
    {
        foreach (OriginView view in record.Views)
        {
            if (pass.TensorHashes[view.ContainerIndex] != view.Hash)
            {
                return Edited(container, [view.ContainerIndex]);
            }
        }

        PayloadRecipe? edited = record.Tensors.Where(tensor => MadePayloads.Hash(container, tensor.Payload, pass, cancellation) != tensor.Hash).Select(tensor => tensor.Payload).FirstOrDefault();
        return edited is null ? null : Edited(container, [.. edited.Tensors().Distinct()]);
    }

    // The record has a hash of what several tensors make together, not of each.
    private static string Edited(ModelFile container, int[] tensors) => tensors.Length > 1
        ? $"one of the {tensors.Length} tensors '{container.AllTensors[tensors[0]].Name}' to '{container.AllTensors[tensors[^1]].Name}' was edited after it was converted"
        : $"tensor '{container.AllTensors[tensors.FirstOrDefault()].Name}' was edited after it was converted";
}
