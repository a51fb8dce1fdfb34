using System.Collections.Immutable;
using ModelPack.Conversion;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Formats;
using ModelPack.Validation;
using ModelPack.Validation.Checks;
using ModelPack.Validation.Facts;

namespace ModelPack;

/// <summary>Something wrong with a model in a file that is structurally valid.</summary>
public sealed class Finding
{
    internal Finding(ErrorCode code, string place, string text, long? byteOffset = null)
    {
        Code = code;
        Place = place;
        Text = text;
        ByteOffset = byteOffset;
    }

    /// <summary>The catalogue entry.</summary>
    public ErrorCode Code { get; }

    /// <summary>The tensor or metadata key.</summary>
    public string Place { get; }

    /// <summary>One sentence with the values.</summary>
    public string Text { get; }

    /// <summary>Where it is, if it has a place.</summary>
    public long? ByteOffset { get; }

    /// <summary>For people: code, place and text.</summary>
    public override string ToString() => SafeText.Escape($"{Code.Id}: {Place}: {Text}");

    /// <summary>Whether NaN or infinity was found: what some models hold on purpose.</summary>
    internal bool IsNonFinite => Code == ProofErrors.NonFiniteTensor;
}

/// <summary>The outcome of a validation. The structure is valid, or there would have been an exception.</summary>
public sealed class ValidationReport
{
    internal ValidationReport(
        string format, int tensors, ImmutableArray<Finding> findings, ImmutableArray<Note> notes, ImmutableArray<string> notChecked)
    {
        Format = format;
        Tensors = tensors;
        Findings = findings;
        Notes = notes;
        NotChecked = notChecked;
    }

    /// <summary>One line about the container.</summary>
    public string Format { get; }

    /// <summary>Number of tensors.</summary>
    public int Tensors { get; }

    /// <summary>What is wrong; empty for a good model.</summary>
    public ImmutableArray<Finding> Findings { get; }

    /// <summary>What is odd, legal and kept.</summary>
    public ImmutableArray<Note> Notes { get; }

    /// <summary>Tensors whose type has no finite check: nothing is known about their values.</summary>
    public ImmutableArray<string> NotChecked { get; }

    /// <summary>True if nothing is wrong.</summary>
    public bool IsValid => Findings.IsEmpty;

    /// <summary>The metadata keys or companion files whose chat template was shown to be harmless: it uses only what is known to reach
    /// nothing beyond its data, and no phrase switches its text.</summary>
    internal ImmutableArray<string> HarmlessTemplates { get; init; } = [];

    /// <summary>For people: the container, and how many findings there are.</summary>
    public override string ToString() => IsValid
        ? $"{Format}: sound"
        : $"{Format}: {Findings.Length} {(Findings.Length == 1 ? "finding" : "findings")}";
}

/// <summary>Checks a model: structure, checksums, values, shapes against its own hyperparameters, tokenizer, chat template, and what lies
/// outside the tensors.</summary>
public static class ModelValidator
{
    /// <summary>Opens the file strictly, reads every payload once and reports what it finds.</summary>
    /// <param name="path">The model.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">The file breaks a rule of its format.</exception>
    public static ValidationReport Validate(
        string path, PathScope scope = PathScope.Model, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
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
                    : PassWork.TensorHashes) | (file.HasFooter ? PassWork.SourceCrc32 : PassWork.None),
                Progress = progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total)),
            },
            cancellation);
        OutputProof.EnsureFooter(file, pass, cancellation);

        // Before the companions are read for the checks: a vocabulary need not be in memory twice.
        ModelPackException? contradiction = DescriptionCheck.Contradiction(file);
        ValidationContext context = new(file, tensors, pass, CompanionFiles.Of(file), contradiction);
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
