using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>Reads the metadata of an item. What is not understood is refused: an option that is ignored would be a silent loss.</summary>
internal sealed class RequestReader(string projectDirectory, string outputDirectory)
{
    private static readonly string[] Formats = ["apr", "gguf", "safetensors"];

    private readonly ItemPlacement placement = new(projectDirectory, outputDirectory);

    /// <summary>Reads all items; two that have the same output are refused.</summary>
    /// <param name="items">The items.</param>
    /// <param name="say">Hears which items are companions of others.</param>
    public IReadOnlyList<ConversionRequest> ReadAll(IReadOnlyCollection<ITaskItem> items, Action<string> say)
    {
        var requests = new List<ConversionRequest>();
        var sourceOfOutput = new Dictionary<string, string>(SafePath.Comparer);
        foreach (ITaskItem item in PartName.Heads(items, projectDirectory, say))
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

    public string SourceOf(ITaskItem item) => placement.SourceOf(item);

    private ConversionRequest Read(ITaskItem item)
    {
        string source = placement.SourceOf(item);
        if (!File.Exists(source) && !Directory.Exists(source))
        {
            throw new ModelPackException(BuildErrors.SourceMissing, $"'{item.ItemSpec}' does not exist") { FilePath = source };
        }

        string to = ReadTarget(item, source);
        PlacedOutput place = placement.Of(item, to);
        EnsureApart(item, source, place.Output);
        long? limit = ItemMetadata.Size(item, source, "MaxShardSize");
        string dtype = ItemMetadata.Choice(item, source, "Dtype", "", "bf16", "f16");
        double? epsilon = ItemMetadata.Distance(item, source, "Epsilon");
        if (epsilon is not null && dtype.Length == 0)
        {
            throw new ModelPackException(
                BuildErrors.Conflict, $"Epsilon is '{item.GetMetadata("Epsilon")}'; it limits what Dtype does, which is not set")
                {
                    FilePath = source,
                };
        }

        bool isFolder = limit is not null || ItemMetadata.Flag(item, source, "Folder");
        return new ConversionRequest
        {
            Source = source,
            Scope = ItemMetadata.Scope(item, source),
            Output = place.Output,
            FolderOutput = place.FolderOutput,
            Root = place.Root,
            Folder = isFolder ? FolderOutput.Always : FolderOutput.IfNeeded,
            OutsideList = place.OutsideList,
            Link = place.Link,
            FolderLink = place.FolderLink,
            CopyToOutputDirectory = ItemMetadata.Choice(
                item, source, "CopyToOutputDirectory", "preservenewest", "never", "always", "ifdifferent"),
            To = to,
            Quantized = ItemMetadata.Choice(item, source, "Quantized", "auto", "blocks", "native"),
            SaysQuantized = item.GetMetadata("Quantized").Trim().Length > 0,
            Naming = ItemMetadata.Choice(item, source, "Naming", "native", "verbatim"),
            Mmproj = ItemMetadata.Flag(item, source, "Mmproj"),
            Origin = ItemMetadata.Choice(item, source, "Origin", "embed", "none"),
            Threads = ItemMetadata.Count(item, source, "Threads", largest: 1024),
            CertificateSha256 = ItemMetadata.Flag(item, source, "CertificateSha256"),
            CopiesSideFile = ItemMetadata.Choice(item, source, "SideFile", "include", "exclude") == "include",
            RequireUsable = ItemMetadata.Flag(item, source, "RequireUsable"),
            Dtype = dtype,
            AllowLossy = ItemMetadata.Flag(item, source, "AllowLossy"),
            Epsilon = epsilon,
            AllowNonFinite = ItemMetadata.Flag(item, source, "AllowNonFinite"),
            MaxShardBytes = limit,
            ExpectedHash = ItemMetadata.Hash(item, source, "ExpectedHash"),
            Verify = ItemMetadata.Choice<VerifyMode>(item, source, "Verify"),
            PassedOn = KnownMetadata.PassedOn(item),
        };
    }

    /// <summary>An output among the files of its source would be one of them in the next build.</summary>
    private static void EnsureApart(ITaskItem item, string source, string output)
    {
        if (SafePath.Comparer.Equals(output, source) || SafePath.IsIn(source, output))
        {
            throw new ModelPackException(
                BuildErrors.OutputIsSource, $"the output of '{item.ItemSpec}' would be the model itself, or lie in its folder")
                {
                    FilePath = source,
                };
        }
    }

    /// <summary>Metadata names ignore case: <c>target</c> is <c>Target</c>, which MSBuild refuses only as an attribute of an
    /// item.</summary>
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
                BuildErrors.TwoTargets, $"To is '{item.GetMetadata("To")}' and target is '{item.GetMetadata("Target")}'")
                {
                    FilePath = source,
                };
    }
}
