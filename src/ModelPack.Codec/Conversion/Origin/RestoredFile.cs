using ModelPack.Codec.Diagnostics;
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
        Payloads(record, container, record.Tensors.Any(tensor => tensor.Action == TensorAction.Swap) ? CarriedTensors.Logical(container) : container.Tensors);

    private static ByteSource[] Payloads(OriginRecord record, ModelFile container, IReadOnlyList<TensorInfo> logical) =>
        record.Tensors.Select(tensor => Payload(tensor, container, logical)).ToArray();

    // A swapped payload may be carried further as raw bytes: only its logical type says which bytes to swap.
    private static ByteSource Payload(OriginTensor tensor, ModelFile container, IReadOnlyList<TensorInfo> logical)
    {
        TensorInfo stored = tensor.ContainerIndex < container.Tensors.Count && container.Tensors[tensor.ContainerIndex].ByteLength == tensor.Length
            ? container.Tensors[tensor.ContainerIndex]
            : throw Damaged(container, "names a tensor that the file does not hold", null);
        RangeByteSource range = new(container.Source, stored.Offset, stored.ByteLength);
        if (tensor.Action != TensorAction.Swap)
        {
            return range;
        }

        TensorType type = logical[tensor.ContainerIndex].Type;
        return PayloadByteOrder.Support(type) == ByteSwapSupport.LittleEndianOnly
            ? throw Damaged(container, $"swaps bytes of the type {TensorTypes.Get(type).Name}, which has no other byte order", stored.Name)
            : new ReversedByteSource(range, type);
    }

    private static ModelPackException Damaged(ModelFile container, string what, string? tensor) =>
        new(ConversionErrors.DamagedOrigin, $"the origin record {what}") { FilePath = container.Source.Name, TensorName = tensor };
}
