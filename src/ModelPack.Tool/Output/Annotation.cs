using ModelPack.Diagnostics;
using ModelPack.Diagnostics.Logs;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Output;

/// <summary>A failure as a CI service shows it beside the run. What comes from files is escaped twice: so that it forges no command of a
/// log (<see cref="SafeText"/>), and so that it ends no field of this one.</summary>
internal static class Annotation
{
    /// <summary>The service that this process runs in: each sets a variable.</summary>
    public static LogService CurrentService() =>
        Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true" ? LogService.GitHubActions
        : string.Equals(Environment.GetEnvironmentVariable("TF_BUILD"), "true", StringComparison.OrdinalIgnoreCase)
            ? LogService.AzurePipelines
            : LogService.None;

    /// <summary>The line to print beside the message, or null where nobody reads one.</summary>
    public static string? Of(Failure failure, LogService service) => service switch
    {
        LogService.GitHubActions => GitHub(failure),
        LogService.AzurePipelines => AzureIssue.Line("error", failure.File, 1, failure.Code, failure.Description),
        _ => null,
    };

    /// <summary>The message in the form that the problem matcher of setup-dotnet takes: a file, a line, a project. A model has no lines, so
    /// the line is the first; the tool stands for the project.</summary>
    public static string Matched(Failure failure) =>
        $"{SafeText.Escape($"{failure.File ?? "modelpack"}(1):")} error {failure.Code}: {failure.Description} [modelpack]";

    private static string GitHub(Failure failure)
    {
        string file = failure.File is null ? "" : $"file={GitHubProperty(failure.File)},line=1,";
        return $"::error {file}title={GitHubProperty(failure.Code)}::{GitHubText(failure.Description)}";
    }

    // The runner's own escapes: %, line ends, and in a property what separates properties.
    private static string GitHubText(string text) => SafeText.Escape(text).Replace("%", "%25", StringComparison.Ordinal);

    private static string GitHubProperty(string text) => GitHubText(text)
        .Replace(":", "%3A", StringComparison.Ordinal)
        .Replace(",", "%2C", StringComparison.Ordinal);
}
