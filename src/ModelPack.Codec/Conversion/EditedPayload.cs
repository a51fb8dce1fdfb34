using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.Tensors.Payloads;

namespace ModelPack.Codec.Conversion;

/// <summary>Finds what was edited in a container after its record was made.</summary>
internal static class EditedPayload
{
    /// <summary>The first tensor of the container whose bytes, or what they lead back to, are not those that the record knows; null if all are.</summary>
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
                return container.AllTensors[view.ContainerIndex].Name;
            }
        }

        OriginTensor? edited = record.Tensors.FirstOrDefault(tensor => MadePayloads.Hash(container, tensor.Payload, pass, cancellation) != tensor.Hash);
        return edited is null ? null : container.AllTensors[edited.Payload.Tensors().FirstOrDefault()].Name;
    }
}
