using System.Text;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.IO.Output;
using ModelPack.Models;

namespace ModelPack.Conversion;

/// <summary>Where a conversion may write: not over its source, not over what it was not told to replace, and not where a name means
/// something else.</summary>
internal static class TargetPaths
{
    /// <summary>What can be said of a target alone: a pipe or a device has no earlier output, and a name may leave no room for that of the
    /// certificate.</summary>
    /// <exception cref="ModelPackException">The target cannot be written to.</exception>
    public static void CheckNames(string targetPath)
    {
        RegularFile.EnsureReplaceable(targetPath);
        new OutputTarget(targetPath).EnsureReplaceable();
        EnsureLength(Path.GetFileName(ModelConverter.CertificatePath(targetPath)), targetPath, "target");
    }

    /// <summary>Whether the files of a planned output can have their names.</summary>
    /// <exception cref="ModelPackException">A name is longer than file systems take.</exception>
    public static void CheckNames(string sourcePath, string targetPath, IEnumerable<string> names)
    {
        bool isFolder = TemporaryModel.IsFolder(targetPath);
        foreach (string name in names.SelectMany(name => name.Split('/')))
        {
            EnsureLength(name, isFolder ? sourcePath : targetPath, isFolder ? "source" : "target");
        }
    }

    /// <exception cref="ModelPackException">The target cannot be written to.</exception>
    public static void Check(string sourcePath, string targetPath, ConversionOptions options)
    {
        if (SideFile.IsName(Path.TrimEndingDirectorySeparator(targetPath)))
        {
            throw new ModelPackException(
                ConversionErrors.SideFileName,
                $"'{Path.GetFileName(Path.TrimEndingDirectorySeparator(targetPath))}' is the name of a side file")
                {
                    FilePath = targetPath,
                };
        }

        if (options.MaxShardBytes is not null && !TemporaryModel.IsFolder(targetPath))
        {
            throw new ModelPackException(
                ConversionErrors.NeedsFolder, "a largest shard size was asked for, and one file as target") { FilePath = targetPath };
        }

        // The side file of a folder lies in it; one beside it belongs to another model.
        OutputTarget target = new(targetPath);
        bool isFolder = TemporaryModel.IsFolder(targetPath);
        string[] all = [
            target.Path, target.Final(OutputPart.Certificate), .. isFolder ? (string[])[] : [target.Final(OutputPart.SideFile)]];
        string[] sources = [RealPath.Of(sourcePath), .. ModelLocation.Find(sourcePath, options.Scope).Files.Select(RealPath.Of)];
        foreach (string written in all)
        {
            if (sources.Any(source => RealPath.AreSame(source, RealPath.Of(written))))
            {
                throw new ModelPackException(ConversionErrors.SameFile, $"'{written}' is the source itself") { FilePath = targetPath };
            }
        }

        if (Directory.Exists(target.Final(OutputPart.Certificate)))
        {
            throw new ModelPackException(
                OutputErrors.TargetExists, $"'{target.Final(OutputPart.Certificate)}' is a folder") { FilePath = targetPath };
        }

        CheckFree(target, isFolder, options.Existing, targetPath);
        ReplacedFolder.Check(targetPath, target.Path, target.Final(OutputPart.Certificate));
    }

    // Without leave to replace it, an output that is there stays.
    private static void CheckFree(OutputTarget target, bool isFolder, ExistingTarget existing, string targetPath)
    {
        if (existing == ExistingTarget.Replace)
        {
            return;
        }

        if (!isFolder && File.Exists(target.Final(OutputPart.SideFile)))
        {
            throw new ModelPackException(
                OutputErrors.TargetExists, $"the side file '{target.Final(OutputPart.SideFile)}' of an earlier output exists already")
                {
                    FilePath = targetPath,
                };
        }

        // The certificate of an output that is no more gives way; a file that a link leads to may be anything.
        bool leadsAway = new FileInfo(target.Path + OutputTarget.CertificateEnding).LinkTarget is not null
            && File.Exists(target.Final(OutputPart.Certificate));
        bool isFilledFolder = Directory.Exists(target.Path) && Directory.EnumerateFileSystemEntries(target.Path).Any();
        if (File.Exists(target.Path) || isFilledFolder || leadsAway)
        {
            throw new ModelPackException(
                OutputErrors.TargetExists, $"'{(leadsAway ? target.Final(OutputPart.Certificate) : targetPath)}' exists already")
                {
                    FilePath = targetPath,
                };
        }
    }

    private static void EnsureLength(string name, string path, string whose)
    {
        string own = Path.GetFileName(Path.TrimEndingDirectorySeparator(RegularFile.Follow(path)));
        if (LengthOf(name) is var length && length > OutputTarget.LongestName)
        {
            int room = LengthOf(own) - (length - OutputTarget.LongestName);
            throw new ModelPackException(
                OutputErrors.NameTooLong,
                $"'{name}' would be a name of {length} bytes, and {OutputTarget.LongestName} are possible; the name of the {whose} can "
                    + $"have {room}")
            { FilePath = path };
        }
    }

    private static int LengthOf(string name) => OperatingSystem.IsWindows() ? name.Length : Encoding.UTF8.GetByteCount(name);
}
