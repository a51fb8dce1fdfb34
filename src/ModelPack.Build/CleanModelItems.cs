using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>
/// Removes what builds have written for the items <c>ModelConvert</c>, for Clean. The places come from the items of today; a list below obj
/// only says which of the files there are, since anybody can have written it.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CleanModelItems : ModelTask
{
    private static readonly string[] Formats = ["apr", "gguf", "safetensors"];

    /// <summary>The items.</summary>
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>Folder of the project, absolute.</summary>
    [Required]
    public string ProjectDirectory { get; set; } = "";

    /// <summary>Folder of the converted files, absolute.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>Name of the project: its lists of outputs begin with it.</summary>
    [Required]
    public string ListName { get; set; } = "";

    private protected override bool Run()
    {
        string outputs = Path.GetFullPath(OutputDirectory, ProjectDirectory);
        var placement = new ItemPlacement(ProjectDirectory, outputs);
        return TryDo(() =>
        {
            foreach (ITaskItem model in Models.Where(model => model.GetMetadata("OutputPath").Length > 0))
            {
                CleanOutside(model, placement);
            }

            foreach (string list in OutputList.NamesOf(outputs, ListName).ToArray())
            {
                new OutputList(outputs, list).Clear();
            }
        });
    }

    private static void CleanOutside(ITaskItem model, ItemPlacement placement)
    {
        string to = model.GetMetadata("To") is { Length: > 0 } named ? named : model.GetMetadata("Target");
        if (!Formats.Contains(to.Trim().ToLowerInvariant()))
        {
            return;
        }

        PlacedOutput place;
        try
        {
            place = placement.Of(model, to.Trim().ToLowerInvariant());
        }
        catch (ModelPackException)
        {
            // An item that no build takes has no output either; Clean has to work all the same.
            return;
        }

        if (place.OutsideList is { } list && File.Exists(list))
        {
            OutsideFiles.Delete(list, place);
        }
    }
}
