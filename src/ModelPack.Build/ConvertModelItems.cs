using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>Converts the items <c>ModelConvert</c> of a project. Called by ModelPack.Build.targets, which hands over absolute
/// paths.</summary>
[MSBuildMultiThreadableTask]
public sealed class ConvertModelItems : ConversionTask
{
    /// <summary>The items.</summary>
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>Folder of the project, absolute: several projects share the process, so there is no current directory to rely on.</summary>
    [Required]
    public string ProjectDirectory { get; set; } = "";

    /// <summary>Folder of the converted files, absolute.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>Folder that the converted files are copied to later in the build, absolute; empty where there is none.</summary>
    public string CopyDirectory { get; set; } = "";

    /// <summary>Name of the list of the project's outputs; another one for each target framework.</summary>
    public string ListName { get; set; } = "";

    /// <summary>True if nothing may be converted: an output that is missing or old is an error.</summary>
    public bool NoBuild { get; set; }

    /// <summary>Outputs that the build which all frameworks share has just made, warnings included.</summary>
    public ITaskItem[] Reported { get; set; } = [];

    private protected override bool Run()
    {
        Places = new("ModelConvert", Models, ProjectDirectory);
        string outputs = Path.GetFullPath(OutputDirectory, ProjectDirectory);
        return Convert(
            Models,
            new RequestReader(ProjectDirectory, outputs),
            new ConversionSetting(
                ProjectDirectory,
                CopyDirectory.Length == 0 ? "" : Path.GetFullPath(CopyDirectory, ProjectDirectory),
                NoBuild ? BuildWork.Check : BuildWork.Convert,
                ListName.Length == 0 || NoBuild ? null : new(outputs, ListName),
                Reported));
    }
}
