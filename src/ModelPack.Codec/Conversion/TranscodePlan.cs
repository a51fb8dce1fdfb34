using System.Collections.Immutable;
using ModelPack.Architectures;
using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Usability;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>What is known of a conversion that is planned again, beside a container that it may have made: such a plan is compared with the
/// container byte by byte.</summary>
/// <param name="Source">What a pass over the source found out.</param>
/// <param name="Digest">The digest of the container.</param>
internal sealed record KnownContainer(PassResult Source, Hash128 Digest);

/// <summary>Makes an output in the target's own terms, and embeds the record that leads back.</summary>
internal sealed class TranscodePlan : ConversionPlan
{
    private readonly ContainerTarget target;
    private readonly TensorPlan plan;
    private readonly OutputForm form;

    // What is laid out again once its record is complete; null if nothing is, or not any more.
    private OutputContent? content;
    private readonly int[] views;
    private readonly OriginMode embedding;
    private readonly bool narrows;
    private readonly bool leavesBehind;
    private readonly Hash128 digest;
    private readonly JudgedMeaning? meaning;
    private ModelPlan layout;

    public TranscodePlan(
        Ancestry ancestry,
        IReadOnlyList<string> sourceNames,
        ModelFormat to,
        OutputForm form,
        ConversionOptions options,
        IEnumerable<RankedNote> notes,
        KnownContainer? known = null,
        PlanPurpose purpose = PlanPurpose.Output)
        : base(ancestry.File, to, purpose, known?.Source.Ranges)
    {
        target = FormatCatalog.Of(to).Target;
        this.form = form;
        leavesBehind = ancestry.LeftBehind;
        Records = ancestry.Records;
        Shown = ancestry.Shown;
        ModelDescription words = options.Mmproj
            ? ModelDescription.OfTower(ancestry.Root)
            : ModelDescription.Of(ancestry.Root, options.Naming).In(to);
        DerivedFolder derived = FolderCompanions.For(ancestry.Root, words, to, form);
        plan = TensorPlanner.Plan(ancestry, words, target, derived, options);
        ancestry.File.GiveBackMemory();
        Tensors = [.. plan.Sources.Select(fate => fate.Logical)];
        Payloads = plan.Payloads;
        Order = OrderOf();
        embedding = options.Origin;
        narrows = options.Dtype is not null;
        Func<byte[]>? record = BeginRecord(sourceNames, options, out views);
        ancestry.File.GiveBackMemory();
        Companions = derived.Files;
        Words = words with { Companions = [] };
        (OutputContent prepared, Func<byte[]?> origin) = Workers.Both(
            () => new OutputContent(Metadata(ancestry.Root, words), plan.Outputs, TensorDescriptions.Describe(plan.Outputs), null, form)
            {
                Companions = derived.Files,
            },
            () => record?.Invoke());
        prepared = prepared with { Origin = origin() };
        bool isComplete = known is not null && views.Length == 0 && prepared.Origin is not null;
        if (isComplete)
        {
            OriginCodec.Complete(prepared.Origin, known!.Digest, known.Source.MemberHashes, known.Source.TensorHashes, []);
        }

        layout = LayOut(prepared);
        (digest, meaning) = known is null ? MadeNotes.Aside(() => Look(layout, ancestry.Root, purpose)) : (known.Digest, null);
        Notes =
        [
            .. notes,
            .. plan.Notes,
            .. PlanNotes.Of(plan, Source, layout, to),
            .. words.Notes,
            .. derived.Ranked,
            .. prepared.Metadata is AprTargetMetadata apr ? apr.Notes.Select(RankedNote.Of) : [],
        ];
        if (prepared.Origin is not null && !isComplete)
        {
            content = prepared;
            layout = layout.WithoutLiterals();
        }
    }

    public override IReadOnlyList<TensorInfo> Tensors { get; }

    public override IReadOnlyList<PayloadRecipe> Payloads { get; }

