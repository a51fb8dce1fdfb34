using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.Codec.Diagnostics;
using Task = Microsoft.Build.Utilities.Task;

namespace ModelPack.Build;

/// <summary>What both conversion tasks do: convert a list of models, report errors with code, file, tensor and byte offset, stop when cancelled.</summary>
public abstract class ConversionTask : Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    private protected ConversionTask()
    {
    }

    /// <summary>The outputs, with the metadata that AssignTargetPaths and the copy targets read.</summary>
    [Output]
    public ITaskItem[] ConvertedFiles { get; private set; } = [];

    /// <summary>The certificates of the outputs, with the same metadata.</summary>
    [Output]
    public ITaskItem[] Certificates { get; private set; } = [];

    /// <inheritdoc/>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected bool Convert(IEnumerable<ITaskItem> models, RequestReader reader, string copyDirectory)
    {
        IReadOnlyList<ConversionRequest> requests;
        try
        {
            requests = reader.ReadAll(models);
        }
        catch (ModelPackException exception)
        {
            LogError(exception);
            return false;
        }

        foreach (ConversionRequest request in requests)
        {
            if (!TryBuild(request, copyDirectory))
            {
                return false;
            }
        }

        ConvertedFiles = [.. requests.Select(request => Copied(request, request.Output, request.Link))];
        Certificates = [.. requests.Select(request => Copied(request, request.Certificate, request.Link + ".modelpack.json"))];
        return true;
    }

    private protected void LogError(ModelPackException exception) =>
        Log.LogError(null, exception.Code.Id, null, null, exception.FilePath, 0, 0, 0, 0, exception.Describe());

    private bool TryBuild(ConversionRequest request, string copyDirectory)
    {
        // While this node reads and writes a model for minutes, the engine may let it work on another project.
        var engine = BuildEngine as IBuildEngine3;
        engine?.Yield();
        try
        {
            BuildOutcome outcome = ModelBuild.Run(request, copyDirectory, text => Log.LogMessage(MessageImportance.High, text), _cancellation.Token);
            Log.LogMessage(
                outcome == BuildOutcome.Converted ? MessageImportance.High : MessageImportance.Low,
                outcome switch
                {
                    BuildOutcome.Converted => $"{Path.GetFileName(request.Source)} -> {request.Output} (converted and proved)",
                    BuildOutcome.Rehashed => $"{request.Output} is up to date: the bytes of {request.Source} are the same.",
                    _ => $"{request.Output} is up to date.",
                });
            return true;
        }
        catch (ModelPackException exception)
        {
            LogError(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogError(new ModelPackException(BuildErrors.FileAccess, exception.Message.TrimEnd('.')) { FilePath = request.Output });
        }
        catch (OperationCanceledException)
        {
            Log.LogMessage(MessageImportance.High, $"The conversion of {request.Source} was cancelled.");
        }
        finally
        {
            engine?.Reacquire();
        }

        return false;
    }

    private static TaskItem Copied(ConversionRequest request, string path, string link)
    {
        var item = new TaskItem(path);
        item.SetMetadata("Link", link);
        item.SetMetadata("TargetPath", link);
        item.SetMetadata("CopyToOutputDirectory", request.CopyToOutputDirectory switch
        {
            "never" => "Never",
            "always" => "Always",
            "ifdifferent" => "IfDifferent",
            _ => "PreserveNewest",
        });
        item.SetMetadata("Visible", "false");
        item.SetMetadata("ModelPackSource", request.Source);
        return item;
    }
}
