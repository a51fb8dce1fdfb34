using System.Collections.Immutable;
using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion;

/// <summary>
/// A conversion that is planned and not yet run. Either the output is made anew in the target's own terms, or a file that the source was made from is restored.
/// </summary>
internal abstract class ConversionJob(ModelFile source, ModelFormat to)
{
    /// <summary>The source.</summary>
    public ModelFile Source { get; } = source;

    /// <summary>The output's format.</summary>
    public ModelFormat To { get; } = to;

    /// <summary>The source's tensors as the model means them.</summary>
    public abstract IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>The source cut into payloads and gaps.</summary>
    public List<FileRange> Ranges { get; } = FileRange.Cover(source);

    /// <summary>The output, with blanks where hashes belong that are not known yet.</summary>
    public abstract ModelPlan Layout { get; }

    /// <summary>What is worth knowing about the plan.</summary>
    public abstract ImmutableArray<string> Notes { get; }

    /// <summary>Name of each source tensor in the output.</summary>
    public abstract string OutputName(int tensor);

    /// <summary>Type of each source tensor in the output.</summary>
    public abstract TensorType OutputType(int tensor);

    /// <summary>What happens to each source tensor.</summary>
    public abstract TensorAction Action(int tensor);

    /// <summary>Where each source tensor goes; null for one whose bytes the output has elsewhere.</summary>
    public abstract PayloadDestination?[] Destinations();

    /// <summary>The output without blanks. Same length, same places.</summary>
    public abstract ModelPlan Complete(PassResult pass);

    /// <summary>Proves the output that was written, re-reading it. Throws if it does not hold.</summary>
    public abstract ProofLevel Prove(ModelFile output, PassResult pass, ProofContext context);

    /// <summary>Start of every payload segment of a plan, by the tensor index that the plan uses.</summary>
    protected static Dictionary<int, long> PayloadOffsets(ModelPlan plan)
    {
        Dictionary<int, long> offsets = [];
        long position = 0;
        foreach (Segment segment in plan.Segments)
        {
            if (segment is PayloadSegment payload)
            {
                offsets.Add(payload.Tensor, position);
            }

            position += segment.Length;
        }

        return offsets;
    }
}
