using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Conversion;

/// <summary>Where a conversion may write: not over its source, not over what it was not told to replace, and not where a name means something else.</summary>
internal static class TargetPaths
{
    /// <exception cref="ModelPackException">The target cannot be written to.</exception>
    public static void Check(string sourcePath, string targetPath, ConversionOptions options)
    {
        if (SideFile.IsName(Path.TrimEndingDirectorySeparator(targetPath)))
        {
            throw new ModelPackException(ConversionErrors.SideFileName, $"'{Path.GetFileName(Path.TrimEndingDirectorySeparator(targetPath))}' is the name of a side file") { FilePath = targetPath };
        }

        if (options.MaxShardBytes is not null && !TemporaryModel.IsFolder(targetPath))
        {
            throw new ModelPackException(ConversionErrors.NeedsFolder, "a largest shard size was asked for, and one file as target") { FilePath = targetPath };
        }

        string target = RealPath.Of(targetPath);
        string[] sources = [RealPath.Of(sourcePath), .. ModelLocation.Find(sourcePath).Files.Select(RealPath.Of)];
        string side = RealPath.Of(Path.Combine(Path.GetDirectoryName(target) ?? target, SideFile.NameFor(Path.GetFileName(target))));

        // The side file of a folder lies in it; one beside it belongs to another model.
        string[] all = [target, RealPath.Of(ModelConverter.CertificatePath(targetPath)), .. TemporaryModel.IsFolder(targetPath) ? (string[])[] : [side]];
        foreach (string written in all)
        {
            if (sources.Any(source => RealPath.AreSame(source, written)))
            {
                throw new ModelPackException(ConversionErrors.SameFile, $"'{written}' is the source itself") { FilePath = targetPath };
            }
        }

        if (Directory.Exists(ModelConverter.CertificatePath(targetPath)))
        {
            throw new ModelPackException(ConversionErrors.TargetExists, $"'{ModelConverter.CertificatePath(targetPath)}' is a folder") { FilePath = targetPath };
        }

        if (options.Existing == ExistingTarget.Refuse && !TemporaryModel.IsFolder(targetPath) && File.Exists(side))
        {
            throw new ModelPackException(ConversionErrors.TargetExists, $"the side file '{side}' of an earlier output exists already") { FilePath = targetPath };
        }

        bool isFilledFolder = Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any();
        if (options.Existing == ExistingTarget.Refuse && (File.Exists(target) || isFilledFolder))
        {
            throw new ModelPackException(ConversionErrors.TargetExists, $"'{targetPath}' exists already") { FilePath = targetPath };
        }

        ReplacedFolder.Check(targetPath);
    }
}
