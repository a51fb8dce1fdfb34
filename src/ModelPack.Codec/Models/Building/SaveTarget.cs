using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.IO.Output;

namespace ModelPack.Models.Building;

/// <summary>Where a model may be saved: not over what it was not told to replace, and not where files would be lost that are none of the
/// model.</summary>
internal sealed class SaveTarget(string path, bool isFolder, OutputTarget target, SavePlan plan, ModelFile? source, ExistingTarget existing)
{
    /// <exception cref="ModelPackException">The name is that of a pipe, a device or a side file, or the format has no shards.</exception>
    public static void CheckName(string path, ModelFormat format, ModelFile? source, SaveOptions options)
    {
        if (format == ModelFormat.Apr && options.MaxShardBytes is not null)
        {
            throw new ModelPackException(BuildingErrors.WrongTarget, "APR has no shards; save one file") { FilePath = path };
        }

        RegularFile.EnsureReplaceable(path);
        new OutputTarget(path).EnsureReplaceable();

        // A model whose own name misleads may keep it.
        if (source is null || FormatEnding.FormatOf(source.Source.Name) != FormatEnding.FormatOf(path))
        {
            FormatEnding.Check(path, format);
        }

        if (SideFile.IsName(Path.TrimEndingDirectorySeparator(path)))
        {
            throw new ModelPackException(
                BuildingErrors.WrongTarget,
                $"'{Path.GetFileName(path)}' is the name of a side file; choose one that does not end in {SideFile.Ending}")
                {
                    FilePath = path,
                };
        }
    }

    /// <exception cref="ModelPackException">The model cannot be saved there.</exception>
    public void Check(SaveOptions options)
    {
        int files = plan.Layout.Files.Count(file => !SideFile.IsName(file.Name));
        if (!isFolder && (files > 1 || options.MaxShardBytes is not null))
        {
            throw new ModelPackException(
                BuildingErrors.WrongTarget,
                files > 1
                    ? $"the model has {files} files, and the target is one; name a folder, a path that ends in a separator"
                    : $"{nameof(SaveOptions.MaxShardBytes)} was set, and the target is one file; name a folder, a path that ends in a "
                        + $"separator")
                    {
                        FilePath = path,
                    };
        }

        bool isFilled = Directory.Exists(target.Path) && Directory.EnumerateFileSystemEntries(target.Path).Any();
        bool hasSide = !isFolder && plan.Layout.Files.Length > 1 && File.Exists(target.Final(OutputPart.SideFile));
        if (existing == ExistingTarget.Refuse && (File.Exists(target.Path) || isFilled || hasSide))
        {
            throw new ModelPackException(
                OutputErrors.TargetExists,
                $"'{(hasSide && !File.Exists(target.Path) ? target.Final(OutputPart.SideFile) : path)}' exists already")
                {
                    FilePath = path,
                };
        }

        CheckFolder(target.Path);
    }

    /// <summary>Looks at a folder that gives way as a whole.</summary>
    /// <param name="folder">Where it lies now.</param>
    /// <exception cref="ModelPackException">A file in it is none of the model.</exception>
    public void CheckFolder(string folder)
    {
        if (!isFolder || !Directory.Exists(folder))
        {
            return;
        }

        HashSet<string> own = [.. plan.Layout.Files.Select(file => file.Name)];
        if (source is not null && RealPath.AreSame(RealPath.Of(source.Source.Name), RealPath.Of(target.Path)))
        {
            own.UnionWith(source.AllMembers.Select(member => member.Name));
        }

        string? foreign = MemberName.Below(folder).FirstOrDefault(name => !own.Contains(name));
        if (foreign is not null)
        {
            throw new ModelPackException(
                BuildingErrors.ForeignFolder, $"'{foreign}' in '{path}' is none of the files of the model, so the folder is not replaced")
                {
                    FilePath = path,
                };
        }
    }
}
