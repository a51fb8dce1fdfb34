using Microsoft.Build.Framework;
using ModelPack.Diagnostics;
using ModelPack.Diagnostics.Logs;
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

    // What the log of the build has to say of this task.
    private readonly List<SarifResult> results = [];

    // The model that is worked on, while one is.
    private string? working;

    /// <summary>The service that reads the log of this build: GitHubActions, AzurePipelines, or nothing. For these, errors and warnings
    /// name the line of the item.</summary>
    public string? LogService { get; set; }

    /// <summary>A file, absolute, that errors and warnings are written to as SARIF 2.1.0; empty where none is wanted.</summary>
    public string? Sarif { get; set; }

    private protected CancellationToken Cancellation => cancellation.Token;

    /// <summary>Where the items stand.</summary>
    private protected ItemPlaces Places { get; set; } = ItemPlaces.None;

    /// <inheritdoc/>
    public sealed override bool Execute()
    {
        bool done = Run();
        return (string.IsNullOrEmpty(Sarif) || TryDo(() => FindingLog.Write((IBuildEngine4)BuildEngine, Sarif, results))) && done;
    }

    private protected abstract bool Run();

    /// <inheritdoc/>
    public void Cancel() => cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Works on one model.</summary>
    /// <param name="model">The file that an error names if it names no other.</param>
    /// <param name="work">The work.</param>
    /// <param name="source">The model as its item includes it, if that is another.</param>
    /// <returns>What the work gives; null if an error was reported, or the build was cancelled.</returns>
    private protected T? TryWork<T>(string model, Func<T> work, string? source = null)
        where T : class
    {
        // While this node reads and writes a model for minutes, the engine may let it work on another project.
        var engine = BuildEngine as IBuildEngine3;
        engine?.Yield();
        working = source ?? (model.Length > 0 ? model : null);
        try
        {
            return Try(model, work);
        }
        finally
        {
            working = null;
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

    /// <summary>Works on each item that is there, whatever the others give: one build tells everything that is wrong.</summary>
    /// <param name="known">What such items can say.</param>
    /// <param name="items">The items.</param>
    /// <param name="reported">Items whose slips were told already.</param>
    /// <param name="projectDirectory">Folder of the project, absolute.</param>
    /// <param name="read">Reads what the items say.</param>
    /// <param name="isSound">Does the work, and tells what is wrong.</param>
    private protected bool RunEach<T>(
        KnownMetadata known, ITaskItem[] items, ITaskItem[] reported, string projectDirectory,
        Func<IReadOnlyCollection<ITaskItem>, IReadOnlyList<T>> read, Func<T, bool> isSound)
    {
        Places = new(known.Item, items, projectDirectory);
        IReadOnlyCollection<ITaskItem>? present = TryRead(() => Present(items, projectDirectory));
        HashSet<string> told = [.. reported.Select(item => item.ItemSpec)];
        return present is not null
            && TryDo(() => WarnOf(known.Warnings(present.Where(item => !told.Contains(item.ItemSpec)))))
            && TryRead(() => read(present)) is { } requests
            && requests.Aggregate(true, (sound, request) => isSound(request) && sound);
    }

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

        (string? file, int line, int column, string text) = Placed(warning, 0, 0);
        Log.LogWarning(null, warning.Code.Id, null, null, Escaped(Shown(file)), line, column, 0, 0, text);
        Annotate("warning", warning.Code.Id, file, line, text);
        results.Add(ResultOf(warning) with { IsWarning = true });
    }

    private protected void LogError(ModelPackException exception, int line = 0, int column = 0)
    {
        (string? file, line, column, string text) = Placed(exception, line, column);
        Log.LogError(null, exception.Code.Id, null, null, Escaped(Shown(file)), line, column, 0, 0, text);
        Annotate("error", exception.Code.Id, file, line, text);
        results.Add(ResultOf(exception));
    }

    /// <summary>What is said, and where. The services' forms ask for a line: the item's, where it is known, else the first.</summary>
    private (string? File, int Line, int Column, string Text) Placed(ModelPackException exception, int line, int column) =>
        string.IsNullOrEmpty(LogService) || line > 0 ? (exception.FilePath, line, column, exception.Describe())
        : exception is ItemWarning { Item: { } item } && Places.Of(item) is { } element
            ? (element.File, element.Line, element.Column, exception.Describe())
        : (working ?? exception.FilePath) is { } model && Places.Of(model) is { } place
            ? (place.File, place.Line, place.Column, $"{SafeText.Escape($"{exception.FilePath ?? model}:")} {exception.Describe()}")
            : (exception.FilePath, 1, 0, exception.Describe());

    private string? Shown(string? file) =>
        file is null || LogService != nameof(Diagnostics.Logs.LogService.GitHubActions) ? file : Places.Named(file);

    // GitHub's problem matcher reads the error itself. Azure has none, and reads a line of its own.
    private void Annotate(string type, string code, string? file, int line, string text)
    {
        if (LogService == nameof(Diagnostics.Logs.LogService.AzurePipelines))
        {
            Log.LogMessage(MessageImportance.High, AzureIssue.Line(type, file, line, code, text));
        }
    }

    private SarifResult ResultOf(ModelPackException exception) => SarifResult.Of(exception, working ?? BuildEngine.ProjectFileOfTaskNode);

    // A log has a colon behind it, with which a path could be a diagnostic of its own.
    private static string? Escaped(string? path) => path is null ? null : SafeText.Escape($"{path} :")[..^2];
}
