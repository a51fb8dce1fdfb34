using System.Collections.Immutable;
using ModelPack.Architectures.Usability;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>Brings back a file that the source was made from, byte for byte.</summary>
internal sealed class RestorePlan : ConversionPlan
{
    private readonly TensorAction[] actions;
    private readonly int[] firstUse;
    private readonly HashSet<int> shown = [];
    private readonly ImmutableArray<OriginStep> steps;
    private OriginRecord record;
    private IReadOnlyList<TensorInfo> restored;
    private PayloadRecipe[] payloads;
    private ModelPlan layout;

    // Those of the restored file.
    private IReadOnlyList<string> names;
    private readonly TensorType[] types;

    public RestorePlan(ModelFile source, Ancestor ancestor)
        : base(source, ancestor.Record.Format, PlanPurpose.Output)
    {
        record = ancestor.Record;
        steps = ancestor.Steps;
        restored = TensorDescriptions.AllLogical(ancestor.File);
        names = [.. restored.Select(tensor => tensor.Name)];
        types = [.. restored.Select(tensor => tensor.Type)];
        layout = record.Plan;
        RestoredFile.Check(record, source);
        Tensors = TensorDescriptions.AllLogical(source);
        payloads = [.. record.Tensors.Select(tensor => tensor.Payload)];
        firstUse = new int[source.AllTensors.Count];
        Array.Fill(firstUse, -1);
        for (int i = payloads.Length - 1; i >= 0; i--)
        {
            foreach (int tensor in payloads[i].Tensors())
            {
                firstUse[tensor] = i;
            }
        }

        FindShown(source);
        actions = [.. Enumerable.Range(0, firstUse.Length).Select(ActionOf)];
        Notes = [new(NoteRank.WithoutEffect, $"restored '{record.Name}' from the origin record")];
    }

    public override IReadOnlyList<TensorInfo> Tensors { get; }

    public override ModelPlan Layout => layout;

    public override IReadOnlyList<PayloadRecipe> Payloads => payloads;

    public override ImmutableArray<RankedNote> Notes { get; }

    protected override JudgedMeaning JudgeOutput()
    {
        using ModelFile file = RestoredFile.Open(record, Source);
        return JudgedMeaning.Of(file, file);
    }

    public override string OutputName(int tensor) => firstUse[tensor] < 0 ? "" : names[firstUse[tensor]];

    public override TensorType OutputType(int tensor) => firstUse[tensor] < 0 ? Tensors[tensor].Type : types[firstUse[tensor]];

    public override TensorAction Action(int tensor) => actions[tensor];

    protected override TensorInfo? Values(int payload) => restored[payload];

    private TensorAction ActionOf(int tensor) =>
        shown.Contains(tensor) ? TensorAction.Widen : firstUse[tensor] < 0 ? TensorAction.Keep : payloads[firstUse[tensor]] switch
    {
        StoredPayload => TensorAction.Copy,
        ReversedPayload { Of: StoredPayload } => TensorAction.Swap,
        NarrowedPayload or WidenedPayload => TensorAction.Widen,
        _ => TensorAction.Move,
    };

    public override string? FindEdited(PassResult pass, WrittenPayloads? written, CancellationToken cancellation) =>
        EditedPayload.Find(record, this, pass, written, cancellation);

    // What only shows a tensor of the side file is that tensor, to people.
    private void FindShown(ModelFile container)
    {
        if (container is not ModelSet { SideModel: { } side })
        {
            return;
        }

        Dictionary<string, int> twins = TensorDescriptions.Logical(side).Select((tensor, i) => (tensor.Name, i))
            .ToDictionary(StringComparer.Ordinal);
        foreach (ShadowTensor view in record.Views)
        {
            if (view.ContainerIndex < container.Tensors.Count
                && twins.TryGetValue(container.Tensors[view.ContainerIndex].Name, out int twin)
                && firstUse[view.ContainerIndex] < 0 && firstUse[container.Tensors.Count + twin] >= 0)
            {
                firstUse[view.ContainerIndex] = firstUse[container.Tensors.Count + twin];
                shown.Add(view.ContainerIndex);
            }
        }
    }

    // What was described is written from here on: its names are those of the output, and of the record only the hashes of files are left to
    // compare.
    public override ModelPlan Complete(WrittenPayloads written)
    {
        ModelPlan complete = layout;
        layout = complete.Outline();
        payloads = [];
        names = [];
        record = record with { Files = [], Tensors = [], Views = [] };
        restored = [];
        return complete;
    }

    public override ProvedOutput Prove(ModelFile output, WrittenPayloads written, ProofContext context)
    {
        names = [.. output.AllTensors.Select(tensor => tensor.Name)];
        return OutputProof.ProveRestored(output, Source, steps, written, context);
    }
}
