
namespace ModelPack.Conversion;

/// <summary>
/// A conversion that is planned, to be looked at and to be run once. It keeps the source open until it is disposed of. For one thread at a
/// time.
/// </summary>
internal sealed class PlannedConversion : IDisposable
{
    private readonly string sourcePath;
    private readonly ConversionAim aim;
    private ConversionPlan? plan;

    internal PlannedConversion(string sourcePath, string targetPath, ConversionAim aim, ConversionPlan plan)
    {
        (this.sourcePath, TargetPath, this.aim, this.plan) = (sourcePath, targetPath, aim, plan);
        Preview = ConversionPreview.Of(plan, aim.TargetPath);
    }

    /// <summary>What would be done.</summary>
    public ConversionPreview Preview { get; }

    /// <summary>The path that was given for the output: that of a file, or that of a folder if it ends in a separator.</summary>
    public string TargetPath { get; }

    /// <summary>Runs the conversion and proves it, as <c>ModelConverter.Convert</c> does.</summary>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="growing">Hears of <see cref="ConversionPreview.Growth"/>, if there is any, before anything is written.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidOperationException">It was run already.</exception>
    /// <exception cref="ModelPackException">The conversion is not possible any more, not lossless, or not proved, or reading or writing
    /// failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Certificate Convert(
        IProgress<ConversionProgress>? progress = null, Action<string>? growing = null, CancellationToken cancellation = default)
    {
        ConversionPlan once = plan ?? throw new InvalidOperationException("a planned conversion is run once");
        plan = null;
        return ModelConverter.Convert(sourcePath, aim, once, progress, growing, cancellation);
    }

    /// <summary>Closes the source.</summary>
    public void Dispose() => aim.Source.Dispose();
}
