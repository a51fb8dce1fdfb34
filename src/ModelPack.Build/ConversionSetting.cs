using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>What a conversion task was told beside the models.</summary>
/// <param name="ProjectDirectory">Folder of the project.</param>
/// <param name="CopyDirectory">Folder that outputs are copied to later in the build; empty where there is none.</param>
/// <param name="Work">Whether a model may be converted.</param>
/// <param name="Outputs">The list of the project's outputs; null for a task that people call themselves, which may be one of many.</param>
/// <param name="Reported">Outputs that another build of the project has just made, warnings included.</param>
internal sealed record ConversionSetting(
    string ProjectDirectory, string CopyDirectory, BuildWork Work, OutputList? Outputs, IReadOnlyCollection<ITaskItem> Reported)
{
    private readonly HashSet<string> reported = new(Reported.Select(item => item.GetMetadata(OutputItem.Source)), SafePath.Comparer);

    /// <summary>True if the warnings of a model were given already, by the build that all target frameworks share.</summary>
    public bool IsReported(string source) => reported.Contains(source);

    /// <summary>Removes what items of the last build have left that are items no more.</summary>
    public void RemoveOldOutputs(IReadOnlyCollection<ConversionRequest> requests, Action<ModelPackException> warn) =>
        Outputs?.Renew(requests, warn);
}
