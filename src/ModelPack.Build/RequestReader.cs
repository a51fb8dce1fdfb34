using Microsoft.Build.Framework;
using ModelPack.Codec.Diagnostics;

namespace ModelPack.Build;

/// <summary>Reads the metadata of an item. What is not understood is refused: an option that is ignored would be a silent loss.</summary>
internal sealed class RequestReader(string projectDirectory, string outputDirectory)
{
    private static readonly string[] Formats = ["apr", "gguf", "safetensors"];

    /// <summary>How paths are compared on this system.</summary>
    public static StringComparer PathComparer { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>Reads all items; two that have the same output are refused.</summary>
    public IReadOnlyList<ConversionRequest> ReadAll(IReadOnlyCollection<ITaskItem> items)
    {
        var requests = new List<ConversionRequest>();
        var sourceOfOutput = new Dictionary<string, string>(PathComparer);
        foreach (ITaskItem item in PartName.Heads(items, projectDirectory))
        {
            ConversionRequest request = Read(item);
            if (!sourceOfOutput.TryAdd(request.Output, request.Source))
            {
                throw Clash(sourceOfOutput[request.Output], request.Output, request.Source);
            }

            requests.Add(request);
        }

        return requests;
    }

    /// <summary>The error for two sources with one output.</summary>
    public static ModelPackException Clash(string first, string output, string second) =>
        new(BuildErrors.OutputClash, $"'{first}' and this model would both become '{output}'") { FilePath = second };

    private ConversionRequest Read(ITaskItem item)
    {
        string source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(item.ItemSpec, projectDirectory));
        if (!File.Exists(source) && !Directory.Exists(source))
        {
            throw new ModelPackException(BuildErrors.SourceMissing, $"'{item.ItemSpec}' does not exist") { FilePath = source };
        }

        string to = ReadTarget(item, source);
        string stem = Stem(RelativePath(item, source), source);
        string relative = $"{stem}.{to}";
        string outputPath = item.GetMetadata("OutputPath");
        bool isNamed = outputPath.Length > 0 && !Path.EndsInDirectorySeparator(outputPath);
        string place = outputPath.Length == 0 ? outputDirectory : Path.GetFullPath(outputPath, projectDirectory);
        string output = isNamed ? Followed(place) : Path.Combine(place, outputPath.Length == 0 ? relative : Path.GetFileName(relative));
        string folder = isNamed ? Followed(place) : Path.Combine(place, outputPath.Length == 0 ? stem : Path.GetFileName(stem));
        EnsureApart(item, source, output);
        string link = item.GetMetadata("Link");
        long? limit = ItemMetadata.Size(item, source, "MaxShardSize");
        string dtype = ItemMetadata.Choice(item, source, "Dtype", "", "bf16", "f16");
        double? epsilon = ItemMetadata.Distance(item, source, "Epsilon");
        if (epsilon is not null && dtype.Length == 0)
        {
            throw new ModelPackException(BuildErrors.Conflict, $"Epsilon is '{item.GetMetadata("Epsilon")}'; it limits what Dtype does, which is not set") { FilePath = source };
        }

        bool isFolder = limit is not null || ItemMetadata.Flag(item, source, "Folder");
        return new ConversionRequest
        {
            Source = source,
            Output = output,
            FolderOutput = folder + Path.DirectorySeparatorChar,
            Folder = isFolder ? FolderOutput.Always : FolderOutput.IfNeeded,
            OutsideList = outputPath.Length == 0 ? null : Path.Combine(outputDirectory, relative + ".modelpack.outside"),
            Link = link.Length > 0 ? link : Path.Combine(Path.GetDirectoryName(relative)!, Path.GetFileName(output)),
            FolderLink = link.Length > 0 ? link : Path.Combine(Path.GetDirectoryName(relative)!, Path.GetFileName(folder)),
            CopyToOutputDirectory = ItemMetadata.Choice(item, source, "CopyToOutputDirectory", "preservenewest", "never", "always", "ifdifferent"),
            To = to,
            Quantized = ItemMetadata.Choice(item, source, "Quantized", "auto", "blocks", "native"),
            Naming = ItemMetadata.Choice(item, source, "Naming", "native", "verbatim"),
            Dtype = dtype,
            AllowLossy = ItemMetadata.Flag(item, source, "AllowLossy"),
            Epsilon = epsilon,
            AllowNonFinite = ItemMetadata.Flag(item, source, "AllowNonFinite"),
            MaxShardBytes = limit,
            ExpectedHash = ItemMetadata.Hash(item, source, "ExpectedHash"),
            Verify = ItemMetadata.Choice<VerifyMode>(item, source, "Verify"),
        };
    }

    /// <summary>A conversion to a link writes what it leads to.</summary>
    private static string Followed(string path) => new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    /// <summary>An output among the files of its source would be one of them in the next build.</summary>
    private static void EnsureApart(ITaskItem item, string source, string output)
    {
        bool isBelow = output.StartsWith(source + Path.DirectorySeparatorChar, PathComparer == StringComparer.Ordinal ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
        if (PathComparer.Equals(output, source) || isBelow)
        {
            throw new ModelPackException(BuildErrors.OutputIsSource, $"the output of '{item.ItemSpec}' would be the model itself, or lie in its folder") { FilePath = source };
        }
    }

    /// <summary>Keeps the folder below the project, like a Content item; from elsewhere, what the wildcards matched.</summary>
    private string RelativePath(ITaskItem item, string source)
    {
        string relative = Path.GetRelativePath(projectDirectory, source);
        bool outside = relative is "." or ".." || Path.IsPathRooted(relative) || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return outside ? Path.Combine(item.GetMetadata("RecursiveDir"), Path.GetFileName(source)) : relative;
    }

    /// <summary>What the files of the model are called without their numbers and endings. The name of a folder has no ending, whatever dots it holds.</summary>
    private static string Stem(string relative, string source)
    {
        string folder = Path.GetDirectoryName(relative)!;
        string name = Path.GetFileName(relative);
        return Directory.Exists(source) ? relative : Path.Combine(folder, PartName.StemOf(name));
    }

    /// <summary>Metadata names ignore case: <c>target</c> is <c>Target</c>, which MSBuild refuses only as an attribute of an item.</summary>
    private static string ReadTarget(ITaskItem item, string source)
    {
        bool hasTo = item.GetMetadata("To").Length > 0;
        bool hasTarget = item.GetMetadata("Target").Length > 0;
        if (!hasTo && !hasTarget)
        {
            throw new ModelPackException(BuildErrors.NoTarget, "the model has no target format") { FilePath = source };
        }

        string to = ItemMetadata.Choice(item, source, hasTo ? "To" : "Target", Formats);
        return !hasTarget || ItemMetadata.Choice(item, source, "Target", Formats) == to
            ? to
            : throw new ModelPackException(
                BuildErrors.TwoTargets, $"To is '{item.GetMetadata("To")}' and target is '{item.GetMetadata("Target")}'") { FilePath = source };
    }
}
