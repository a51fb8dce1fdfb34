namespace ModelPack.Diagnostics.Logs;

/// <summary>The service that runs a build or the tool, and reads its log.</summary>
internal enum LogService
{
    /// <summary>None that is known: a person, or a service without annotations.</summary>
    None,

    /// <summary>GitHub Actions reads lines that begin with <c>::</c>.</summary>
    GitHubActions,

    /// <summary>Azure Pipelines reads lines that hold <c>##vso[</c>.</summary>
    AzurePipelines,
}
