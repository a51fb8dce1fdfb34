using System.Security.Cryptography;
using System.Text;
using Microsoft.Build.Framework;
using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>Where the output of an item goes, as its metadata say: nothing is read for it, and nothing has to exist.</summary>
/// <param name="Output">The output, if it is a file.</param>
/// <param name="FolderOutput">The output, if it is a folder; ends in a separator.</param>
/// <param name="Link">Place of the copy, relative to the output folder of the project.</param>
/// <param name="FolderLink">Place of the copy of a folder.</param>
/// <param name="Root">The folder that the output lies in by the word of the project or the item: that of all outputs, or that of
/// <c>OutputPath</c>.</param>
/// <param name="OutsideList">Where Clean looks for what lies outside the folder of outputs; null if the output lies within.</param>
internal sealed record PlacedOutput(string Output, string FolderOutput, string Link, string FolderLink, string Root, string? OutsideList)
{
    /// <summary>True for a file that the output may consist of, or that stands beside it: nothing else is ever deleted for the
    /// item.</summary>
    public bool May(string file) =>
        (SafePath.IsIn(FolderOutput, file) && !SafePath.IsThroughLink(Root, file))
        || new[] { Output, ModelFiles.SideFilePath(Output), ConversionRequest.CertificateOf(Output),
            ConversionRequest.CertificateOf(FolderOutput), ConversionRequest.StateOf(Output) }
            .Contains(file, SafePath.Comparer);
}

/// <summary>Places outputs: below the folder of outputs like the source lies below the project, or where <c>Link</c> says; or where
/// <c>OutputPath</c> says.</summary>
internal sealed class ItemPlacement(string projectDirectory, string outputDirectory)
{
    /// <summary>Full and normalised, so that <c>obj//Debug</c> and <c>obj/Debug</c> are one place.</summary>
    public string OutputDirectory { get; } = Path.GetFullPath(outputDirectory, projectDirectory);

    public string SourceOf(ITaskItem item) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(item.ItemSpec, projectDirectory));

    /// <exception cref="ModelPackException">Link leads out of the output folder.</exception>
    public PlacedOutput Of(ITaskItem item, string to)
    {
        string source = SourceOf(item);
        string link = ItemMetadata.PlaceBelow(item, source, "Link");
        string stem = Stem(RelativePath(item, source), source, ItemMetadata.Scope(item, source) == PathScope.FileAlone);
        if (ItemMetadata.Flag(item, source, "Mmproj"))
        {
            // Two items of one folder, for the language model and for the part that sees, have two outputs; llama.cpp looks for this name.
            stem = Path.Combine(Path.GetDirectoryName(stem)!, "mmproj-" + Path.GetFileName(stem));
        }

        string relative = $"{stem}.{to}";
        if (link.Length > 0 && Path.EndsInDirectorySeparator(link))
        {
            (stem, relative) = (Path.Combine(link, Path.GetFileName(stem)), Path.Combine(link, Path.GetFileName(relative)));
            link = "";
        }

        string outputPath = SafePath.WithSeparators(item.GetMetadata("OutputPath"));
        string place = outputPath.Length == 0 ? OutputDirectory : Path.GetFullPath(outputPath, projectDirectory);
        bool isNamed = outputPath.Length > 0 && !Path.EndsInDirectorySeparator(outputPath);
        string output = isNamed ? Followed(place)
            : outputPath.Length > 0 ? Path.Combine(place, Path.GetFileName(relative))
            : Path.GetFullPath(link.Length > 0 ? link : relative, place);
        string folder = isNamed ? Followed(place)
            : outputPath.Length > 0 ? Path.Combine(place, Path.GetFileName(stem))
            : Path.GetFullPath(link.Length > 0 ? link : stem, place);
        return new(
            output,
            folder + Path.DirectorySeparatorChar,
            link.Length > 0 ? link : Path.Combine(Path.GetDirectoryName(relative)!, Path.GetFileName(output)),
            link.Length > 0 ? link : Path.Combine(Path.GetDirectoryName(relative)!, Path.GetFileName(folder)),
            outputPath.Length == 0 ? OutputDirectory : Path.GetDirectoryName(output)!,
            outputPath.Length == 0 ? null : Path.Combine(OutputDirectory, $"{Path.GetFileName(output)}.{Key(output)}.modelpack.outside"));
    }

    /// <summary>A conversion to a link writes what it leads to.</summary>
    private static string Followed(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    /// <summary>Tells outputs of one name apart.</summary>
    private static string Key(string output) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(output)).AsSpan(0, 4));

    /// <summary>Keeps the folder below the project, like a Content item; from elsewhere, <c>LinkBase</c> and what the wildcards
    /// matched.</summary>
    private string RelativePath(ITaskItem item, string source)
    {
        string relative = Path.GetRelativePath(projectDirectory, source);
        bool outside = relative is "." or ".." || Path.IsPathRooted(relative)
            || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return outside
            ? Path.Combine(ItemMetadata.PlaceBelow(item, source, "LinkBase"), item.GetMetadata("RecursiveDir"), Path.GetFileName(source))
            : relative;
    }

    /// <summary>What the files of the model are called without their numbers and endings. The name of a folder has no ending, whatever dots
    /// it holds.</summary>
    private static string Stem(string relative, string source, bool isAlone)
    {
        string folder = Path.GetDirectoryName(relative)!;
        string name = Path.GetFileName(relative);
        return Directory.Exists(source)
            ? relative
            : Path.Combine(folder, isAlone ? Path.GetFileNameWithoutExtension(name) : PartName.StemOf(name));
    }
}
