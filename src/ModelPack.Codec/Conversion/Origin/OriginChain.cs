using System.Collections.Immutable;
using ModelPack.Codec.Conversion.Targets;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion.Origin;

/// <summary>One step of a chain: how a container was made from the file that its record describes.</summary>
/// <param name="Files">Names of the files described.</param>
/// <param name="Made">Format of the container.</param>
/// <param name="Form">The files that the container consists of.</param>
/// <param name="Quantized">Mode of that conversion.</param>
/// <param name="Naming">Mode of that conversion.</param>
internal sealed record OriginStep(ImmutableArray<string> Files, ModelFormat Made, OutputForm Form, QuantizedMode Quantized, NamingMode Naming);

/// <summary>The way from a container back to the nearest file of a wanted format, through as many conversions as it takes (A→B→C→A).</summary>
/// <param name="Record">The record of the wanted file, with container indexes of the outermost container.</param>
/// <param name="TensorNames">Names of the wanted file's tensors.</param>
/// <param name="TensorTypes">Types of those tensors.</param>
/// <param name="Steps">The conversions undone, the last one first.</param>
internal sealed record OriginChain(OriginRecord Record, ImmutableArray<string> TensorNames, ImmutableArray<TensorType> TensorTypes, ImmutableArray<OriginStep> Steps)
{
    private const int MaximumSteps = 16;

    /// <summary>Looks for a file of a format in the ancestry of a container.</summary>
    /// <returns>The chain, or null if the container has no such ancestor; <paramref name="edited"/> tells if it has one that does not count any more.</returns>
    public static OriginChain? Find(ModelFile container, ModelFormat wanted, out string? edited)
    {
        edited = null;
        if (container.OriginRecord is not { } bytes)
        {
            return null;
        }

        OriginRecord record = OriginCodec.Read(bytes.Span);
        if (record.ContainerDigest != ContainerDigest.Compute(container))
        {
            edited = $"the metadata or the tensor list of '{Path.GetFileName(container.Source.Name)}' was edited after it was converted";
            return null;
        }

        ImmutableArray<OriginStep> steps = [];
        ModelFormat made = container.Format;
        for (int depth = 0; depth < MaximumSteps; depth++)
        {
            steps = steps.Add(new([.. record.Files.Select(file => file.Name)], made, record.Form, record.Quantized, record.Naming));
            using ModelFile file = RestoredFile.Open(record, container);
            if (record.Tensors.Length != file.Tensors.Count)
            {
                throw Damaged(container, $"it describes {record.Tensors.Length} tensors of a file that has {file.Tensors.Count}");
            }

            if (record.Format == wanted)
            {
                return new(record, [.. file.Tensors.Select(tensor => tensor.Name)], [.. file.Tensors.Select(tensor => tensor.Type)], steps);
            }

            if (file.OriginRecord is not { } inner)
            {
                return null;
            }

            made = record.Format;
            record = Through(record, OriginCodec.Read(inner.Span), container);
        }

        throw Damaged(container, $"it leads through more than {MaximumSteps} conversions");
    }

    // The inner record counts tensors of the file that the outer one describes.
    private static OriginRecord Through(OriginRecord outer, OriginRecord inner, ModelFile container) => inner with
    {
        Tensors = [.. inner.Tensors.Select(tensor =>
        {
            if (tensor.ContainerIndex >= outer.Tensors.Length)
            {
                throw Damaged(container, "a record within it names a tensor that does not exist");
            }

            OriginTensor through = outer.Tensors[tensor.ContainerIndex];
            TensorAction action = (tensor.Action == TensorAction.Swap) != (through.Action == TensorAction.Swap) ? TensorAction.Swap : TensorAction.Copy;
            return tensor with { ContainerIndex = through.ContainerIndex, Action = action };
        })],
    };

    private static ModelPackException Damaged(ModelFile container, string why) =>
        new(ConversionErrors.DamagedOrigin, $"the origin record cannot be followed: {why}") { FilePath = container.Source.Name };
}
