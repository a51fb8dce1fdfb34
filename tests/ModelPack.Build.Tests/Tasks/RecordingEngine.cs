using System.Collections;
using Microsoft.Build.Framework;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>An engine that writes down what a task tells it.</summary>
internal sealed class RecordingEngine : IBuildEngine8
{
    private readonly ManualResetEventSlim message = new();

    public List<BuildErrorEventArgs> Errors { get; } = [];

    public List<string> Messages { get; } = [];

    /// <summary>The messages that say what was done to a model; the others come before it is done.</summary>
    public IEnumerable<string> Outcomes =>
        Messages.Where(message => !message.Contains("quantized tensors become F32", StringComparison.Ordinal));

    public List<MessageImportance> Importance { get; } = [];

    public List<string> Calls { get; } = [];

    public bool ContinueOnError => false;

    public int LineNumberOfTaskNode => 0;

    public int ColumnNumberOfTaskNode => 0;

    public string ProjectFileOfTaskNode => "test.proj";

    public bool IsRunningMultipleNodes => false;

    public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);

    public List<BuildWarningEventArgs> Warnings { get; } = [];

    /// <summary>Codes that the project makes errors of.</summary>
    public HashSet<string> WarningsAsErrors { get; } = [];

    /// <summary>Codes of warnings that a test asks for. That an output grows, or is carried, is said in many tests that are about something
    /// else.</summary>
    public HashSet<string> Expected { get; } = [BuildErrors.Growth.Id, BuildErrors.Carried.Id, BuildErrors.Partial.Id];

    public void LogWarningEvent(BuildWarningEventArgs e)
    {
        Assert.Contains(e.Code!, Expected, $"a warning: {e.Message}");
        Warnings.Add(e);
    }

    /// <summary>Notes of conversions, which are no messages of what was done.</summary>
    public List<(string Text, MessageImportance Importance)> Notes { get; } = [];

    public void LogMessageEvent(BuildMessageEventArgs e)
    {
        if (e.Message!.Contains(": note: ", StringComparison.Ordinal))
        {
            Notes.Add((e.Message, e.Importance));
            return;
        }

        Messages.Add(e.Message!);
        Importance.Add(e.Importance);
        message.Set();
    }

    public bool WaitForMessage(TimeSpan limit) => message.Wait(limit);

    public void Yield() => Calls.Add(nameof(Yield));

    public void Reacquire() => Calls.Add(nameof(Reacquire));

    public void LogCustomEvent(CustomBuildEventArgs e) => throw new NotSupportedException();

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) =>
        throw new NotSupportedException();

    public bool BuildProjectFile(
        string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs, string toolsVersion) =>
        throw new NotSupportedException();

    public BuildEngineResult BuildProjectFilesInParallel(
        string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties, IList<string>[] removeGlobalProperties,
        string[] toolsVersion,
        bool returnTargetOutputs) => throw new NotSupportedException();

    public bool BuildProjectFilesInParallel(
        string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties, IDictionary[] targetOutputsPerProject,
        string[] toolsVersion,
        bool useResultsCache, bool unloadProjectsOnCompletion) => throw new NotSupportedException();

    public bool ShouldTreatWarningAsError(string warningCode) => WarningsAsErrors.Contains(warningCode);

    public IReadOnlyDictionary<string, string> GetGlobalProperties() => new Dictionary<string, string>();

    public bool AllowFailureWithoutError { get; set; }

    public void LogTelemetry(string eventName, IDictionary<string, string> properties) => throw new NotSupportedException();

    private readonly Dictionary<object, object> registered = [];

    public void RegisterTaskObject(object key, object obj, RegisteredTaskObjectLifetime lifetime, bool allowEarlyCollection) =>
        registered.Add(key, obj);

    public object GetRegisteredTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => registered.GetValueOrDefault(key)!;

    public object UnregisterTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => throw new NotSupportedException();
}
