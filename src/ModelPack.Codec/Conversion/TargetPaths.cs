using System.Text;
using ModelPack.Formats;
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

    /// <summary>Where a target leads, once it is known that it can be written to.</summary>
    /// <exception cref="ModelPackException">The target cannot be written to.</exception>
    public static string Follow(string sourcePath, string targetPath, ConversionOptions options)
    {
        CheckNames(targetPath);
        targetPath = RegularFile.Follow(targetPath);
        Check(sourcePath, targetPath, options);
        return targetPath;
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
    public static void Check(string sourcePath, string targetPath, ConversionOptions options) => Check(
        targetPath, options, () => [RealPath.Of(sourcePath), .. ModelLocation.Find(sourcePath, options.Scope).Files.Select(RealPath.Of)]);

    /// <summary>The same for an opened model; the files of a set lie in its folder.</summary>
    /// <exception cref="ModelPackException">The target cannot be written to.</exception>
    public static void Check(ModelFile source, string targetPath, ConversionOptions options) => Check(targetPath, options, () =>
    [
        RealPath.Of(source.Source.Name),
        .. source.AllMembers.Select(member => RealPath.Of(Path.Combine(Path.GetDirectoryName(source.Source.Name) ?? "", member.Name))),
        .. source.AllMembers.Select(member => RealPath.Of(Path.Combine(source.Source.Name, member.Name))),
    ]);

    private static void Check(string targetPath, ConversionOptions options, Func<string[]> sourcesOf)
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
        string[] sources = sourcesOf();
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

    /// <summary>Whether the files of a planned output can stand where it goes.</summary>
    /// <exception cref="ModelPackException">The target is a file, and the output consists of several; or a name is taken.</exception>
    public static void CheckForm(ConversionPlan job, string targetPath, ConversionOptions options)
    {
        CheckNames(job.Source.Source.Name, targetPath, TemporaryModel.FinalNames(targetPath, job.Layout));
        if (TemporaryModel.IsFolder(targetPath))
        {
            return;
        }

        int files = job.Layout.Files.Count(file => !SideFile.IsName(file.Name));
        string? why = files > 1
            ? $"the output consists of {files} files"
            : options.MaxShardBytes is not null ? "a limit for shards was set, and the target is a file" : null;
        if (why is not null)
        {
            throw new ModelPackException(ConversionErrors.NeedsFolder, why) { FilePath = targetPath };
        }

        EnsureOwnSideFile(job, targetPath);
    }

    // A side file beside the output is read as a part of it, and one that the output brings would be read as a part of the other model.
    private static void EnsureOwnSideFile(ConversionPlan job, string targetPath)
    {
        string side = ModelFiles.SideFilePath(targetPath);
        if ((job.Layout.Files.Length > 1 || File.Exists(side)) && SideFile.SharerOf(targetPath) is { } other)
        {
            throw new ModelPackException(
                ConversionErrors.SharedSideFile, $"the side file '{Path.GetFileName(side)}' would be that of '{other}' too")
                {
                    FilePath = targetPath,
                };
        }
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
        bool leadsAway = new FileInfo(target.Path + MemberName.CertificateEnding).LinkTarget is not null
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
