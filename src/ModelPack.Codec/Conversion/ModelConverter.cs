using System.Reflection;
using ModelPack.Conversion;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.IO.Output;
using ModelPack.Models;

namespace ModelPack;

/// <summary>Converts model files and proves each conversion. The one entry point for the build and for the command line.</summary>
public static partial class ModelConverter
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
    internal static Certificate Convert(
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
        string path = targetPath;
        try
        {
            return Convert(sourcePath, targetPath, to, options, changes, progress, growing, cancellation, ref path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(ConversionErrors.ReadOrWriteFailed, exception.Message.TrimEnd('.'), exception) { FilePath = path };
        }
    }

    // The path is the one that is worked on when an operation of the system fails.
    private static Certificate Convert(
        string sourcePath, string targetPath, ModelFormat to, ConversionOptions options, NameChanges changes,
        IProgress<ConversionProgress>? progress, Action<string>? growing, CancellationToken cancellation, ref string path)
    {
        ArgumentNullException.ThrowIfNull(options);
        TargetPaths.CheckNames(targetPath);
        string named = targetPath;
        targetPath = RegularFile.Follow(targetPath);
        using OutputLock place = OutputLock.Take(targetPath, changes);
        path = sourcePath;
        TargetPaths.Check(sourcePath, targetPath, options);
        FormatEnding.Check(named, to);
        using ModelFile source = ModelFiles.Open(sourcePath, options.Scope);
        path = targetPath;
        (ConversionPlan plan, ConversionAim aim) = new ConversionAim(source, targetPath, to, options).Plan();
        return new ConversionRun(place, aim, progress, growing, cancellation).Convert(plan);
    }

    /// <summary>
    /// What a conversion with the same arguments would do: refuses what it would refuse on sight, reads headers only, writes nothing. That
    /// a tensor was edited after it was converted, or holds NaN, shows only when payloads are read.
    /// </summary>
    /// <exception cref="ModelFormatException">The source breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible, or reading failed.</exception>
    internal static ConversionPreview Plan(string sourcePath, string targetPath, ModelFormat to, ConversionOptions options)
    {
        using PlannedConversion plan = Prepare(sourcePath, targetPath, to, options);
        return plan.Preview;
    }

    /// <summary>Plans a conversion, to be looked at and then to be run: the plan is made once. Refuses what <c>Plan</c>
    /// refuses.</summary>
    /// <param name="sourcePath">The model.</param>
    /// <param name="targetPath">The file, or the folder if it ends in a separator.</param>
    /// <param name="to">Format of the output.</param>
    /// <param name="options">What else is asked for.</param>
    /// <param name="folderPath">The folder to write if the output consists of several files; null if such an output is not wanted.</param>
    /// <exception cref="ModelFormatException">The source breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible, or reading failed.</exception>
    internal static PlannedConversion Prepare(
        string sourcePath, string targetPath, ModelFormat to, ConversionOptions options, string? folderPath = null)
    {
        try
        {
            return Planned(sourcePath, targetPath, to, options, folderPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(
                ConversionErrors.ReadOrWriteFailed, exception.Message.TrimEnd('.'), exception) { FilePath = sourcePath };
        }
    }

    private static PlannedConversion Planned(
        string sourcePath, string targetPath, ModelFormat to, ConversionOptions options, string? folderPath)
    {
        ArgumentNullException.ThrowIfNull(options);
        string place = TargetPaths.Follow(sourcePath, targetPath, options);
        FormatEnding.Check(targetPath, to);
        ModelFile source = ModelFiles.Open(sourcePath, options.Scope);
        try
        {
            (ConversionPlan plan, ConversionAim aim) = new ConversionAim(source, place, to, options).Plan(
                folderPath is null ? null : () => TargetPaths.Follow(sourcePath, folderPath, options));
            TargetPaths.CheckForm(plan, aim.TargetPath, options);
            return new(sourcePath, aim.TargetPath == place ? targetPath : folderPath!, aim, plan);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Runs what was planned.</summary>
    internal static Certificate Convert(
        string sourcePath, ConversionAim aim, ConversionPlan plan, IProgress<ConversionProgress>? progress, Action<string>? growing,
        CancellationToken cancellation)
    {
        string path = aim.TargetPath;
        try
        {
            using OutputLock place = OutputLock.Take(aim.TargetPath, NameChanges.Flushed);
            path = sourcePath;
            TargetPaths.Check(sourcePath, aim.TargetPath, aim.Options);
            path = aim.TargetPath;
            return new ConversionRun(place, aim, progress, growing, cancellation).Convert(plan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(ConversionErrors.ReadOrWriteFailed, exception.Message.TrimEnd('.'), exception) { FilePath = path };
        }
    }

    /// <summary>Path of the certificate that belongs to an output; beside what it leads to if it is a link.</summary>
    public static string CertificatePath(string targetPath) =>
        Path.TrimEndingDirectorySeparator(RegularFile.Follow(targetPath)) + MemberName.CertificateEnding;

    /// <summary>Converts an opened model; it does not look whether source and target are the same.</summary>
    internal static Certificate Convert(
        ModelFile source, string targetPath, ModelFormat to, ConversionOptions options, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using OutputLock place = OutputLock.Take(targetPath, NameChanges.Flushed);
        (ConversionPlan plan, ConversionAim aim) = new ConversionAim(source, targetPath, to, options).Plan();
        return new ConversionRun(place, aim, progress, null, cancellation).Convert(plan);
    }
}
