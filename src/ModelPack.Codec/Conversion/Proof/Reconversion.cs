using System.Collections.Immutable;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion.Proof;

/// <summary>The container that a file gives when it is converted again as a chain of conversions did it: composed, not written.</summary>
internal sealed class Reconversion : IDisposable
{
    private readonly List<ModelFile> between = [];
    private readonly ModelFile first;

    // How each payload of the container is made of those of the first file: a payload that two conversions transpose is read as it is.
    private PayloadRecipe[] payloads;

    private Reconversion(ModelFile first)
    {
        this.first = first;
        Source = first.Source;
        payloads = [.. first.AllTensors.Select((tensor, i) => new StoredPayload(i, tensor.ByteLength))];
    }

    /// <summary>The bytes of the container. They come from the file converted, which has to outlive this.</summary>
    public ByteSource Source { get; private set; }

    /// <summary>The same bytes as files.</summary>
    public IReadOnlyList<NamedSource> Files { get; private set; } = [];

    /// <summary>Converts a file again.</summary>
    /// <param name="file">The file at the end of the ancestor.</param>
    /// <param name="steps">The conversions, the last one first.</param>
    /// <param name="known">What a pass over <paramref name="file"/> found out: tensor hashes and payload CRCs.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static Reconversion Compose(ModelFile file, ImmutableArray<OriginStep> steps, PassResult known, CancellationToken cancellation)
    {
        Reconversion reconversion = new(file);
        try
        {
            PassResult pass = known;
            for (int i = steps.Length - 1; i >= 0; i--)
            {
                ModelFile current = file;
                if (i < steps.Length - 1)
                {
                    current = ModelFiles.Open(reconversion.Files, "<converted again>", steps[i + 1].Made);
                    reconversion.between.Add(current);
                    pass = Examine(current, PassWork.None, threads: 0, progress: null, cancellation);
                }

                reconversion.Convert(current, steps[i], pass, cancellation);
            }

            return reconversion;
        }
        catch
        {
            reconversion.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file once, and says whether converting it again gives the bytes of a container.</summary>
    /// <param name="file">The file at the end of the ancestor.</param>
    /// <param name="steps">The conversions, the last one first.</param>
    /// <param name="container">The container to compare with.</param>
    /// <param name="known">What a pass over the container found out, its footer checked; null if its payloads have to be read.</param>
    /// <param name="context">Options and surroundings.</param>
    /// <returns>What <see cref="Examine"/> finds out, and the answer.</returns>
    public static (PassResult Pass, bool IsSame) Compare(
        ModelFile file, ImmutableArray<OriginStep> steps, ByteSource container, PassResult? known, ProofContext context)
    {
        PassWork more = context.Options.Sha256 ? PassWork.SourceSha256 : PassWork.None;
        if (steps.Length > 1)
        {
            PassResult examined = Examine(file, more, context.Options.Threads, context.Progress, context.Cancellation);
            using Reconversion again = Compose(file, steps, examined, context.Cancellation);
            return (examined, known is null
                ? ByteComparison.FirstDifference(again.Source, container, context.Cancellation) is null
                : again.IsRead(container, known, file, examined, context.Cancellation));
        }

        if (known is not null)
        {
            PassResult found = Read(file, context);
            TranscodePlan again = Again(file, steps[0], new(found, steps[0].Digest));
            return (found, IsMadeBy(again, found, container, known, context.Cancellation));
        }

        TranscodePlan conversion = Again(file, steps[0]);
        PassResult pass = SourcePass.Run(
            Examination(file) with
            {
                Tensors = conversion.Tensors,
                Destinations = conversion.Destinations(),
                Expected = container,
                Work = Needed | more,
                Threads = context.Options.Threads,
                Progress = context.Progress,
            },
            context.Cancellation);
        return (pass, pass.IsAsExpected && HasRest(container, known: null, conversion, pass, context.Cancellation));
    }

    /// <summary>Reads a file once for what <see cref="IsMadeBy"/> needs.</summary>
    public static PassResult Read(ModelFile file, ProofContext context) => SourcePass.Run(
        Examination(file) with
        {
            Tensors = file.AllTensors,
            Work = (Needed & ~PassWork.OutputCrc32) | (context.Options.Sha256 ? PassWork.SourceSha256 : PassWork.None),
            Threads = context.Options.Threads,
            Progress = context.Progress,
        },
        context.Cancellation);

    /// <summary>Whether a conversion gives a container. Both its source and the container were read.</summary>
    /// <param name="conversion">The conversion, planned again.</param>
    /// <param name="found">What <see cref="Read"/> found out about its source.</param>
    /// <param name="container">The container.</param>
    /// <param name="known">What a pass over the container found out, its footer checked.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static bool IsMadeBy(
        TranscodePlan conversion, PassResult found, ByteSource container, PassResult known, CancellationToken cancellation) =>
        HasDirect(known, conversion, found) && HasRest(container, known, conversion, found, cancellation);

    /// <summary>Reads a file once for all that a reconversion needs.</summary>
    public static PassResult Examine(ModelFile file, PassWork more, int threads, Action<long>? progress, CancellationToken cancellation) =>
        SourcePass.Run(
        Examination(file) with
        {
            Tensors = file.AllTensors,
            Destinations = Enumerable.Repeat<long?>(0, file.AllTensors.Count).ToArray(),
            Work = Needed | more,
            Threads = threads,
            Progress = progress,
        },
        cancellation);

    public void Dispose() => between.ForEach(file => file.Dispose());

    // Whether this is the container that a pass has read.
    private bool IsRead(ByteSource container, PassResult known, ModelFile file, PassResult examined, CancellationToken cancellation)
    {
        ReturnedRanges ranges = new((ConcatenatedByteSource)Source, [.. Files.Select(part => part.Source)], file.Source, known);
        return ranges.AreIn(container, examined, cancellation);
    }

    // Both were read, each for its own sake. A payload of the container is one of its ranges.
    private static bool HasDirect(PassResult known, TranscodePlan conversion, PassResult pass)
    {
        long?[] destinations = conversion.Destinations();
        for (int i = 0; i < destinations.Length; i++)
        {
            TensorInfo tensor = conversion.Source.AllTensors[i];
            if (destinations[i] is { } at && known.HashAt(at, tensor.ByteLength) != pass.TensorHashes[i])
            {
                return false;
            }
        }

        return true;
    }

    // What is no payload of the file as it stands. Whoever read the container knows the hashes of its payloads, and its footer.
    private static bool HasRest(
        ByteSource container, PassResult? known, TranscodePlan conversion, PassResult pass, CancellationToken cancellation)
    {
        ModelFile file = conversion.Source;
        IReadOnlyList<MadePayload> made = conversion.Made();
        if (!MadePayloads.AreIn(container, file, made, cancellation))
        {
            return false;
        }

        WrittenPayloads payloads = conversion.Written(
            pass, known is null ? MadePayloads.Make(file, made, cancellation) : [.. made.Select(payload => SumOf(payload, known))]);
        ModelPlan complete = conversion.Complete(payloads);
        return ByteComparison.HoldsBesidePayloads(container, known is null ? PlanCrc.Resolve(complete, payloads.Sums) : complete);
    }

    // What is in the container is what was read there.
    private static PayloadSum SumOf(MadePayload payload, PassResult known) =>
        new(known.HashAt(payload.Offset, payload.Recipe.Length) ?? Hash128.Zero, 0);

    private static PassRequest Examination(ModelFile file) =>
        new() { Source = file.Source, Ranges = FileRange.Cover(file), MemberEnds = file.MemberEnds, Footed = file.Footed };

    private const PassWork Needed = PassWork.TensorHashes | PassWork.OutputCrc32;

    private static TranscodePlan Again(ModelFile file, OriginStep step, KnownContainer? known = null) =>
        TranscodePlan.Again(step.Before(file), step, known);

    private void Convert(ModelFile file, OriginStep step, PassResult pass, CancellationToken cancellation)
    {
        TranscodePlan again = Again(file, step);
        PayloadRecipe[] recipes = [.. again.Payloads.Select(FromFirst)];
        IReadOnlyList<MadePayload> made = [.. again.Made().Select(payload => payload with { Recipe = recipes[payload.Payload] })];
        WrittenPayloads written = again.Written(pass, MadePayloads.Make(first, made, cancellation));
        Files = PlanCrc.Resolve(again.Complete(written), written.Sums)
            .Compose("a conversion made again", [.. recipes.Select(recipe => MadePayloads.Open(first, recipe))]);
        Source = new ConcatenatedByteSource("<converted again>", Files.Select(part => part.Source));
        payloads = [.. again.Order.Select(payload => recipes[payload])];
    }

    private PayloadRecipe FromFirst(PayloadRecipe recipe) => recipe.Through(stored => payloads[stored.Tensor]).Simplified();
}
