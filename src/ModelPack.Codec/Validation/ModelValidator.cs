using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Validation;
using ModelPack.Validation.Checks;
using ModelPack.Validation.Facts;

namespace ModelPack;

/// <summary>Checks a model: structure, checksums, values, shapes against its own hyperparameters, tokenizer, chat template, and what lies
/// outside the tensors.</summary>
public static class ModelValidator
{
    /// <summary>Opens the file strictly, reads every payload once and reports what it finds.</summary>
    /// <param name="path">The model.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">The file is of no known format, or breaks a rule of its format.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static ValidationReport Validate(
        string path, PathScope scope = PathScope.Model, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using ModelFile file = ModelFiles.Open(path, scope);
        try
        {
            return Validate(file, progress, cancellation);
        }
        catch (ModelPackException exception) when (exception.FilePath is null)
        {
            exception.FilePath = path;
            throw;
        }
    }

    /// <summary>Reads every payload of an opened model once and reports what it finds.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ModelFormatException">A checksum of the file is wrong.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// foreach (Finding finding in ModelValidator.Validate(model).Findings)
    /// {
    ///     Console.WriteLine($"{finding.Code.Id}: {finding.Place}: {finding.Text}");
    /// }
    /// </code>
    /// </example>
    public static ValidationReport Validate(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Named(model.File, null, CancellationToken.None);
    }

    /// <summary>The same on a thread of the pool.</summary>
    /// <param name="model">The model; it has to stay open until the work is done.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">A checksum of the file is wrong.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Task<ValidationReport> ValidateAsync(
        Model model, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelFile file = model.File;
        return Task.Run(() => Named(file, progress, cancellation), cancellation);
    }

    private static ValidationReport Named(ModelFile file, IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            return Validate(file, progress, cancellation);
        }
        catch (ModelPackException exception) when (exception.FilePath is null)
        {
            exception.FilePath = file.Source.Name;
            throw;
        }
    }

    private static ValidationReport Validate(ModelFile file, IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        IReadOnlyList<TensorInfo> tensors = TensorDescriptions.Logical(file);
        long total = file.Source.Length;
        PassResult pass = SourcePass.Run(
            new()
            {
                Source = file.Source,
                Ranges = FileRange.Cover(file),
                Tensors = [.. tensors, .. file.AllTensors.Skip(file.Tensors.Count)],
                Work = PassWork.FiniteScan | PassWork.UniformScan | (file.OriginRecord is null
                    ? PassWork.None
                    : PassWork.TensorHashes),
                Footed = file.Footed,
                Progress = progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total)),
            },
            cancellation);
        OutputProof.EnsureFooter(file, pass, cancellation);

        // Before the companions are read for the checks: a vocabulary need not be in memory twice.
        FolderClaim claim = DescriptionCheck.Claim(file, tensors);
        ValidationContext context = new(file, tensors, pass, CompanionFiles.Of(file), claim) { Cancellation = cancellation };
        context.Notes.AddRange(file.PaddingNotes(cancellation));
        ModelChecks.Run(context);
        string[] notChecked = tensors.Where(tensor => !TensorWork.CanScan(tensor)).Select(tensor => tensor.Name).ToArray();
        return new(
            file.FormatDescription, tensors.Count, [.. context.Findings], [.. file.Notes, .. context.Notes], [.. notChecked])
            {
                HarmlessTemplates = [.. context.HarmlessTemplates],
            };
    }
}
