using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Proof;

namespace ModelPack.Codec.Conversion;

/// <summary>A folder that a conversion replaces. It goes as a whole, so all that lies in it has to be what the certificate beside it says.</summary>
internal static class ReplacedFolder
{
    // A link to a folder is looked at as an entry; what it leads to is never touched.
    private static readonly EnumerationOptions OneLevel = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <exception cref="ModelPackException">Something in the folder was not written by a conversion.</exception>
    public static void Check(string targetPath)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(targetPath));
        if (!Directory.Exists(target) || Entries(target, target).ToArray() is not { Length: > 0 } entries)
        {
            return;
        }

        string certificate = ModelConverter.CertificatePath(target);
        if (!File.Exists(certificate))
        {
            throw Foreign(targetPath, $"'{targetPath}' was not written by a conversion, so it is not replaced");
        }

        CertifiedFile output = Read(certificate, targetPath).Output;
        string[] own = [.. output.Parts.Select(part => part.Name)];
        if (own.Length == 0)
        {
            // The certificate of a single file does not say what it is called in its folder.
            own = [.. entries.Where(name => !MemberName.IsNested(name) && name.EndsWith($".{output.Format.Extension()}", StringComparison.Ordinal)).Take(1)];
        }

        if (entries.Except(own, StringComparer.Ordinal).FirstOrDefault() is { } foreign)
        {
            throw Foreign(targetPath, $"'{foreign}' in '{targetPath}' was not written by a conversion, so the folder is not replaced");
        }
    }

    private static IEnumerable<string> Entries(string root, string folder)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", OneLevel))
        {
            IEnumerable<string> names = entry is DirectoryInfo { LinkTarget: null } ? Entries(root, entry.FullName) : [MemberName.Within(root, entry.FullName)];
            foreach (string name in names)
            {
                yield return name;
            }
        }
    }

    private static Certificate Read(string certificate, string targetPath)
    {
        try
        {
            return CertificateJson.Read(certificate);
        }
        catch (ModelFormatException exception)
        {
            throw Foreign(targetPath, $"what conversion wrote '{targetPath}' cannot be told, so it is not replaced: {exception.Message}");
        }
    }

    private static ModelPackException Foreign(string path, string why) => new(ConversionErrors.ForeignFolder, why) { FilePath = path };
}
