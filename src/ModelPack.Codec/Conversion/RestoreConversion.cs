using System.Collections.Immutable;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion;

/// <summary>Brings back a file that the source was made from, byte for byte.</summary>
internal sealed class RestoreConversion : ConversionJob
{
    private readonly OriginChain chain;
    private readonly int[] firstUse;

    public RestoreConversion(ModelFile source, OriginChain chain)
        : base(source, chain.Record.Format)
    {
        this.chain = chain;
        Tensors = CarriedTensors.Logical(source);
        firstUse = new int[source.Tensors.Count];
        Array.Fill(firstUse, -1);
        for (int i = chain.Record.Tensors.Length - 1; i >= 0; i--)
        {
            firstUse[chain.Record.Tensors[i].ContainerIndex] = i;
        }

        Notes = [$"restored '{chain.Record.Name}' from the origin record"];
    }

    public override IReadOnlyList<TensorInfo> Tensors { get; }

    public override ModelPlan Layout => chain.Record.Plan;

    public override ImmutableArray<string> Notes { get; }

    public override string OutputName(int tensor) => firstUse[tensor] < 0 ? "" : chain.TensorNames[firstUse[tensor]];

    public override TensorType OutputType(int tensor) => firstUse[tensor] < 0 ? Tensors[tensor].Type : chain.TensorTypes[firstUse[tensor]];

    public override TensorAction Action(int tensor) => firstUse[tensor] < 0 ? TensorAction.Copy : chain.Record.Tensors[firstUse[tensor]].Action;

    public override PayloadDestination?[] Destinations()
    {
        PayloadDestination?[] destinations = new PayloadDestination?[Source.Tensors.Count];
        foreach ((int tensor, long offset) in PayloadOffsets(Layout))
        {
            OriginTensor origin = chain.Record.Tensors[tensor];
            destinations[origin.ContainerIndex] = new(offset, origin.Action);
        }

        return destinations;
    }

    /// <summary>The first tensor whose bytes are not those that the record knows; null if all are.</summary>
    public string? FindEdited(PassResult pass, CancellationToken cancellation)
    {
        ByteSource[] payloads = RestoredFile.Payloads(chain.Record, Source);
        for (int i = 0; i < chain.Record.Tensors.Length; i++)
        {
            OriginTensor tensor = chain.Record.Tensors[i];
            UInt128 hash = tensor.Action == TensorAction.Swap ? FileHash.Xxh128(payloads[i], cancellation) : pass.TensorHashes[tensor.ContainerIndex];
            if (hash != tensor.Hash)
            {
                return chain.TensorNames[i];
            }
        }

        return null;
    }

    public override ModelPlan Complete(PassResult pass) => Layout;

    public override ProofLevel Prove(ModelFile output, PassResult pass, ProofContext context) =>
        OutputProof.ProveRestored(output, Source, chain, context);
}
