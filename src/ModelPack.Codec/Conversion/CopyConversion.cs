using System.Collections.Immutable;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion;

/// <summary>
/// The output has the source's format: it has the source's bytes. Anything else would make the result of a chain depend on how often a format stands in it.
/// </summary>
internal sealed class CopyConversion : ConversionJob
{
    public CopyConversion(ModelFile source)
        : base(source, source.Format)
    {
        Tensors = CarriedTensors.Logical(source);
        Layout = OriginPlanner.Describe(source, Ranges);
    }

    public override IReadOnlyList<TensorInfo> Tensors { get; }

    public override ModelPlan Layout { get; }

    public override ImmutableArray<string> Notes { get; } = ["the source has this format already: the output is a copy"];

    public override string OutputName(int tensor) => Source.Tensors[tensor].Name;

    public override TensorType OutputType(int tensor) => Source.Tensors[tensor].Type;

    public override TensorAction Action(int tensor) => TensorAction.Copy;

    public override PayloadDestination?[] Destinations()
    {
        PayloadDestination?[] destinations = new PayloadDestination?[Source.Tensors.Count];
        foreach ((int tensor, long offset) in PayloadOffsets(Layout))
        {
            destinations[tensor] = new(offset, TensorAction.Copy);
        }

        return destinations;
    }

    public override ModelPlan Complete(PassResult pass) => Layout;

    public override ProofLevel Prove(ModelFile output, PassResult pass, ProofContext context) => OutputProof.ProveCopy(output, pass, context);
}
