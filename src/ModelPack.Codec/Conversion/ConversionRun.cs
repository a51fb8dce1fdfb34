using ModelPack.Architectures.Usability;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.IO;
using ModelPack.IO.Output;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Conversion;

/// <summary>One conversion, from its plan to its certificate: write, prove, certify. The lock of the output is held meanwhile.</summary>
internal sealed class ConversionRun(
    OutputLock place, ConversionAim aim, IProgress<ConversionProgress>? progress, Action<string>? growing, CancellationToken cancellation)
{
    /// <summary>Runs a plan. What a record leads back to counts as long as no payload shows that something was edited since; then the file
    /// is planned as it is now.</summary>
    public Certificate Convert(ConversionPlan plan)
    {
        Certificate? certificate = Run(plan, out string? edited);
        if (certificate is not null)
        {
            return certificate;
        }

        return Convert(aim.PlanEdited(edited!));
    }

    // Returns null if what was read, or then what was made of it, makes the job pointless.
    private Certificate? Run(ConversionPlan job, out string? edited)
    {
        TargetPaths.CheckForm(job, aim.TargetPath, aim.Options);
        JudgedMeaning meaning = job.Judge();
        if (growing is not null && ConversionPreview.GrowthOf(job) is { } growth)
        {
            growing(growth);
        }

        FreeSpace.Ensure(aim.TargetPath, job.Layout.Length);
        using TemporaryModel output = new(place, TemporaryModel.IsFolder(aim.TargetPath), job.Layout);
        PassResult pass = WritePayloads(job, output);
        edited = job.FindEdited(pass, null, cancellation);
        if (edited is not null)
        {
            return null;
        }

        OutputProof.EnsureFooter(job.Source, pass, cancellation);
        EnsureFinite(job, pass);
        Action<long>? making = Reporter(ConversionPhase.Making, job.Made().Sum(payload => payload.Recipe.Length));
        MadeScan? scan = aim.Options.NonFinite == NonFinitePolicy.Allow ? null : new();
        WrittenPayloads payloads = job.Written(
            pass, MadePayloads.Make(job.Source, job.Made(), Written(job, output), output, scan, making, cancellation));
        edited = job.FindEdited(pass, payloads, cancellation);
        if (edited is not null)
        {
            return null;
        }

        scan?.Ensure(job.Source);
        ProofContext context = new(aim.Options, Reporter(ConversionPhase.Proving, job.Layout.Length), cancellation);
        ProofLevel level = Finish(job, payloads, output, context);
        Certificate certificate = CertificateMaker.Make(job, meaning, pass, level, aim.TargetPath, aim.Options, context);
        output.WriteCertificate(text => CertificateJson.Write(text, certificate));
        cancellation.ThrowIfCancellationRequested();
        output.Commit(
            aim.Options.Existing == ExistingTarget.Replace ? Earlier.Replaced : Earlier.Stays,
            (folder, certificateOfIt) => ReplacedFolder.Check(aim.TargetPath, folder, certificateOfIt, aim.Options.Existing));
        return certificate;
    }

    // What the output holds as it was read is read from there: a source that changes meanwhile does not give a tensor that shows other
    // bytes than those beside it.
    private static Func<StoredPayload, ByteSource> Written(ConversionPlan job, TemporaryModel output)
    {
        long?[] destinations = job.Destinations();
        ConcatenatedByteSource written = new(job.Source.Source.Name, output.Sources().Select(file => file.Source));
        return stored => destinations[stored.Tensor] is { } at
            ? new RangeByteSource(written, at, stored.Bytes)
            : job.Source.OpenPayload(stored.Tensor);
    }

    // Writes what payloads have to be known for, and proves the output.
    private ProofLevel Finish(ConversionPlan job, WrittenPayloads payloads, TemporaryModel output, ProofContext context)
    {
        WriteBesidePayloads(job, payloads, output);
        using ModelFile written = ModelFiles.Open(output.Sources(), aim.TargetPath, job.To);
        if (aim.Options.Dtype is not null && job is TranscodePlan narrowing)
        {
            context.Losses = NarrowingLoss.Measure(narrowing, written, aim.Options, cancellation);
        }

        return job.Prove(written, payloads, context);
    }

    private PassResult WritePayloads(ConversionPlan job, TemporaryModel output)
    {
        PassWork work = PassWork.TensorHashes | PassWork.FiniteScan;
        work |= job.Source.HasFooter ? PassWork.SourceCrc32 : PassWork.None;
        work |= job.Layout.Segments.Any(segment => segment is Crc32Segment) ? PassWork.OutputCrc32 : PassWork.None;
        work |= aim.Options.Sha256 ? PassWork.SourceSha256 : PassWork.None;
        return SourcePass.Run(
            new()
            {
                Source = job.Source.Source,
                Ranges = job.Ranges,
                Tensors = job.Tensors,
                Destinations = job.Destinations(),
                Output = output,
                Work = work,
                Threads = aim.Options.Threads,
                Progress = Reporter(ConversionPhase.Writing, job.Source.Source.Length),
                MemberEnds = job.Source.MemberEnds,
            },
            cancellation);
    }

    // What stands beside the payloads is as long as all headers: it is not kept while the output is proved.
    private void WriteBesidePayloads(ConversionPlan job, WrittenPayloads payloads, TemporaryModel output)
    {
        ModelPlan plan = PlanCrc.Resolve(job.Complete(payloads), payloads.Sums);
        long position = 0;
        foreach (Segment segment in plan.Segments)
        {
            if (segment is LiteralSegment { Length: > 0 } literal)
            {
                output.Write(literal.Bytes.Span, position);
            }

            position += segment.Length;
        }

        OutputProof.EnsureBesidePayloads(new ConcatenatedByteSource(aim.TargetPath, output.Sources().Select(file => file.Source)), plan);
    }

    private void EnsureFinite(ConversionPlan job, PassResult pass)
    {
        if (aim.Options.NonFinite == NonFinitePolicy.Allow)
        {
            return;
        }

        int[] bad = [.. pass.Finite.NonFinite];
        if (bad.Length > 0)
        {
            throw FiniteReport.Error(job.Source, job.Tensors[bad[0]], pass.Finite[bad[0]], bad.Length);
        }
    }

    private Action<long>? Reporter(ConversionPhase phase, long total) =>
        progress is null ? null : done => progress.Report(new(phase, done, total));
}
