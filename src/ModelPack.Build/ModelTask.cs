using Microsoft.Build.Framework;
using ModelPack.Diagnostics;
using Task = Microsoft.Build.Utilities.Task;

namespace ModelPack.Build;

/// <summary>What all tasks do: report errors with code, file, tensor and byte offset, leave the node to others while they work, stop when
/// cancelled.</summary>
public abstract class ModelTask : Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource cancellation = new();

    private protected ModelTask()
    {
    }

    private protected CancellationToken Cancellation => cancellation.Token;

    /// <inheritdoc/>
    public void Cancel() => cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Works on one model.</summary>
    /// <returns>What the work gives; null if an error was reported, or the build was cancelled.</returns>
    private protected T? TryWork<T>(string model, Func<T> work)
        where T : class
    {
        // While this node reads and writes a model for minutes, the engine may let it work on another project.
        var engine = BuildEngine as IBuildEngine3;
        engine?.Yield();
        try
        {
            return Try(model, work);
        }
        finally
        {
            engine?.Reacquire();
        }
    }

    /// <summary>Reads the items.</summary>
    /// <returns>Null if one of them was refused; the error is reported.</returns>
    private protected T? TryRead<T>(Func<T> read)
        where T : class => Try(BuildEngine.ProjectFileOfTaskNode, read);

    /// <summary>Does something that has no result.</summary>
    /// <returns>False if an error was reported, or the build was cancelled.</returns>
    private protected bool TryDo(Action work) => Try(BuildEngine.ProjectFileOfTaskNode, () =>
    {
        work();
        return this;
    }) is not null;

    /// <summary>Leaves out the items that say that they need not exist, and do not.</summary>
    private protected IReadOnlyCollection<ITaskItem> Present(IReadOnlyCollection<ITaskItem> models, string projectDirectory) =>
        [.. models.Where(model => !ItemMetadata.IsOptional(model) || Exists(model, projectDirectory))];

    private bool Exists(ITaskItem model, string projectDirectory)
    {
        string path = Path.GetFullPath(model.ItemSpec, projectDirectory);
        if (File.Exists(path) || Directory.Exists(path))
        {
            return true;
        }

        Say(MessageImportance.High, $"'{model.ItemSpec}' does not exist, and is optional.");
        return false;
    }

    private T? Try<T>(string file, Func<T> work)
        where T : class
    {
        try
        {
            return work();
        }
        catch (ModelPackException exception)
        {
            LogError(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogError(new ModelPackException(BuildErrors.FileAccess, exception.Message.TrimEnd('.')) { FilePath = file });
        }
        catch (OperationCanceledException)
        {
            Say(MessageImportance.High, $"The work on {file} was cancelled.");
        }

        return null;
    }

    /// <summary>Logs a message. Names of files and what a file says of itself stand in it, so it passes through the one escape.</summary>
    private protected void Say(MessageImportance importance, string text) => Log.LogMessage(importance, SafeText.Escape(text));

    /// <summary>Logs a note. What changes results is seen in every build.</summary>
    private protected void Note(NoteRank rank, string text) => Say(
        rank switch
        {
            NoteRank.ChangesResults => MessageImportance.High,
            NoteRank.MayBeMissed => MessageImportance.Normal,
            _ => MessageImportance.Low,
        },
        text);

    private protected void WarnOf(IEnumerable<ModelPackException> warnings)
    {
        foreach (ModelPackException warning in warnings)
        {
            Warn(warning);
        }
    }

    /// <summary>Warns. Where the project makes an error of the warning, it is thrown, so that nothing is converted that would be refused
    /// afterwards.</summary>
    private protected void Warn(ModelPackException warning)
    {
        if (BuildEngine is IBuildEngine8 engine && engine.ShouldTreatWarningAsError(warning.Code.Id))
        {
            throw warning;
        }

        Log.LogWarning(null, warning.Code.Id, null, null, Escaped(warning.FilePath), 0, 0, 0, 0, warning.Describe());
    }

    private protected void LogError(ModelPackException exception, int line = 0, int column = 0) =>
        Log.LogError(
            null, exception.Code.Id, null, null, Escaped(exception.FilePath), line, column, 0, 0, exception.Describe());

    // A log has a colon behind it, with which a path could be a diagnostic of its own.
    private static string? Escaped(string? path) => path is null ? null : SafeText.Escape($"{path} :")[..^2];
}