    public override ModelPlan Layout => layout;

    public override ImmutableArray<RankedNote> Notes { get; }

    /// <summary>The companion files of an output that is a folder.</summary>
    public ImmutableArray<Companion> Companions { get; }

    /// <summary>What the model says of itself. Its companion files are those of the source, and not held here.</summary>
    public ModelDescription Words { get; }

    /// <summary>The records on the way to the model that is converted (<see cref="Ancestry.Records"/>).</summary>
    public ImmutableArray<OriginRecord> Records { get; }

    /// <summary>What the source shows on that way (<see cref="Ancestry.Shown"/>).</summary>
    public ImmutableArray<ShownPayload> Shown { get; }

    /// <summary>A conversion that made a container, planned again in order to be compared with it.</summary>
    /// <param name="ancestry">The file that was converted.</param>
    /// <param name="step">The conversion.</param>
    /// <param name="known">What is known of source and container, if both were read.</param>
    public static TranscodePlan Again(Ancestry ancestry, OriginStep step, KnownContainer? known = null) => MadeNotes.Aside(
        () => new TranscodePlan(
            ancestry, Names(ancestry.File, step), step.Made, step.Form, step.Options, [], known, PlanPurpose.Comparison));

    /// <summary>Whether this conversion makes containers with such a record: whoever writes a record by hand can put payloads behind any
    /// names.</summary>
    /// <param name="candidate">A record of as many tensors as the source has.</param>
    public bool IsGenuine(OriginRecord candidate) => digest == candidate.ContainerDigest
        && candidate.Tensors.Zip(Returns()).All(pair => pair.First.Payload.IsSameAs(pair.Second!));

    protected override JudgedMeaning JudgeOutput() =>
        meaning ?? throw new InvalidOperationException("a conversion that is planned to be compared is not judged");

    // The model is that of an ancestor only as long as every payload on the way is what the records vouch for.
    public override string? FindEdited(PassResult pass, WrittenPayloads? written, CancellationToken cancellation) => Records
        .Select(record => EditedPayload.Find(record, this, pass, written, cancellation))
        .FirstOrDefault(edited => edited is not null)
        ?? (written is null ? null : EditedPayload.FindUnlike(this, pass, written, cancellation));

    public override string OutputName(int tensor) => plan.Sources[tensor].OutputName;

    public override TensorType OutputType(int tensor) => plan.Sources[tensor].OutputType;

    public override TensorAction Action(int tensor) => plan.Sources[tensor].Action;

    // What narrowing that was asked for makes of numbers is measured by itself.
    protected override TensorInfo? Values(int payload) =>
        narrows && Payloads[payload] is NarrowedPayload ? null : Step(payload).Logical with { Name = Step(payload).Name };

    private OutputTensor Step(int payload) =>
        payload < plan.Outputs.Length ? plan.Outputs[payload] : plan.Side[payload - plan.Outputs.Length];

    public override ModelPlan Complete(WrittenPayloads written)
    {
        if (content is not { Origin: { } origin })
        {
            return layout;
        }

        OriginCodec.Complete(
            origin, digest, written.Pass.MemberHashes, written.Pass.TensorHashes,
            [.. views.Select(place => written.Sums[Order[place]].Xxh128)]);
        ModelPlan complete = LayOut(content);
        layout = complete.Outline();
        content = null;
        return complete;
    }

    public override ProvedOutput Prove(ModelFile output, WrittenPayloads written, ProofContext context) =>
        embedding == OriginMode.None
        ? OutputProof.ProveTensors(output, this, written, context)
        : OutputProof.ProveReturn(output, this, written, context);

    /// <summary>The plan.</summary>
    public TensorPlan Plan => plan;

    /// <summary>The list that a reader of the output sees, its tensors and those of its side file: which of <see cref="Payloads"/> each is.
    /// Numbers in records count in this list.</summary>
    public int[] Order { get; }

    /// <summary>The tensors of that list.</summary>
    public IEnumerable<OutputTensor> Read() => Order.Select(Step);

