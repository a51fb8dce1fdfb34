using System.Collections.Immutable;
using ModelPack.Architectures.Usability;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>
/// The output has the source's format: it has the source's bytes. Anything else would make the result of a chain depend on how often a
/// format stands in it.
/// </summary>
internal sealed class CopyPlan : ConversionPlan
{
    public CopyPlan(ModelFile source)
        : base(source, source.Format, PlanPurpose.Output)
    {
        Tensors = TensorDescriptions.AllLogical(source);
        Layout = OriginPlanner.Describe(source, Ranges);
        Payloads = [.. source.AllTensors.Select((tensor, i) => new StoredPayload(i, tensor.ByteLength))];
    }

    public override IReadOnlyList<TensorInfo> Tensors { get; }

    public override ModelPlan Layout { get; }

    public override IReadOnlyList<PayloadRecipe> Payloads { get; }

    public override ImmutableArray<RankedNote> Notes { get; } = [
        new(NoteRank.WithoutEffect, "the source has this format already: the output is a copy")];

    protected override JudgedMeaning JudgeOutput() => JudgedMeaning.Of(Source, Source);

    public override string? FindEdited(PassResult pass, WrittenPayloads? written, CancellationToken cancellation) => null;

    public override string OutputName(int tensor) => Source.Tensors[tensor].Name;

    public override TensorType OutputType(int tensor) => Source.Tensors[tensor].Type;

    public override TensorAction Action(int tensor) => TensorAction.Copy;

    protected override TensorInfo? Values(int payload) => null;

    public override ModelPlan Complete(WrittenPayloads written) => Layout;

    public override ProvedOutput Prove(ModelFile output, WrittenPayloads written, ProofContext context) =>
        OutputProof.ProveCopy(output, written.Pass, context);
}
