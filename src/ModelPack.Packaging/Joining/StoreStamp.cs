using System.Globalization;
using System.Text;
using ModelPack.IO.Names;
using ModelPack.Packaging.Content;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Packaging.Joining;

/// <summary>What is known of a joined model without reading it: sizes and times of its files when they were verified.</summary>
internal static class StoreStamp
{
    private const string Heading = "modelpack store 1";

    /// <summary>The stamp of a folder as it is now; null if a file is missing or has another length, or one is there that is not the
    /// model's.</summary>
    public static string? Of(string folder, PackageManifest manifest)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Heading}\n{manifest.Digest}\n");
        foreach (ManifestFile file in manifest.Files)
        {
            FileInfo info = new(PortablePath.In(folder, file.Path));
            if (!info.Exists || info.LinkTarget is not null || info.Length != file.Length)
            {
                return null;
            }

            text.Append(CultureInfo.InvariantCulture, $"{info.Length} {info.LastWriteTimeUtc.Ticks} {file.Path}\n");
        }

        return Foreign(folder, manifest) is null ? text.ToString() : null;
    }

    /// <summary>The first file of a folder that is none of the model; null if there is none. A folder is an input of conversions: what lies
    /// there would take part. Hidden files do not.</summary>
    public static string? Foreign(string folder, PackageManifest manifest)
    {
        // Some file systems give names back in another normal form.
        HashSet<string> own = [.. manifest.Files.Select(file => file.Path.Normalize())];
        return MemberName.Below(folder).FirstOrDefault(
            name => !own.Contains(name.Normalize()) && !name.Split('/').Any(part => part.StartsWith('.')));
    }
}
