using ModelPack.Architectures.Usability;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.IO;
using ModelPack.IO.Output;
using ModelPack.Models;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>
/// A conversion is a line of six steps, each a function of what those before it gave. Open gives a <see cref="ModelFile"/>: which files,
/// headers checked, payloads on disk. Describe gives an <see cref="Ancestors.Ancestry"/>, what the file was made from, and a
/// <see cref="Architectures.ModelDescription"/>, what the oldest of these files says of its model. Plan gives a
/// <see cref="ConversionPlan"/> (<see cref="ConversionAim"/>). The other three are here, while the lock of the output is held.
/// </summary>
internal sealed class ConversionRun(
    OutputLock place, ConversionAim aim, IProgress<ConversionProgress>? progress, Action<string>? growing, CancellationToken cancellation)
{
    /// <summary>Runs a plan. What a record leads back to counts as long as no payload shows that something was edited since; then the file
    /// is planned as it is now.</summary>
    public Certificate Convert(ConversionPlan plan)
    {
        Certificate? certificate = Run(plan, out string? edited);
        return certificate ?? Convert(aim.PlanEdited(edited!));
    }

    // Returns null if what was read, or then what was made of it, makes the plan pointless.
    private Certificate? Run(ConversionPlan plan, out string? edited)
    {
        TargetPaths.CheckForm(plan, aim.TargetPath, aim.Options);
        JudgedMeaning meaning = plan.Judge();
        if (growing is not null && ConversionPreview.GrowthOf(plan) is { } growth)
        {
            growing(growth);
        }

        FreeSpace.Ensure(aim.TargetPath, plan.Layout.Length);
        using TemporaryModel output = new(place, TemporaryModel.IsFolder(aim.TargetPath), plan.Layout);
        if (Write(plan, output, out edited) is not { } written)
        {
            return null;
        }

        ProvedOutput proved = Prove(plan, written, output);
        plan.Source.GiveBackMemory();
        return Certify(plan, meaning.With(Untrained(plan, written.Pass)), written.Pass, proved, output);
    }

    // Reads the source once, and writes all of the output. Null if something was edited.
    private WrittenPayloads? Write(ConversionPlan plan, TemporaryModel output, out string? edited)
    {
        PassResult pass = WriteStored(plan, output);
        edited = plan.FindEdited(pass, null, cancellation);
        if (edited is not null)
        {
            return null;
        }

        OutputProof.EnsureFooter(plan.Source, pass, cancellation);
        EnsureFinite(plan, pass);
        WrittenPayloads written = WriteMade(plan, pass, output, out MadeScan? scan);
        edited = plan.FindEdited(pass, written, cancellation);
        if (edited is not null)
        {
            return null;
        }

        scan?.Ensure(plan.Source);
        WriteBesidePayloads(plan, written, output);
        return written;
    }

    private ProvedOutput Prove(ConversionPlan plan, WrittenPayloads written, TemporaryModel output)
    {
        ProofContext context = new(aim.Options, Reporter(ConversionPhase.Proving, plan.Layout.Length), cancellation);
        using ModelFile reopened = ModelFiles.Open(output.Sources(), aim.TargetPath, plan.To);
        IReadOnlyDictionary<string, TensorLoss>? losses = aim.Options.Dtype is not null && plan is TranscodePlan narrowing
            ? NarrowingLoss.Measure(narrowing, reopened, aim.Options, cancellation)
            : null;
        ProvedOutput proved = plan.Prove(reopened, written, context);
        return losses is null ? proved : proved with { Losses = losses };
    }

    private Certificate Certify(
        ConversionPlan plan, JudgedMeaning meaning, PassResult pass, ProvedOutput proved, TemporaryModel output)
    {
        Certificate certificate = CertificateMaker.Make(plan, meaning, pass, proved, aim.TargetPath, aim.Options);
        output.WriteCertificate(text => CertificateJson.Write(text, certificate));
        cancellation.ThrowIfCancellationRequested();
        output.Commit(
            aim.Options.Existing == ExistingTarget.Replace ? Earlier.Replaced : Earlier.Stays,
            (folder, certificateOfIt) => ReplacedFolder.Check(aim.TargetPath, folder, certificateOfIt, aim.Options.Existing));
        return certificate;
    }

    private WrittenPayloads WriteMade(ConversionPlan plan, PassResult pass, TemporaryModel output, out MadeScan? scan)
    {
        IReadOnlyList<MadePayload> made = plan.Made();
        scan = aim.Options.NonFinite == NonFinitePolicy.Allow ? null : new();
        Action<long>? making = Reporter(ConversionPhase.Making, made.Sum(payload => payload.Recipe.Length));
        return plan.Written(pass, MadePayloads.Make(plan.Source, made, Written(plan, output), output, scan, making, cancellation));
    }

    // What the output holds as it was read is read from there: a source that changes meanwhile does not give a tensor that shows other
    // bytes than those beside it.
    private static Func<StoredPayload, ByteSource> Written(ConversionPlan plan, TemporaryModel output)
    {
        long?[] destinations = plan.Destinations();
        ConcatenatedByteSource written = new(plan.Source.Source.Name, output.Sources().Select(file => file.Source));
        return stored => destinations[stored.Tensor] is { } at
            ? new RangeByteSource(written, at, stored.Bytes)
            : plan.Source.OpenPayload(stored.Tensor);
    }

    private PassResult WriteStored(ConversionPlan plan, TemporaryModel output)
    {
        PassWork work = PassWork.TensorHashes | PassWork.FiniteScan | PassWork.UniformScan;
        work |= plan.Layout.Segments.Any(segment => segment is Crc32Segment) ? PassWork.OutputCrc32 : PassWork.None;
        work |= aim.Options.Sha256 ? PassWork.SourceSha256 : PassWork.None;
        return SourcePass.Run(
            new()
            {
                Source = plan.Source.Source,
                Ranges = plan.Ranges,
                Tensors = plan.Tensors,
                Destinations = plan.Destinations(),
                Output = output,
                Work = work,
                Threads = aim.Options.Threads,
                Progress = Reporter(ConversionPhase.Writing, plan.Source.Source.Length),
                MemberEnds = plan.Source.MemberEnds,
                Footed = plan.Source.Footed,
            },
            cancellation);
    }

    // What stands beside the payloads is as long as all headers: it is not kept while the output is proved.
    private void WriteBesidePayloads(ConversionPlan plan, WrittenPayloads written, TemporaryModel output)
    {
        ModelPlan complete = PlanCrc.Resolve(plan.Complete(written), written.Sums);
        long position = 0;
        foreach (Segment segment in complete.Segments)
        {
            if (segment is LiteralSegment { Length: > 0 } literal)
            {
                output.Write(literal.Bytes.Span, position);
            }

            position += segment.Length;
        }

        OutputProof.EnsureBesidePayloads(
            new ConcatenatedByteSource(aim.TargetPath, output.Sources().Select(file => file.Source)), complete);
    }

    private void EnsureFinite(ConversionPlan plan, PassResult pass)
    {
        if (aim.Options.NonFinite == NonFinitePolicy.Allow)
        {
            return;
        }

        int[] bad = [.. pass.Finite.NonFinite];
        if (bad.Length > 0)
        {
            throw FiniteReport.Error(plan.Source, plan.Tensors[bad[0]], pass.Finite[bad[0]], bad.Length);
        }
    }

    // Known once all values were read: what a plan is judged by is header alone.
    private static IEnumerable<string> Untrained(ConversionPlan plan, PassResult pass) =>
        plan is TranscodePlan && UntrainedValues.Names(plan.Source.Architecture) is { } names
        ? plan.Tensors.Select((tensor, i) => UntrainedValues.Why(tensor, pass.Uniform[i], names)).OfType<string>()
        : [];

    private Action<long>? Reporter(ConversionPhase phase, long total) =>
        progress is null ? null : done => progress.Report(new(phase, done, total));
}
