using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.IO.Output;

namespace ModelPack.Conversion;

/// <summary>A folder that a conversion replaces. It goes as a whole, so all that lies in it has to be what the certificate beside it
/// says.</summary>
internal static class ReplacedFolder
{
    /// <param name="targetPath">The folder, for messages.</param>
    /// <param name="folder">Where it lies now.</param>
    /// <param name="certificate">Where the certificate lies that was beside it.</param>
    /// <param name="existing">Whether it may hold anything.</param>
    /// <exception cref="ModelPackException">Something in the folder was not written by a conversion, or it holds something that is to
    /// stay.</exception>
    public static void Check(string targetPath, string folder, string certificate, ExistingTarget existing = ExistingTarget.Replace)
    {
        if (!Directory.Exists(folder) || MemberName.Below(folder).ToArray() is not { Length: > 0 } entries)
        {
            return;
        }

        if (existing == ExistingTarget.Refuse)
        {
            throw new ModelPackException(
                OutputErrors.TargetTaken, $"'{entries[0]}' appeared in '{targetPath}' while the output was written")
                {
                    FilePath = targetPath,
                };
        }

        if (!File.Exists(certificate))
        {
            throw Foreign(targetPath, $"'{targetPath}' was not written by a conversion, so it is not replaced");
        }

        CertifiedFile output = Read(certificate, targetPath).Output;
        string[] own = [.. output.Parts.Select(part => part.Name)];
        if (own.Length == 0)
        {
            // The certificate of a single file does not say what it is called in its folder.
            own = [.. entries.Where(
                name => !MemberName.IsNested(name) && name.EndsWith($".{output.Format.Extension()}", StringComparison.OrdinalIgnoreCase))
                    .Take(1)];
        }

        string? special = entries.FirstOrDefault(
            name => FileStatus.OfName(Path.Combine(folder, name)).Kind is not (FileKind.Regular or FileKind.Link));
        if (entries.Except(own, StringComparer.Ordinal).FirstOrDefault() is { } foreign || (foreign = special) is not null)
        {
            throw Foreign(targetPath, $"'{foreign}' in '{targetPath}' was not written by a conversion, so the folder is not replaced");
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
            throw Foreign(targetPath, $"what conversion wrote '{targetPath}' cannot be told, so it is not replaced: {exception.Detail}");
        }
    }

    private static ModelPackException Foreign(string path, string why) => new(ConversionErrors.ForeignFolder, why) { FilePath = path };
}
