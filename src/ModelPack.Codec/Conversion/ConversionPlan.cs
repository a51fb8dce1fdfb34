using System.Collections.Immutable;
using ModelPack.Architectures.Usability;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>
/// A conversion that is planned and not yet run. Either the output is made anew in the target's own terms, or a file that the source was
/// made from is restored.
/// </summary>
internal abstract class ConversionPlan
{
    private Placement? placement;
    private JudgedMeaning? judged;

    protected ConversionPlan(ModelFile source, ModelFormat to, PlanPurpose purpose, List<FileRange>? ranges = null)
    {
        (Source, To, Ranges) = (source, to, ranges ?? FileRange.Cover(source));
        if (purpose == PlanPurpose.Output)
        {
            MadePlans.Add(GetType().Name);
        }
    }

    /// <summary>The source.</summary>
    public ModelFile Source { get; }

    /// <summary>The output's format.</summary>
    public ModelFormat To { get; }

    /// <summary>The source's tensors as the model means them, and after them those of its side file.</summary>
    public abstract IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>The source cut into payloads and gaps.</summary>
    public List<FileRange> Ranges { get; }

    /// <summary>The output, with blanks where hashes belong that are not known yet. Once it is complete, names and lengths are
    /// left.</summary>
    public abstract ModelPlan Layout { get; }

    /// <summary>How each payload that <see cref="Layout"/> names is made of those of the source. A job that is complete may have let go of
    /// it.</summary>
    public abstract IReadOnlyList<PayloadRecipe> Payloads { get; }

    /// <summary>A tensor of the output whose values have to be looked at once they are made; null if they need not be.</summary>
    protected abstract TensorInfo? Values(int payload);

    /// <summary>What is worth knowing about the plan.</summary>
    public abstract ImmutableArray<RankedNote> Notes { get; }

    /// <summary>Everything that is worth knowing, what matters most first: the one list that preview and certificate show.</summary>
    /// <param name="proof">What the proof has to say.</param>
    public RankedNote[] AllNotes(IEnumerable<RankedNote> proof) =>
        [.. Notes.Concat(proof).Concat(Source.Notes.Select(RankedNote.Of)).OrderBy(note => note.Rank)];

    /// <summary>What the output is good for, as long as it is not complete.</summary>
    public JudgedMeaning Judge() => judged ??= JudgeOutput();

    protected abstract JudgedMeaning JudgeOutput();

    /// <summary>Says what was edited since the records were made that the plan relies on: the first thing found; null if nothing
    /// was.</summary>
    /// <param name="pass">What was read.</param>
    /// <param name="written">What was made of it; null if nothing yet.</param>
    /// <param name="cancellation">Stops the work.</param>
    public abstract string? FindEdited(PassResult pass, WrittenPayloads? written, CancellationToken cancellation);

    /// <summary>Name of each source tensor in the output.</summary>
    public abstract string OutputName(int tensor);

    /// <summary>Type of each source tensor in the output.</summary>
    public abstract TensorType OutputType(int tensor);

    /// <summary>What happens to each source tensor.</summary>
    public abstract TensorAction Action(int tensor);

    /// <summary>Where each source tensor goes as it is read; null for one whose bytes the output has elsewhere, or in another
    /// form.</summary>
    public long?[] Destinations() => Placed.Direct;

    /// <summary>The payloads that have to be made after the source was read, with their places.</summary>
    public IReadOnlyList<MadePayload> Made() => Placed.Made;

    /// <summary>The output without blanks but for footers. Same length, same places.</summary>
    public abstract ModelPlan Complete(WrittenPayloads written);

    /// <summary>Proves the output that was written, re-reading it. Throws if it does not hold.</summary>
    /// <param name="output">The output.</param>
    /// <param name="written">Its payloads.</param>
    /// <param name="context">Options and surroundings.</param>
    public abstract ProvedOutput Prove(ModelFile output, WrittenPayloads written, ProofContext context);

    /// <summary>What a pass found out, together with what was made after it.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="made">The sums of <see cref="Made"/>.</param>
    public WrittenPayloads Written(PassResult pass, PayloadSum[] made)
    {
        PayloadSum[] sums = new PayloadSum[Payloads.Count];
        Array.Fill(sums, new(new Xxh128().Finish(), 0));
        for (int i = 0; i < made.Length; i++)
        {
            sums[Placed.Made[i].Payload] = made[i];
        }

        for (int tensor = 0; tensor < Placed.Payloads.Length; tensor++)
        {
            if (Placed.Payloads[tensor] is var payload and >= 0)
            {
                sums[payload] = new(pass.TensorHashes[tensor], pass.PayloadCrc32.Length == 0 ? 0 : pass.PayloadCrc32[tensor]);
            }
        }

        return new(pass, sums);
    }

    private Placement Placed => placement ??= Place();

    // Each source tensor is written to one place while it is read. What is no copy of one, or a second copy, is made afterwards.
    private Placement Place()
    {
        long?[] direct = new long?[Source.AllTensors.Count];
        List<MadePayload> made = [];
        int[] payloads = new int[direct.Length];
        Array.Fill(payloads, -1);
        long position = 0;
        foreach (Segment segment in Layout.Segments)
        {
            if (segment is PayloadSegment { Tensor: var payload, Length: > 0 })
            {
                if (Payloads[payload] is StoredPayload { Tensor: var tensor } && direct[tensor] is null)
                {
                    direct[tensor] = position;
                    payloads[tensor] = payload;
                }
                else
                {
                    made.Add(new(payload, position, Payloads[payload], MadeScan.IsNeeded(Payloads[payload]) ? Values(payload) : null));
                }
            }

            position += segment.Length;
        }

        return new(direct, made, payloads);
    }

    /// <param name="Direct">Where each source tensor goes.</param>
    /// <param name="Made">What is made afterwards.</param>
    /// <param name="Payloads">Which payload of the layout each source tensor is; -1 for one that goes nowhere as it is.</param>
    private sealed record Placement(long?[] Direct, List<MadePayload> Made, int[] Payloads);
}

/// <summary>What a conversion is planned for.</summary>
internal enum PlanPurpose
{
    /// <summary>To be written: it is looked at what the output is good for.</summary>
    Output,

    /// <summary>To be compared with a container that is there.</summary>
    Comparison,
}

/// <summary>What is known once every payload of an output was written.</summary>
/// <param name="Pass">What the pass over the source found out.</param>
/// <param name="Sums">Sums of each payload, by its number in the layout; CRCs only if the pass was to make them.</param>
internal sealed record WrittenPayloads(PassResult Pass, PayloadSum[] Sums);