    /// <summary>How the source's payloads come back from the tensors of that list; null for one that does not.</summary>
    public IEnumerable<PayloadRecipe?> Returns() => OriginPlanner.Number(Read(), plan.Sources.Select(fate => fate.Return));

    private TargetMetadata? Metadata(ModelFile root, ModelDescription words) => To switch
    {
        ModelFormat.Gguf => new GgufTargetMetadata(GgufMetadata.For(root, words, plan.Outputs)),
        ModelFormat.Apr => AprMetadataBuilder.For(root, words, plan.Outputs),
        _ => null,
    };

    private ModelPlan LayOut(OutputContent content)
    {
        ModelPlan main = target.Layout(content);
        return plan.Side.IsEmpty ? main : SideFileLayout.Append(main, plan, To);
    }

    private int[] OrderOf()
    {
        Dictionary<OutputTensor, int> payloads = new(ReferenceEqualityComparer.Instance);
        foreach (OutputTensor tensor in plan.Outputs.Concat(plan.Side))
        {
            payloads.Add(tensor, payloads.Count);
        }

        return [
            .. target.ReaderOrder(plan.Outputs, form).Concat(SideFileLayout.ReaderOrder(plan.Side)).Select(tensor => payloads[tensor])];
    }

    private Func<byte[]>? BeginRecord(IReadOnlyList<string> sourceNames, ConversionOptions options, out int[] views)
    {
        OriginRecord record = Record(sourceNames, options);
        views = [.. record.Views.Select(view => view.ContainerIndex)];
        return embedding == OriginMode.Embed ? OriginCodec.Begin(record) : null;
    }

    private OriginRecord Record(IReadOnlyList<string> sourceNames, ConversionOptions options)
    {
        PayloadRecipe[] returns = [.. Returns().Zip(plan.Sources, Returned)];
        HashSet<int> used = [.. returns.SelectMany(recipe => recipe.Tensors())];
        return new()
        {
            Format = Source.Format,
            Quantized = options.Quantized,
            Naming = options.Naming,
            LeftBehind = leavesBehind,
            Dtype = options.Dtype,
            Form = form,
            Files = [
                .. OriginPlanner.Describe(Source, Ranges).Files.Zip(
                    OriginNames.Of(Source, sourceNames), (file, name) => new OriginFile(name, file.Plan, Hash128.Zero))],
            Tensors = [.. returns.Select(recipe => new OriginTensor(recipe, Hash128.Zero))],
            Views = [
                .. Enumerable.Range(0, plan.Outputs.Length).Where(place => !used.Contains(place))
                    .Select(place => new ShadowTensor(place, Hash128.Zero))],
            SideTensors = plan.Side.Length,
        };
    }

    // Without a record nothing needs to come back.
    private PayloadRecipe Returned(PayloadRecipe? back, SourceTensor fate) => back is not null ? back
        : embedding == OriginMode.None ? new LiteralPayload(default)
        : throw new InvalidOperationException($"the plan does not give tensor '{fate.Logical.Name}' back");

    // What holds tensors may be called anything, a companion is known by its name.
    private static string[] Names(ModelFile file, OriginStep step) => file.AllMembers.Count == step.Files.Length
        ? [.. file.AllMembers.Zip(step.Files, (member, name) => member.Model is null ? member.Name : name)]
        : [.. file.AllMembers.Select(member => member.Name)];

    // The strict reader has to accept the header before a single payload is copied.
    private (Hash128 Digest, JudgedMeaning? Meaning) Look(ModelPlan layout, ModelFile root, PlanPurpose purpose)
    {
        using ModelFile header = ModelFiles.Open(layout.LiteralsOnly().Compose("planned output", []), "<planned output>", To);
        return (ContainerDigest.Compute(header), purpose == PlanPurpose.Output ? JudgedMeaning.Of(header, root, plan.LeftOut) : null);
    }
}
