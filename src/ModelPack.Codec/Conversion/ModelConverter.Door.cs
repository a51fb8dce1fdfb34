using ModelPack.Conversion;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.IO.Output;
using ModelPack.Models;

namespace ModelPack;

/// <content>What programs call. Errors of the file system come as the platform's own exceptions.</content>
public static partial class ModelConverter
{
    /// <summary>
    /// Converts a model, proves the output by reading it again and converting it back, and writes the certificate beside it
    /// (<see cref="CertificatePath"/>). Files get their names only then: if anything fails, nothing is left, and what was there stays.
    /// </summary>
    /// <param name="sourcePath">The model: a file, an index, a part of a split, or a folder.</param>
    /// <param name="targetPath">The file, or the folder if it ends in a separator. A link is followed.</param>
    /// <param name="to">Format of the output; null for that of the target's ending.</param>
    /// <param name="options">What else is asked for; null proves L3 and refuses every loss.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ArgumentException">No format is named, and the name of the target has no ending of one.</exception>
    /// <exception cref="ModelFormatException">The source breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible, not lossless, or not proved.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read or written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <example>
    /// <code>
    /// Certificate proof = ModelConverter.Convert("qwen.gguf", "qwen.apr", options: new() { Existing = ExistingTarget.Replace });
    /// Console.WriteLine(proof.Level);                            // L3: converting back gives the source, byte for byte
    /// </code>
    /// </example>
    public static Certificate Convert(
        string sourcePath, string targetPath, ModelFormat? to = null, ConversionOptions? options = null,
        IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourcePath);
        ModelFormat format = Format(targetPath, to);
        string path = targetPath;
        return Convert(
            sourcePath, targetPath, format, options ?? new(), NameChanges.Flushed, progress, null, cancellation, ref path);
    }

    /// <summary>The same on a thread of the pool.</summary>
    /// <inheritdoc cref="Convert(string, string, ModelFormat?, ConversionOptions?, IProgress{ConversionProgress}?, CancellationToken)"/>
    /// <example>
    /// <code>
    /// Certificate proof = await ModelConverter.ConvertAsync("qwen.gguf", "qwen.apr", cancellation: CancellationToken.None);
    /// </code>
    /// </example>
    public static Task<Certificate> ConvertAsync(
        string sourcePath, string targetPath, ModelFormat? to = null, ConversionOptions? options = null,
        IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourcePath);
        ModelFormat format = Format(targetPath, to);
        return Task.Run(() => Convert(sourcePath, targetPath, (ModelFormat?)format, options, progress, cancellation), cancellation);
    }

    /// <summary>Converts an opened model. The target may not be a file of the model.</summary>
    /// <param name="source">The model.</param>
    /// <param name="targetPath">The file, or the folder if it ends in a separator.</param>
    /// <param name="to">Format of the output; null for that of the target's ending.</param>
    /// <param name="options">What else is asked for; Scope has no meaning here. Null proves L3 and refuses every loss.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ArgumentException">No format is named, and the name of the target has no ending of one.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible, not lossless, or not proved.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open(await File.ReadAllBytesAsync("qwen.gguf"));
    /// ModelConverter.Convert(model, "qwen.apr", ModelFormat.Apr, new ConversionOptions { Quantized = QuantizedMode.Blocks });
    /// </code>
    /// </example>
    public static Certificate Convert(
        Model source, string targetPath, ModelFormat? to = null, ConversionOptions? options = null,
        IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ModelFormat format = Format(targetPath, to);
        TargetPaths.CheckNames(targetPath);
        string named = targetPath;
        targetPath = RegularFile.Follow(targetPath);
        using OutputLock place = OutputLock.Take(targetPath, NameChanges.Flushed);
        TargetPaths.Check(source.File, targetPath, options ?? new());
        FormatEnding.Check(named, format);
        (ConversionPlan plan, ConversionAim aim) = new ConversionAim(source.File, targetPath, format, options ?? new()).Plan();
        return new ConversionRun(place, aim, progress, null, cancellation).Convert(plan);
    }

    /// <summary>
    /// Converts from a stream to a stream. The output is written to the temporary folder, proved there, and copied to the target, which is
    /// not read back. Both streams stay open.
    /// </summary>
    /// <param name="source">The model, one file; it has to seek.</param>
    /// <param name="target">Gets the output.</param>
    /// <param name="to">Format of the output.</param>
    /// <param name="options">What else is asked for; null proves L3 and refuses every loss.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ArgumentException">The source cannot be read or cannot seek, or the target cannot be written.</exception>
    /// <exception cref="ModelFormatException">The source breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible, not lossless, not proved, or has several files.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <example>
    /// <code>
    /// using FileStream source = File.OpenRead("qwen.gguf");
    /// using FileStream target = File.Create("qwen.apr");
    /// ModelConverter.Convert(source, target, ModelFormat.Apr, new ConversionOptions { Quantized = QuantizedMode.Blocks });
    /// </code>
    /// </example>
    public static Certificate Convert(
        Stream source, Stream target, ModelFormat to, ConversionOptions? options = null, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        Defined.Ensure(to, nameof(to));
        if (!target.CanWrite)
        {
            throw new ArgumentException("the stream cannot be written", nameof(target));
        }

        // The stream is the caller's: the model that reads it is not disposed.
        ModelFile model = ModelFiles.Open(new StreamByteSource(source));
        using ScratchFolder folder = ScratchFolder.Create(Path.GetTempPath());
        string path = Path.Combine(folder.Path, $"model.{to.Extension()}");
        Certificate certificate = Convert(model, path, to, options ?? new(), progress, cancellation);
        if (certificate.Output.Parts.Length > 1)
        {
            throw new ModelPackException(ConversionErrors.OneStream, $"the output consists of {certificate.Output.Parts.Length} files");
        }

        using FileStream written = File.OpenRead(path);
        written.CopyTo(target);
        return certificate;
    }

    /// <summary>
    /// What <see cref="Convert(string, string, ModelFormat?, ConversionOptions?, IProgress{ConversionProgress}?, CancellationToken)"/> with
    /// the same arguments would do: refuses what it would refuse on sight, reads headers only, writes nothing. That a tensor was edited
    /// after it was converted, or holds NaN, shows only when payloads are read.
    /// </summary>
    /// <param name="sourcePath">The model.</param>
    /// <param name="targetPath">The file, or the folder if it ends in a separator.</param>
    /// <param name="to">Format of the output; null for that of the target's ending.</param>
    /// <param name="options">What else is asked for.</param>
    /// <exception cref="ModelFormatException">The source breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <example>
    /// <code>
    /// ConversionPreview plan = ModelConverter.Plan("qwen.gguf", "qwen.apr");
    /// Console.WriteLine($"{plan.OutputBytes} bytes, {plan.Meaning}");
    /// </code>
    /// </example>
    public static ConversionPreview Plan(
        string sourcePath, string targetPath, ModelFormat? to = null, ConversionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourcePath);
        using PlannedConversion plan = Planned(sourcePath, targetPath, Format(targetPath, to), options ?? new(), null);
        return plan.Preview;
    }

    private static ModelFormat Format(string targetPath, ModelFormat? to)
    {
        ArgumentException.ThrowIfNullOrEmpty(targetPath);
        if (to is { } format)
        {
            Defined.Ensure(format, nameof(to));
            return format;
        }

        return FormatEnding.FormatOf(targetPath)
            ?? throw new ArgumentException("the name of the target ends like no format: pass the format", nameof(to));
    }
}
