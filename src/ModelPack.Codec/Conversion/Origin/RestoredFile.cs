using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion.Origin;

/// <summary>The files that an origin record describes, composed from the container's payloads without being written.</summary>
internal static class RestoredFile
{
    /// <summary>Composes the files. They read from <paramref name="container"/>, which has to outlive them.</summary>
    public static List<NamedSource> Compose(OriginRecord record, ModelFile container) => record.Plan.Compose(container.Source.Name, Payloads(record, container));

    /// <summary>Opens the model that the record describes, without writing it.</summary>
    public static ModelFile Open(OriginRecord record, ModelFile container) => ModelFiles.Open(Compose(record, container), $"<{record.Name}>", record.Format);

    /// <summary>The payload of each tensor of the record, as it stood in the file described.</summary>
    public static ByteSource[] Payloads(OriginRecord record, ModelFile container) =>
        record.Tensors.Select(tensor => Payload(tensor, container)).ToArray();

    private static ByteSource Payload(OriginTensor tensor, ModelFile container)
    {
        TensorInfo stored = tensor.ContainerIndex < container.Tensors.Count && container.Tensors[tensor.ContainerIndex].ByteLength == tensor.Length
            ? container.Tensors[tensor.ContainerIndex]
            : throw new Diagnostics.ModelPackException(ConversionErrors.DamagedOrigin, "the origin record names a tensor that the file does not hold")
            {
                FilePath = container.Source.Name,
            };
        RangeByteSource range = new(container.Source, stored.Offset, stored.ByteLength);
        return tensor.Action == TensorAction.Swap ? new ReversedByteSource(range, stored.Type) : range;
    }
}
