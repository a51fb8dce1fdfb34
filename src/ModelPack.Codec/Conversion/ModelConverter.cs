using System.Reflection;
using ModelPack.Architectures.Usability;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.IO.Json;
using ModelPack.IO.Names;
using ModelPack.IO.Output;
using ModelPack.Tensors.Payloads;

namespace ModelPack;

/// <summary>Converts model files and proves each conversion. The one entry point for the build and for the command line.</summary>
public static class ModelConverter
{
    /// <summary>Name and version as they stand in certificates.</summary>
    internal static string ToolName { get; } =
        $"ModelPack {typeof(ModelConverter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    /// <summary>
    /// Converts <paramref name="sourcePath"/> to <paramref name="targetPath"/>, proves it by re-reading and converting back, writes the
    /// certificate <c>TARGET.modelpack.json</c>, flushes both, and only then gives them their names. On any failure nothing appears under
    /// the final names and no temporary file is left.
    /// </summary>
    /// <param name="sourcePath">The model.</param>
    /// <param name="targetPath">The file, or the folder if it ends in a separator. A link is followed: the output takes the place of what
    /// it leads to, with the certificate beside that.</param>
    /// <param name="to">Format of the output.</param>
    /// <param name="options">What else is asked for.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="growing">
    /// Hears of <see cref="ConversionPreview.Growth"/>, if there is any, before anything is written, and before the free space is looked
    /// at. It hears of another one if payloads show that a tensor was edited after it was converted.
    /// </param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">The source breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible, not lossless, or not proved, or reading or writing
    /// failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Certificate Convert(
        string sourcePath,
        string targetPath,
        ModelFormat to,
        ConversionOptions options,
        IProgress<ConversionProgress>? progress = null,
        Action<string>? growing = null,
        CancellationToken cancellation = default) =>
            Convert(sourcePath, targetPath, to, options, NameChanges.Flushed, progress, growing, cancellation);

    /// <summary>The same, with the operations on names that are to be used.</summary>
    internal static Certificate Convert(
        string sourcePath,
        string targetPath,
        ModelFormat to,
        ConversionOptions options,
        NameChanges changes,
        IProgress<ConversionProgress>? progress = null,
        Action<string>? growing = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        string path = targetPath;
        try
        {
            TargetPaths.CheckNames(targetPath);
            targetPath = RegularFile.Follow(targetPath);
            using OutputLock place = OutputLock.Take(targetPath, changes);
            path = sourcePath;
            TargetPaths.Check(sourcePath, targetPath, options);
            using ModelFile source = ModelFiles.Open(sourcePath, options.Scope);
            path = targetPath;
            return Convert(source, to, new(place, targetPath, options, progress, growing, cancellation));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(ConversionErrors.ReadOrWriteFailed, exception.Message.TrimEnd('.'), exception) { FilePath = path };
        }
    }

    /// <summary>
    /// What a conversion with the same arguments would do: refuses what it would refuse on sight, reads headers only, writes nothing. That
    /// a tensor was edited after it was converted, or holds NaN, shows only when payloads are read.
    /// </summary>
    /// <exception cref="ModelFormatException">The source breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible, or reading failed.</exception>
    public static ConversionPreview Plan(string sourcePath, string targetPath, ModelFormat to, ConversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            TargetPaths.CheckNames(targetPath);
            targetPath = RegularFile.Follow(targetPath);
            TargetPaths.Check(sourcePath, targetPath, options);
            using ModelFile source = ModelFiles.Open(sourcePath, options.Scope);
            ConversionPlan job = IsCopy(source, targetPath, to, options) ? new CopyPlan(source)
                : (ConversionPlan?)Restore(source, targetPath, to, options, out string? edited)
                ?? Fresh(source, targetPath, to, options, edited);
            EnsureForm(job, targetPath, options);
            return ConversionPreview.Of(job, targetPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(
                ConversionErrors.ReadOrWriteFailed, exception.Message.TrimEnd('.'), exception) { FilePath = sourcePath };
        }
    }

    /// <summary>Path of the certificate that belongs to an output; beside what it leads to if it is a link.</summary>
    public static string CertificatePath(string targetPath) =>
        Path.TrimEndingDirectorySeparator(RegularFile.Follow(targetPath)) + OutputTarget.CertificateEnding;

    /// <summary>Converts an opened model; it does not look whether source and target are the same.</summary>
    internal static Certificate Convert(ModelFile source, string targetPath, ModelFormat to, ConversionOptions options)
    {
        using OutputLock place = OutputLock.Take(targetPath, NameChanges.Flushed);
        return Convert(source, to, new(place, targetPath, options, null, null, CancellationToken.None));
    }

    private static Certificate Convert(ModelFile source, ModelFormat to, ConversionRun run)
    {
        (_, string targetPath, ConversionOptions options, _, _, CancellationToken cancellation) = run;
        if (IsCopy(source, targetPath, to, options))
        {
            return Run(new CopyPlan(source), run, (_, _) => null)!;
        }

        if (Restore(source, targetPath, to, options, out string? edited) is { } restore)
        {
            Certificate? restored = Run(restore, run, (pass, written) => edited = restore.FindEdited(pass, written, cancellation));
            if (restored is not null)
            {
                return restored;
            }
        }

        TranscodePlan fresh = Fresh(source, targetPath, to, options, edited);
        Certificate? made = Run(fresh, run, (pass, written) => edited = EditedModel(fresh, pass, written, cancellation));
        return made ?? Run(Fresh(source, targetPath, to, options, edited), run, (_, _) => null)!;
    }

    // A file to a file, or the files of a set to a folder.
    private static bool IsCopy(ModelFile source, string targetPath, ModelFormat to, ConversionOptions options) =>
        source.Format == to && options is { Dtype: null, MaxShardBytes: null }
        && source.AllMembers.Count(member => !member.IsSideFile) > 1 == TemporaryModel.IsFolder(targetPath);

    // Null if the source was not made from a file of that format, as far as it tells.
    private static RestorePlan? Restore(ModelFile source, string targetPath, ModelFormat to, ConversionOptions options, out string? edited)
    {
        edited = null;
        return options is { Origin: OriginMode.Embed, MaxShardBytes: null, Dtype: null }
            && NearestAncestor.Find(
                source, to, out edited, TemporaryModel.IsFolder(targetPath) ? AncestorForm.Set : AncestorForm.Nearest) is { } ancestor
            ? new(source, ancestor)
            : null;
    }

    private static TranscodePlan Fresh(ModelFile source, string targetPath, ModelFormat to, ConversionOptions options, string? edited)
    {
        RankedNote[] notes = edited is null ? [] : [$"{edited}; its origin record was left behind and the file was converted as it is now"];
        notes = [.. notes, .. BrokenCompanions(source), .. PartAlone(source)];
        string[] names = [.. source.AllMembers.Select(member => member.Name)];

        // Within a format (split, merge) what was carried as blocks stays blocks, and what was widened stays widened.
        bool staysBlocks = source.Format == to && options.Quantized == QuantizedMode.Auto
            && source.AllTensors.Count == source.Tensors.Count;
        options = staysBlocks ? options with { Quantized = QuantizedMode.Blocks } : options;
        OutputForm form = new(
            TemporaryModel.IsFolder(targetPath) ? SideFile.StemOf(source.AllMembers[0].Name) : null, options.MaxShardBytes);
        Ancestry ancestry = edited is null && options.Origin == OriginMode.Embed ? Ancestry.Of(source) : Ancestry.Alone(source);
        notes = ancestry.Doubt is null
            ? notes
            : [$"{ancestry.Doubt}; its origin record was left behind and the file was converted as it is", .. notes];
        return new(ancestry, names, to, form, options, notes);
    }

    private static IEnumerable<RankedNote> BrokenCompanions(ModelFile source) => source.AllMembers
        .Where(member => member.Model is null)
        .Select(member => (member.Name, Problem: CompanionText.Problem(source.Source, member.Name, member.Start, member.Length)))
        .Where(companion => companion.Problem is not null)
        .Select(companion => (RankedNote)$"'{companion.Name}' {companion.Problem}; it travels byte for byte");

    private static RankedNote[] PartAlone(ModelFile source) =>
        source is GgufFile { Split: { } split } && split.LacksTensors(source.Tensors.Count)
        ? [$"'{source.AllMembers[0].Name}' is one of {split.Count} parts of a model; the others were not found, and are not in the output"]
        : [];

    // The model is that of an ancestor only as long as every payload on the way is what the records vouch for.
    private static string? EditedModel(TranscodePlan fresh, PassResult pass, WrittenPayloads? written, CancellationToken cancellation) =>
        fresh.Records
        .Select(record => EditedPayload.Find(record, fresh, pass, written, cancellation))
        .FirstOrDefault(edited => edited is not null)
        ?? (written is null ? null : EditedPayload.FindUnlike(fresh, pass, written, cancellation));

    // Returns null if what was read, or then what was made of it, makes the job pointless.
    private static Certificate? Run(ConversionPlan job, ConversionRun run, Func<PassResult, WrittenPayloads?, string?> objection)
    {
        (OutputLock place, string targetPath, ConversionOptions options, IProgress<ConversionProgress>? progress, _,
            CancellationToken cancellation) = run;
        long total = job.Source.Source.Length;
        EnsureForm(job, targetPath, options);
        JudgedMeaning meaning = job.Judge();
        if (run.Growing is { } growing && ConversionPreview.GrowthOf(job) is { } growth)
        {
            growing(growth);
        }

        FreeSpace.Ensure(targetPath, job.Layout.Length);
        using TemporaryModel output = new(place, TemporaryModel.IsFolder(targetPath), job.Layout);
        PassResult pass = WritePayloads(job, output, options, Reporter(progress, ConversionPhase.Writing, total), cancellation);
        if (objection(pass, null) is not null)
        {
            return null;
        }

        OutputProof.EnsureFooter(job.Source, pass, cancellation);
        EnsureFinite(job, pass, options);
        Action<long>? making = Reporter(progress, ConversionPhase.Making, job.Made().Sum(payload => payload.Recipe.Length));
        MadeScan? scan = options.NonFinite == NonFinitePolicy.Allow ? null : new();
        WrittenPayloads payloads = job.Written(
            pass, MadePayloads.Make(job.Source, job.Made(), Written(job, output), output, scan, making, cancellation));
        if (objection(pass, payloads) is not null)
        {
            return null;
        }

        scan?.Ensure(job.Source);
        ProofContext context = new(options, Reporter(progress, ConversionPhase.Proving, job.Layout.Length), cancellation);
        ProofLevel level = Finish(job, payloads, output, targetPath, context);
        SpentMemory.GiveBack(job.Tensors.Count);
        Certificate certificate = CertificateMaker.Make(job, meaning, pass, level, targetPath, options, context);
        output.WriteCertificate(text => CertificateJson.Write(text, certificate));
        cancellation.ThrowIfCancellationRequested();
        output.Commit(
            options.Existing == ExistingTarget.Replace ? Earlier.Replaced : Earlier.Stays,
            (folder, certificateOfIt) => ReplacedFolder.Check(targetPath, folder, certificateOfIt, options.Existing));
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
    private static ProofLevel Finish(
        ConversionPlan job, WrittenPayloads payloads, TemporaryModel output, string targetPath, ProofContext context)
    {
        WriteBesidePayloads(job, payloads, output, targetPath);
        using ModelFile written = ModelFiles.Open(output.Sources(), targetPath, job.To);
        if (context.Options.Dtype is not null && job is TranscodePlan narrowing)
        {
            context.Losses = NarrowingLoss.Measure(narrowing, written, context.Options, context.Cancellation);
        }

        return job.Prove(written, payloads, context);
    }

    private static PassResult WritePayloads(
        ConversionPlan job, TemporaryModel output, ConversionOptions options, Action<long>? progress, CancellationToken cancellation)
    {
        PassWork work = PassWork.TensorHashes | PassWork.FiniteScan;
        work |= job.Source.HasFooter ? PassWork.SourceCrc32 : PassWork.None;
        work |= job.Layout.Segments.Any(segment => segment is Crc32Segment) ? PassWork.OutputCrc32 : PassWork.None;
        work |= options.Sha256 ? PassWork.SourceSha256 : PassWork.None;
        return SourcePass.Run(
            new()
            {
                Source = job.Source.Source,
                Ranges = job.Ranges,
                Tensors = job.Tensors,
                Destinations = job.Destinations(),
                Output = output,
                Work = work,
                Threads = options.Threads,
                Progress = progress,
                MemberEnds = job.Source.MemberEnds,
            },
            cancellation);
    }

    private static void EnsureForm(ConversionPlan job, string targetPath, ConversionOptions options)
    {
        TargetPaths.CheckNames(job.Source.Source.Name, targetPath, TemporaryModel.FinalNames(targetPath, job.Layout));
        if (TemporaryModel.IsFolder(targetPath))
        {
            return;
        }

        int files = job.Layout.Files.Count(file => !SideFile.IsName(file.Name));
        string? why = files > 1
            ? $"the output consists of {files} files"
            : options.MaxShardBytes is not null ? "a limit for shards was set, and the target is a file" : null;
        if (why is not null)
        {
            throw new ModelPackException(ConversionErrors.NeedsFolder, why) { FilePath = targetPath };
        }

        EnsureOwnSideFile(job, targetPath);
    }

    // A side file beside the output is read as a part of it, and one that the output brings would be read as a part of the other model.
    private static void EnsureOwnSideFile(ConversionPlan job, string targetPath)
    {
        string side = ModelFiles.SideFilePath(targetPath);
        if ((job.Layout.Files.Length > 1 || File.Exists(side)) && SideFile.SharerOf(targetPath) is { } other)
        {
            throw new ModelPackException(
                ConversionErrors.SharedSideFile, $"the side file '{Path.GetFileName(side)}' would be that of '{other}' too")
                {
                    FilePath = targetPath,
                };
        }
    }

    // What stands beside the payloads is as long as all headers: it is not kept while the output is proved.
    private static void WriteBesidePayloads(ConversionPlan job, WrittenPayloads payloads, TemporaryModel output, string targetPath)
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

        OutputProof.EnsureBesidePayloads(new ConcatenatedByteSource(targetPath, output.Sources().Select(file => file.Source)), plan);
    }

    private static void EnsureFinite(ConversionPlan job, PassResult pass, ConversionOptions options)
    {
        if (options.NonFinite == NonFinitePolicy.Allow)
        {
            return;
        }

        int[] bad = [.. pass.Finite.NonFinite];
        if (bad.Length > 0)
        {
            throw FiniteReport.Error(job.Source, job.Tensors[bad[0]], pass.Finite[bad[0]], bad.Length);
        }
    }

    private static Action<long>? Reporter(IProgress<ConversionProgress>? progress, ConversionPhase phase, long total) =>
        progress is null ? null : done => progress.Report(new(phase, done, total));

    /// <summary>What the attempts at one conversion share.</summary>
    private sealed record ConversionRun(
        OutputLock Place, string TargetPath, ConversionOptions Options, IProgress<ConversionProgress>? Progress, Action<string>? Growing,
        CancellationToken Cancellation);
}
