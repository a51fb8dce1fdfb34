using System.Collections.Immutable;
using System.IO.Hashing;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.Conversion.Targets;
using ModelPack.Codec.HuggingFace;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion;

/// <summary>Makes an output in the target's own terms, and embeds the record that leads back.</summary>
internal sealed class FreshConversion : ConversionJob
{
    private readonly ContainerTarget target;
    private readonly ImmutableArray<TensorStep> steps;
    private readonly OutputForm form;
    private readonly string? carried;
    private readonly ImmutableArray<Companion> companions;
    private readonly byte[]? origin;
    private readonly UInt128 digest;

    public FreshConversion(
        ModelFile source, IReadOnlyList<string> sourceNames, ModelFormat to, OutputForm form, ConversionOptions options, IEnumerable<string> notes)
        : base(source, to)
    {
        target = ContainerTarget.For(to);
        this.form = form;
        steps = ConversionPlanner.Plan(source, target, options);
        Tensors = steps.Select(step => step.Logical).ToArray();
        carried = CarriedTensors.Describe(steps);
        DerivedFolder derived = FolderCompanions.For(source, to, form);
        companions = derived.Files;
        origin = options.Origin == OriginMode.Embed ? OriginCodec.Write(Record(sourceNames, options)) : null;
        Layout = LayOut();
        using ModelFile header = OpenHeader(Layout);
        digest = ContainerDigest.Compute(header);
        Notes = [.. notes, .. derived.Notes, .. PlanNotes()];
    }

    public override IReadOnlyList<TensorInfo> Tensors { get; }

    public override ModelPlan Layout { get; }

    public override ImmutableArray<string> Notes { get; }

    /// <summary>Digest of what the output says by itself.</summary>
    public UInt128 Digest => digest;

    public override string OutputName(int tensor) => steps[tensor].Name;

    public override TensorType OutputType(int tensor) => steps[tensor].StoredType;

    public override TensorAction Action(int tensor) => steps[tensor].Action;

    public override PayloadDestination?[] Destinations()
    {
        Dictionary<int, long> offsets = PayloadOffsets(Layout);
        return steps.Select((step, i) => offsets.TryGetValue(i, out long offset) ? new PayloadDestination(offset, step.Action) : (PayloadDestination?)null).ToArray();
    }

    public override ModelPlan Complete(PassResult pass)
    {
        if (origin is null)
        {
            return PlanCrc.Resolve(Layout, pass.PayloadCrc32);
        }

        OriginCodec.Complete(origin, digest, pass.MemberHashes, pass.TensorHashes);
        return PlanCrc.Resolve(LayOut(), pass.PayloadCrc32);
    }

    public override ProofLevel Prove(ModelFile output, PassResult pass, ProofContext context) => origin is null
        ? OutputProof.ProveTensors(output, steps, target.ReaderOrder(steps, form), pass, context)
        : OutputProof.ProveReturn(output, Source, pass, context);

    /// <summary>For each source tensor, its place in the list that a reader of the output sees.</summary>
    public int[] Places() => target.ReaderOrder(steps, form);

    private ModelPlan LayOut() => target.Layout(new(Source, steps, carried, origin, form) { Companions = companions });

    private OriginRecord Record(IReadOnlyList<string> sourceNames, ConversionOptions options)
    {
        int[] places = target.ReaderOrder(steps, form);
        return new()
        {
            Format = Source.Format,
            Quantized = options.Quantized,
            Naming = options.Naming,
            Form = form,
            Files = [.. OriginPlanner.Describe(Source, Ranges).Files.Select((file, i) => new OriginFile(OriginFileName.From(sourceNames[i]), file.Plan, UInt128.Zero))],
            Tensors = [.. steps.Select((step, i) => new OriginTensor(places[i], step.Logical.ByteLength, step.Action, UInt128.Zero))],
        };
    }

    // The strict reader has to accept the header before a single payload is copied.
    private ModelFile OpenHeader(ModelPlan layout)
    {
        ModelPlan blanked = layout.Map(file => new FilePlan([.. file.Segments.Select(segment => segment is LiteralSegment ? segment : new ZeroSegment(segment.Length))]));
        return ModelFiles.Open(blanked.Compose("planned output", []), "<planned output>", To);
    }

    private IEnumerable<string> PlanNotes()
    {
        foreach (IGrouping<TensorType, TensorStep> group in steps.Where(step => step.IsRaw).GroupBy(step => step.Logical.Type))
        {
            yield return $"{group.Count()} tensors of type {TensorTypes.Get(group.Key).Name} are carried as raw bytes: exact on return, but not readable by {To}'s own programs";
        }

        int aliases = steps.Count(step => step.NameOrigin == NameOrigin.Alias);
        if (aliases > 0)
        {
            yield return $"{aliases} tensor names cannot be stored in {To} and are replaced by made-up ones until the way back";
        }
    }
}
