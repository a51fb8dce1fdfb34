using System.Xml;
using System.Xml.Linq;
using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>A line of a project file.</summary>
internal sealed record ItemPlace(string File, int Line, int Column);

/// <summary>Where the items of a task stand in the project files: services that show errors beside a change need a line, which a model does
/// not have.</summary>
internal sealed class ItemPlaces(string itemType, IReadOnlyCollection<ITaskItem> items, string projectDirectory)
{
    public static ItemPlaces None { get; } = new("", [], "");

    /// <summary>A file beside the project by its name. The engine leaves out the project in brackets where an error is one of the project
    /// file itself, and GitHub's problem matcher asks for it; a name is relative to it.</summary>
    public string Named(string file) => projectDirectory.Length > 0
        && SafePath.Comparer.Equals(Path.GetDirectoryName(file), Path.TrimEndingDirectorySeparator(projectDirectory))
            ? Path.GetFileName(file)
            : file;

    /// <summary>The element that includes the model, or a model that the file is a part of; null where it is not known.</summary>
    public ItemPlace? Of(string path) => items
        .Where(item => IsPartOf(path, Path.TrimEndingDirectorySeparator(Path.GetFullPath(item.ItemSpec, projectDirectory))))
        .Select(item => Of(item))
        .FirstOrDefault(place => place is not null);

    private static bool IsPartOf(string path, string model) => SafePath.Comparer.Equals(path, model)
        || (path.Length > model.Length && SafePath.Comparer.Equals(path[..model.Length], model)
            && path[model.Length] is var next && (next == Path.DirectorySeparatorChar || next == Path.AltDirectorySeparatorChar));

    /// <summary>The element that includes the item; null where it is not known.</summary>
    public ItemPlace? Of(ITaskItem item)
    {
        string file = item.GetMetadata("DefiningProjectFullPath");
        try
        {
            return file.Length == 0 ? null
                : ItemPatterns.ElementsOf(XDocument.Load(file, LoadOptions.SetLineInfo), itemType)
                    .Where(element => ItemPatterns.Includes(element, item.ItemSpec))
                    .Select(element => (IXmlLineInfo)element)
                    .Select(place => new ItemPlace(file, place.LineNumber, place.LinePosition))
                    .FirstOrDefault();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or XmlException)
        {
            return null;
        }
    }
}
