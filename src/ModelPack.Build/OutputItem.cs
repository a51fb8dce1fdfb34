using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>The items of the outputs: what the item of the model says to others, and where the file goes.</summary>
internal static class OutputItem
{
    /// <summary>The metadata that names the model.</summary>
    public const string Source = "ModelPackSource";

    /// <summary>What the largest public feed takes.</summary>
    private const long MostPackedBytes = 250_000_000;

    /// <summary>A file of an output.</summary>
    /// <param name="request">The item.</param>
    /// <param name="path">The file.</param>
    /// <param name="link">Its place below the output folder of the project.</param>
    /// <param name="model">The place of the whole model: of the file that stands for it, or of its folder.</param>
    public static TaskItem Of(ConversionRequest request, string path, string link, string model)
    {
        var item = new TaskItem(MSBuildText.Escape(path));
        foreach ((string name, string value) in request.PassedOn)
        {
            Set(name, value);
        }

        Set("Link", link);
        Set("TargetPath", link);
        Set("CopyToOutputDirectory", request.CopyToOutputDirectory switch
        {
            "never" => "Never",
            "always" => "Always",
            "ifdifferent" => "IfDifferent",
            _ => "PreserveNewest",
        });
        Set("Visible", "false");
        Set(Source, request.Source);
        if (IsPacked(item))
        {
            Set("PackagePath", PackagePath(item.GetMetadata("PackagePath"), link, model));
        }

        return item;

        void Set(string name, string value) => item.SetMetadata(name, MSBuildText.Escape(value));
    }

    /// <summary>The certificate of an output.</summary>
    /// <param name="request">The item.</param>
    /// <param name="path">The file.</param>
    /// <param name="link">Its place below the output folder of the project.</param>
    /// <param name="model">The place of the whole model.</param>
    /// <param name="publish">False if it stays here: neither published nor packed.</param>
    public static TaskItem OfCertificate(ConversionRequest request, string path, string link, string model, string? publish)
    {
        TaskItem item = Of(request, path, link, model);
        if (string.Equals(publish?.Trim(), "false", StringComparison.OrdinalIgnoreCase))
        {
            item.SetMetadata("CopyToPublishDirectory", "Never");
            item.SetMetadata("Pack", "false");
        }

        return item;
    }

    /// <summary>The error for outputs that no package can hold; null if they fit.</summary>
    public static ModelPackException? TooLargeToPack(IEnumerable<ITaskItem> files)
    {
        ITaskItem[] packed = [.. files.Where(IsPacked)];
        long bytes = packed.Sum(file => new FileInfo(file.ItemSpec).Length);
        return bytes <= MostPackedBytes ? null : new(BuildErrors.TooLargeToPack, string.Create(
            CultureInfo.InvariantCulture,
            $"the outputs with Pack=\"true\" take {bytes:N0} bytes, and NuGet feeds take packages of {MostPackedBytes:N0} bytes"))
        {
            FilePath = packed.MaxBy(file => new FileInfo(file.ItemSpec).Length)!.GetMetadata(Source),
        };
    }

    private static bool IsPacked(ITaskItem item) =>
        string.Equals(item.GetMetadata("Pack").Trim(), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Where a file goes in the package: once, below contentFiles, unless the item says where. NuGet's own default would pack it twice. A
    /// model of several files keeps its shape. Every path ends in a slash: NuGet guesses from the ending whether the last part is a file.
    /// </summary>
    private static string PackagePath(string asked, string link, string model)
    {
        string below = Path.GetRelativePath(
            Path.GetDirectoryName(model) is { Length: > 0 } parent
                ? parent
                : ".", Path.GetDirectoryName(link) is { Length: > 0 } own ? own : ".");
        string[] folders = asked.Trim().Length == 0
            ? [Path.Combine("contentFiles", "any", "any", Path.GetDirectoryName(model)!)]
            : [.. asked.Split(';').Select(folder => SafePath.WithSeparators(folder.Trim()))];
        string ending = Path.GetExtension(model);
        return string.Join(';', folders.Select(folder => Place(folder)));

        string Place(string folder)
        {
            bool isFile = below == "." && ending.Length > 0 && folder.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
            string place = !isFile
                ? Path.TrimEndingDirectorySeparator(Path.Combine(folder, below == "." ? "" : below)) + Path.DirectorySeparatorChar
                : link == model ? folder
                : link == ConversionRequest.CertificateOf(model) ? ConversionRequest.CertificateOf(folder)
                : ModelFiles.SideFilePath(folder);
            string relative = place.Replace(Path.DirectorySeparatorChar, '/').TrimStart('/');
            return relative.Length == 0 ? "/" : relative;
        }
    }
}
