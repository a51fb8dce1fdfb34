using ModelPack.Formats;
using ModelPack.IO.Output;
using ModelPack.Models.Building;

namespace ModelPack.Models;

/// <summary>The format that the ending of a name says.</summary>
internal static class FormatEnding
{
    /// <summary>The format that a name says; null if it says none.</summary>
    public static ModelFormat? FormatOf(string path) =>
        ModelFormatNames.TryParse(Path.GetExtension(path), out ModelFormat format) ? format : null;

    /// <summary>A name that says another format would mislead every program that goes by it.</summary>
    /// <exception cref="ModelPackException">The ending is that of another format.</exception>
    public static void Check(string path, ModelFormat format)
    {
        if (!TemporaryModel.IsFolder(path) && FormatOf(path) is { } said && said != format)
        {
            throw new ModelPackException(
                BuildingErrors.OtherEnding,
                $"'{Path.GetFileName(path)}' ends like {said.Name()}, and the output would be {format.Name()}") { FilePath = path };
        }
    }
}
