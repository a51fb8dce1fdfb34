using Microsoft.Build.Framework;
using ModelPack.Diagnostics;

namespace ModelPack.Build;

/// <summary>
/// The metadata that mean something on an item. A name that is nearly one of them is a slip, and said to be one: <c>Quantised="blocks"</c>
/// would otherwise widen a model of five gigabytes to twenty. Any other name is somebody else's, and goes on to the items of the outputs.
/// </summary>
internal sealed class KnownMetadata
{
    public static KnownMetadata ModelConvert { get; } = new("ModelConvert",
    [
        "To", "Target", "Quantized", "Naming", "Mmproj", "Origin", "Dtype", "AllowLossy", "Epsilon", "AllowNonFinite", "Threads",
        "ExpectedHash", "CertificateSha256", "MaxShardSize", "Folder",
        "Verify", "RequireUsable", "SideFile", "Alone", "Optional", "OutputPath",
    ]);

    public static KnownMetadata ModelVerify { get; } = new(
        "ModelVerify", ["Verify", "AllowNonFinite", "ExpectedHash", "Against", "Level", "Epsilon", "Alone", "Optional"]);

    public static KnownMetadata ModelPackQa { get; } = new("ModelPackQa", ["ModelPath", "Runner", "OutputPath", "Optional"]);

    public static KnownMetadata ModelPackage { get; } = new("ModelPackage",
    [
        "PackageId", "PackageVersion", "Authors", "License", "LicenseFile", "ReadmeFile", "ProjectUrl", "RepositoryUrl",
        "RepositoryCommit", "Previous", "MaxPackageSize", "Layout", "Variant", "Optional",
    ]);

    /// <summary>What a project says of a model, and what the model's package says.</summary>
    public static KnownMetadata ModelReference { get; } = new("ModelReference",
    [
        "Link", "Copy", "Verify", "Variant", "PackageVersion", "Sha256", "Bytes", "License", "Format", "Variants",
    ]);

    /// <summary>What MSBuild, the SDK, NuGet and Visual Studio read or write on items that are copied, published and packed.</summary>
    private static readonly HashSet<string> Platform = new(StringComparer.OrdinalIgnoreCase)
    {
        "AutoGen", "BuildAction", "CopyToOutputDirectory", "CopyToPublishDirectory", "Culture", "CustomToolNamespace", "DependentUpon",
            "DeploymentContent", "Description", "DesignTime",
        "DesignTimeSharedInput", "ExcludeFromSingleFile", "Generator", "InProject", "IsImplicitlyDefined", "LastGenOutput", "Link",
            "LinkBase", "LogicalName", "MSBuildSourceProjectFile",
        "MSBuildSourceTargetName", "NuGetPackageId", "NuGetPackageVersion", "OriginalItemSpec", "Pack", "PackageCopyToOutput",
            "PackageFlatten", "PackagePath", "PublishState",
        "RelativePath", "SubType", "TargetFramework", "TargetPath", "Visible", "WithCulture",
    };

    /// <summary>Other people's words for what an item can say.</summary>
    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Checksum"] = "ExpectedHash", ["DataType"] = "Dtype", ["Destination"] = "OutputPath", ["Engine"] = "Runner",
            ["FileAlone"] = "Alone",
            ["FileOnly"] = "Alone", ["Format"] = "To", ["Hash"] = "ExpectedHash", ["Lossy"] = "AllowLossy",
        ["Model"] = "ModelPath", ["Output"] = "OutputPath",
        ["OutputDirectory"] = "OutputPath", ["OutputFormat"] = "To", ["Precision"] = "Dtype", ["Quant"] = "Quantized",
            ["Quantization"] = "Quantized", ["Quantize"] = "Quantized",
        ["Sha256"] = "ExpectedHash", ["SingleFile"] = "Alone", ["Standalone"] = "Alone", ["TargetFormat"] = "To", ["TargetPath"] = "Link",
            ["Tolerance"] = "Epsilon", ["Xxh128"] = "ExpectedHash",
    };

    private readonly string[] own;

    /// <summary>The type of the items.</summary>
    public string Item { get; }

    /// <summary>Our own names.</summary>
    public IReadOnlyCollection<string> Names => own;

    private KnownMetadata(string item, string[] own) => (Item, this.own) = (item, own);

    /// <summary>What an item says beside our own words.</summary>
    public static IReadOnlyDictionary<string, string> PassedOn(ITaskItem item)
    {
        HashSet<string> own = new(ModelConvert.own, StringComparer.OrdinalIgnoreCase);
        return NamesOf(item).Where(name => !own.Contains(name))
            .ToDictionary(name => name, item.GetMetadata, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>One warning for each name that is a slip, whatever number of items has it.</summary>
    public IEnumerable<ModelPackException> Warnings(IEnumerable<ITaskItem> items)
    {
        foreach (IGrouping<string, ITaskItem> slip in items
            .SelectMany(item => NamesOf(item).Select(name => (Name: name, Item: item)))
            .GroupBy(pair => pair.Name, pair => pair.Item, StringComparer.OrdinalIgnoreCase))
        {
            if (Complaint(slip.Key) is { } complaint)
            {
                ITaskItem first = slip.First();
                string file = first.GetMetadata("DefiningProjectFullPath");
                string more = slip.Count() == 1 ? "" : slip.Count() == 2 ? " and another item" : $" and {slip.Count() - 1} other items";
                string text = $"'{slip.Key}' on '{first.ItemSpec}'{more} has no effect{complaint}";
                yield return new ItemWarning(first, BuildErrors.UnknownMetadata, text)
                { FilePath = file.Length > 0 ? file : first.ItemSpec };
            }
        }
    }

    /// <summary>What is wrong with a name; null if it is known, or somebody else's.</summary>
    private string? Complaint(string name)
    {
        if (own.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        if (this == ModelReference && name.StartsWith("CopyTo", StringComparison.OrdinalIgnoreCase))
        {
            return ": ModelReference calls it Copy, which is always, publish or never";
        }

        if (Synonyms.TryGetValue(name, out string? meant) && (own.Contains(meant) || meant == "Link"))
        {
            return $": {Item} calls it {meant}";
        }

        if (Platform.Contains(name))
        {
            return null;
        }

        if (this == ModelVerify && ModelConvert.own.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return ": it belongs to ModelConvert, and ModelVerify converts nothing";
        }

        return own.Concat(["Link", "CopyToOutputDirectory", "CopyToPublishDirectory", "Pack", "PackagePath"])
            .OrderBy(own => Spelling.Distance(own, name)).First() is var near && Spelling.IsNear(near, name)
            ? $": the known name is '{near}'"
            : null;
    }

    // The names that the engine adds to every item are none that somebody wrote.
    private static IEnumerable<string> NamesOf(ITaskItem item) =>
        item.CloneCustomMetadata().Keys.Cast<string>().Order(StringComparer.Ordinal);
}
