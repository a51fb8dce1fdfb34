using Microsoft.Build.Framework;
using ModelPack.Codec.Diagnostics;

namespace ModelPack.Build;

/// <summary>Reads the metadata of an item. What is not understood, or not available yet, is refused: an option that is ignored would be a silent loss.</summary>
internal sealed class RequestReader(string projectDirectory, string outputDirectory)
{
    private static readonly string[] Formats = ["apr", "gguf", "safetensors"];
    private static readonly string[] Booleans = ["false", "true"];
    private static readonly string[] NotAvailableYet = ["Dtype", "AllowLossy", "Epsilon", "MaxShardSize"];

    /// <summary>Reads all items; two that have the same output are refused.</summary>
    public IReadOnlyList<ConversionRequest> ReadAll(IEnumerable<ITaskItem> items)
    {
        var requests = new List<ConversionRequest>();
        var sourceOfOutput = new Dictionary<string, string>(PathComparer);
        foreach (ITaskItem item in items)
        {
            ConversionRequest request = Read(item);
            if (!sourceOfOutput.TryAdd(request.Output, request.Source))
            {
                throw new ModelPackException(
                    BuildErrors.OutputClash, $"'{sourceOfOutput[request.Output]}' and this file would both become '{request.Output}'")
                { FilePath = request.Source };
            }

            requests.Add(request);
        }

        return requests;
    }

    private static StringComparer PathComparer =>
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private ConversionRequest Read(ITaskItem item)
    {
        string source = Path.GetFullPath(item.ItemSpec, projectDirectory);
        if (!File.Exists(source))
        {
            throw new ModelPackException(BuildErrors.SourceMissing, $"'{item.ItemSpec}' does not exist") { FilePath = source };
        }

        foreach (string name in NotAvailableYet)
        {
            if (item.GetMetadata(name).Length > 0)
            {
                throw new ModelPackException(BuildErrors.NotAvailable, $"{name} is not available yet") { FilePath = source };
            }
        }

        string to = ReadTarget(item, source);
        string relative = Path.ChangeExtension(RelativePath(item, source), to);
        string outputPath = item.GetMetadata("OutputPath");
        string output = outputPath.Length == 0 ? Path.Combine(outputDirectory, relative)
            : Path.GetFullPath(Path.EndsInDirectorySeparator(outputPath) ? outputPath + Path.GetFileName(relative) : outputPath, projectDirectory);
        if (PathComparer.Equals(output, source))
        {
            throw new ModelPackException(BuildErrors.OutputIsSource, $"the output of '{item.ItemSpec}' would be the file itself") { FilePath = source };
        }

        string link = item.GetMetadata("Link");
        return new ConversionRequest
        {
            Source = source,
            Output = output,
            OutsideList = outputPath.Length == 0 ? null : Path.Combine(outputDirectory, relative + ".modelpack.outside"),
            Link = link.Length > 0 ? link : Path.Combine(Path.GetDirectoryName(relative)!, Path.GetFileName(output)),
            CopyToOutputDirectory = Choice(item, source, "CopyToOutputDirectory", "preservenewest", "never", "always", "ifdifferent"),
            To = to,
            Quantized = Choice(item, source, "Quantized", "auto", "blocks", "native"),
            Naming = Choice(item, source, "Naming", "native", "verbatim"),
            AllowNonFinite = Choice(item, source, "AllowNonFinite", Booleans),
            ExpectedHash = ReadHash(item, source),
        };
    }

    /// <summary>Keeps the folder below the project, like a Content item; from elsewhere, what the wildcards matched.</summary>
    private string RelativePath(ITaskItem item, string source)
    {
        string relative = Path.GetRelativePath(projectDirectory, source);
        bool outside = Path.IsPathRooted(relative) || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return outside ? Path.Combine(item.GetMetadata("RecursiveDir"), Path.GetFileName(source)) : relative;
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

        string to = Choice(item, source, hasTo ? "To" : "Target", Formats);
        return !hasTarget || Choice(item, source, "Target", Formats) == to
            ? to
            : throw new ModelPackException(
                BuildErrors.TwoTargets, $"To is '{item.GetMetadata("To")}' and target is '{item.GetMetadata("Target")}'") { FilePath = source };
    }

    private static string ReadHash(ITaskItem item, string source)
    {
        string hash = item.GetMetadata("ExpectedHash").Trim();
        return hash.Length == 0 || (hash.Length == 32 && hash.All(char.IsAsciiHexDigit))
            ? hash.ToLowerInvariant()
            : throw Unknown("ExpectedHash", hash, "32 hexadecimal digits (XXH128)", source);
    }

    /// <summary>The value in lower case; the first choice if the item says nothing.</summary>
    private static string Choice(ITaskItem item, string source, string name, params string[] choices)
    {
        string value = item.GetMetadata(name).Trim().ToLowerInvariant();
        return value.Length == 0 ? choices[0]
            : choices.Contains(value) ? value
            : throw Unknown(name, item.GetMetadata(name), string.Join(", ", choices), source);
    }

    private static ModelPackException Unknown(string name, string value, string choices, string source) =>
        new(BuildErrors.UnknownValue, $"{name} is '{value}'; it can be {choices}") { FilePath = source };
}
