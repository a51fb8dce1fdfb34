using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>Converts the items <c>ModelConvert</c> of a project. Called by ModelPack.Build.targets, which hands over absolute paths.</summary>
[MSBuildMultiThreadableTask]
public sealed class ConvertModelItems : ConversionTask
{
    /// <summary>The items.</summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>Folder of the project, absolute: several projects share the process, so there is no current directory to rely on.</summary>
    [Required]
    public string ProjectDirectory { get; set; } = "";

    /// <summary>Folder of the converted files, absolute.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>Folder that the converted files are copied to later in the build, absolute; empty where there is none.</summary>
    public string CopyDirectory { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute() => Convert(Models, new RequestReader(ProjectDirectory, OutputDirectory), CopyDirectory);
}
