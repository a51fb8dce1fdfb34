using System.Collections.Immutable;
using ModelPack.Conversion;
using ModelPack.Diagnostics;
using ModelPack.Formats;

namespace ModelPack.Build;

/// <summary>The build of a model about which something is not known: hashes what changed, converts if need be.</summary>
internal static class ModelUpdate
{
    public static (BuildOutcome Outcome, ModelState State) Run(
        ConversionRequest request, StateFile file, ModelState? known, BuildContext context)
    {
        ImmutableArray<FileRecord> source = SourceFiles.List(request.Source, request.Scope);
        ModelState? same = known is not null && known.IsOf(request) ? known : null;
        if (same is not null)
        {
            source = SourceFiles.Hash(request.Source, request.Scope, source, same.Source, same.Seed, context.Cancellation);
            same = SourceFiles.AreSame(source, same.Source) ? same : null;
        }

        if (request.ExpectedHash.Length > 0)
        {
            PinnedSource.Check(request.Source, request.Scope, request.ExpectedHash, context.Cancellation);
        }

        if (same is not null && same.Output.All(output => File.Exists(same.PathOf(output))) && File.Exists(same.CertificatePath))
        {
            ModelState renewed = ProvedOutput.Check(
                request, same, context.Cancellation) with { Source = source, Pinned = request.ExpectedHash };
            file.Write(renewed.Format());
            return (BuildOutcome.Rehashed, renewed);
        }

        if (context.Work == BuildWork.Check)
        {
            throw new ModelPackException(
                BuildErrors.NotBuilt, known is null ? "the model was not converted yet" : "the model has to be converted again")
            { FilePath = request.Source };
        }

        if (known is { IsFolder: true })
        {
            // It is replaced as a whole, and what is not ours must not go with it.
            ProvedOutput.CheckFolder(known);
        }

        file.Clear();
        ModelState converted = Replace(request, known, context);
        file.Write(converted.Format());
        return (BuildOutcome.Converted, converted);
    }

    private static ModelState Replace(ConversionRequest request, ModelState? old, BuildContext context)
    {
        // A file may be wanted under the very name of a folder; and a folder without its certificate could be anybody's, so the converter
        // would not replace it.
        bool isInTheWay = request.Folder == FolderOutput.IfNeeded && Directory.Exists(request.Output);
        if (old is { IsFolder: true } && (isInTheWay || !File.Exists(old.CertificatePath)))
        {
            Remove(old, request.Root, keep: []);
        }

        ModelState converted = Convert(request, old, SourceFiles.List(request.Source, request.Scope), context);
        if (old is not null)
        {
            Remove(old, request.Root, keep: [.. converted.Output.Select(converted.PathOf), converted.CertificatePath]);
        }

        return converted;
    }

    private static ModelState Convert(ConversionRequest request, ModelState? old, ImmutableArray<FileRecord> source, BuildContext context)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(request.Output)!);
        using PlannedConversion plan = Plan(request);
        (string target, ConversionPreview preview) = (plan.TargetPath, plan.Preview);
        string[] planned = [.. preview.Files.Select(planned => Path.Combine(FileRecord.FolderOf(target), planned.Name))];
        OutputFacts facts = OutputFacts.Of(preview);
        OutputWarnings.Check(request, facts, preview.SourceBytes, preview.OutputBytes, context);
        context.Claim(request, target == request.FolderOutput ? [target] : planned);
        OutsideFiles.Write(request, target, planned);
        if (old is not null && old.Target == Path.TrimEndingDirectorySeparator(target) && old.Target != target)
        {
            Remove(old, request.Root, keep: []);
        }

        Certificate proof = plan.Convert(
            growing: OutputWarnings.IsGrowth(request, preview.SourceBytes, preview.OutputBytes)
                ? null
                : growth => context.Log($"{Path.GetFileName(request.Source)} -> {target}: {growth}"),
            cancellation: context.Cancellation);
        foreach ((string note, NoteRank rank) in proof.Notes.Zip(proof.NoteRanks))
        {
            context.Note(rank, $"{Path.GetFileName(request.Source)}: note: {note}");
        }

        string certificate = ConversionRequest.CertificateOf(target);
        long seed = SeededHash.NewSeed();
        ImmutableArray<FileRecord> output = ProvedOutput.List(target, proof.Output, seed, context.Cancellation);
        OutsideFiles.Write(request, target, output.Select(file => file.In(FileRecord.FolderOf(target))));
        return new ModelState(
            ToolVersion.Text,
            request.OptionsText,
            request.Source,
            request.ExpectedHash,
            target,
            facts with { Meaning = proof.Meaning ?? facts.Meaning, Reasons = proof.Meaning is null ? facts.Reasons : proof.MeaningReasons },
            seed,
            SourceFiles.WithHashes(request.Source, request.Scope, source, proof.Source, seed, context.Cancellation),
            output,
            new(Path.GetFileName(certificate), FileStamp.Of(certificate), FileHash.SeededXxh128(certificate, seed, context.Cancellation)));
    }

    // What is restored may consist of several files, which shows when it is planned.
    private static PlannedConversion Plan(ConversionRequest request) => ModelConverter.Prepare(
        request.Source,
        request.Folder == FolderOutput.Always || Directory.Exists(request.Output) ? request.FolderOutput : request.Output,
        Format(request.To),
        Options(request),
        request.FolderOutput);

    /// <summary>Removes files of an output that is not the current one any more, and its folders unless somebody has put something else
    /// into them.</summary>
    /// <param name="old">What its state says that the output consists of; names that lead out of it are none that a state can hold.</param>
    /// <param name="root">The folder that the item or the project names: a link below it is nobody's, and is not followed.</param>
    /// <param name="keep">Files that the current output needs.</param>
    public static void Remove(ModelState old, string root, string[] keep)
    {
        foreach (string file in old.Output.Select(old.PathOf).Append(old.CertificatePath).Except(keep, SafePath.Comparer)
            .Where(file => File.Exists(file) && !SafePath.IsThroughLink(root, file)))
        {
            File.Delete(file);
        }

        if (!old.IsFolder)
        {
            return;
        }

        foreach (string folder in OutsideFiles.Subfolders(old.Target, old.Output.Select(old.PathOf)).Append(old.Target))
        {
            if (Directory.Exists(folder) && !SafePath.IsThroughLink(root, folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }

    private static ModelFormat Format(string text) =>
        ModelFormatNames.TryParse(text, out ModelFormat format) ? format : throw new ArgumentOutOfRangeException(nameof(text), text, null);

    private static ConversionOptions Options(ConversionRequest request) => new()
    {
        Scope = request.Scope,
        Quantized = Enum.Parse<QuantizedMode>(request.Quantized, ignoreCase: true),
        Naming = Enum.Parse<NamingMode>(request.Naming, ignoreCase: true),
        Dtype = request.Dtype.Length == 0 ? null : Enum.Parse<TensorType>(request.Dtype, ignoreCase: true),
        Loss = request.AllowLossy ? LossPolicy.Allow : LossPolicy.Refuse,
        Epsilon = request.Epsilon,
        Mmproj = request.Mmproj,
        NonFinite = request.AllowNonFinite ? NonFinitePolicy.Allow : NonFinitePolicy.Refuse,
        MaxShardBytes = request.MaxShardBytes,
        Origin = Enum.Parse<OriginMode>(request.Origin, ignoreCase: true),
        Threads = request.Threads,
        Sha256 = request.CertificateSha256,
        Existing = ExistingTarget.Replace,
    };
}
