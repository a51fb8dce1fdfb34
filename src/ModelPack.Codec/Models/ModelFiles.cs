using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.IO.Output;

namespace ModelPack.Models;

/// <summary>Opens model files of any format.</summary>
internal static class ModelFiles
{
    private const int DetectionBytes = 16;
    private const string OtherEnding = "K-ENDING";

    /// <summary>
    /// Opens a model strictly. The path is a file (its content tells the format), the first part of a split GGUF model, the index of a
    /// SafeTensors model, or a model folder; in the last three cases all files of the model are opened as one. A SafeTensors file among the
    /// companions of its model means their folder.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <exception cref="ModelFormatException">The file is of no known format, or breaks a rule of its format.</exception>
    public static ModelFile Open(string path, PathScope scope = PathScope.Model)
    {
        Defined.Ensure(scope, nameof(scope));
        if (path.Length > 0 && !Path.Exists(path) && OutputLock.Exists(path))
        {
            throw new ModelPackException(
                OutputErrors.Unfinished, $"'{path}' is not there, and a conversion to it has not ended") { FilePath = path };
        }

        ModelLocation location = ModelLocation.Find(path, scope);
        ModelFile file = location.IsSingleFile ? OpenFile(location.Files[0]) : OpenSet(location);
        file.PathNotes = location.IsSingleFile ? [.. file.PathNotes, .. location.Notes] : file.PathNotes;
        file.Understood = location.Understood;
        return file;
    }

    /// <summary>Opens two models to compare them. A folder among them is a folder; what is asked for applies to the other.</summary>
    /// <exception cref="ModelFormatException">A file breaks a rule of its format, or both are folders, and a file alone was asked
    /// for.</exception>
    internal static (ModelFile First, ModelFile Second) OpenPair(string firstPath, string secondPath, PathScope scope)
    {
        bool isAnyFile = !Directory.Exists(firstPath) || !Directory.Exists(secondPath);
        ModelFile first = Open(firstPath, ScopeOf(firstPath));
        try
        {
            return (first, Open(secondPath, ScopeOf(secondPath)));
        }
        catch
        {
            first.Dispose();
            throw;
        }

        PathScope ScopeOf(string path) => isAnyFile && Directory.Exists(path) ? PathScope.Model : scope;
    }

    /// <summary>The files of the model at a path, by the rules of <see cref="Open(string, PathScope)"/>: those with tensors first, in the
    /// order in which they are read.</summary>
    /// <param name="path">The path.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <exception cref="ModelFormatException">The path names no model, or several, or files of it are missing.</exception>
    public static IReadOnlyList<string> FilesOf(string path, PathScope scope = PathScope.Model) => ModelLocation.Find(path, scope).Files;

    /// <summary>The folder that a path means; null if it means a file, or files that belong together by their names.</summary>
    /// <param name="path">The path.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <exception cref="ModelFormatException">The path names no model, or several, or files of it are missing.</exception>
    public static string? FolderOf(string path, PathScope scope = PathScope.Model) =>
        ModelLocation.Find(path, scope).Path is var meant && Directory.Exists(meant) ? meant : null;

    /// <summary>The format that the first bytes of a file show, whatever its name says; null for those of none.</summary>
    /// <param name="path">The file.</param>
    public static ModelFormat? FormatOf(string path)
    {
        using FileByteSource source = new(path);
        return Shown(source);
    }

    /// <summary>XXH128 of the model at a path: of all its files, one after the other, if it has several. It is the hash that certificates
    /// give it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">The path names no model, or several, or files of it are missing.</exception>
    public static string HashOf(string path, PathScope scope = PathScope.Model, CancellationToken cancellation = default)
    {
        List<ByteSource> files = [];
        try
        {
            files.AddRange(FilesOf(path, scope).Select(file => new FileByteSource(file)));
            using ConcatenatedByteSource all = new(path, files);
            return FileHash.Format(FileHash.Xxh128(all, cancellation));
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    /// <summary>The names of those files: bare ones, and relative ones of companions in sub-folders, with '/' on every system.</summary>
    internal static IReadOnlyList<string> NamesOf(string path, PathScope scope = PathScope.Model) =>
        [.. ModelLocation.Find(path, scope).Names];

    /// <summary>Where the side file of a model stands, if it has one: beside it, called after it.</summary>
    /// <param name="path">The model's file; the first part of a split.</param>
    public static string SideFilePath(string path) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", SideFile.NameFor(Path.GetFileName(path)));

    /// <summary>Opens files that were found or composed. The model owns them from then on.</summary>
    internal static ModelFile Open(IReadOnlyList<NamedSource> files, string name, ModelFormat format) =>
        files.Count == 1 ? Open(files[0].Source, format) : ModelSet.Open(name, files, format);

    /// <summary>Opens one file, whatever stands beside it.</summary>
    internal static ModelFile OpenFile(string path)
    {
        FileByteSource source = new(path);
        try
        {
            ModelFile file = Open(source, Detect(source));
            file.PathNotes = NameNotes(path, file.Format);
            return file;
        }
        catch (Exception exception)
        {
            source.Dispose();
            if (exception is ModelFormatException && MisplacedModel.PartOf(path) is { } part)
            {
                throw part;
            }

            if (exception is ModelPackException { FilePath: null } unplaced)
            {
                unplaced.FilePath = path;
            }

            throw;
        }
    }

    /// <summary>Opens one file of any format. The file owns the source from then on; if opening fails, the caller still does.</summary>
    internal static ModelFile Open(ByteSource source)
    {
        try
        {
            return Open(source, Detect(source));
        }
        catch (ModelPackException exception) when (exception.FilePath is null)
        {
            exception.FilePath = source.Name;
            throw;
        }
    }

    private static ModelFile OpenSet(ModelLocation location)
    {
        List<NamedSource> files = [];
        try
        {
            foreach ((string path, string name) in location.Files.Zip(location.Names))
            {
                files.Add(new(name, new FileByteSource(path)));
                if (HasModelName(files[^1]))
                {
                    _ = Detect(files[^1].Source);
                }
                else if (files.Count > 1)
                {
                    ForeignFile.RefuseAsCompanion(files[^1].Source, name);
                }
            }
        }
        catch
        {
            files.ForEach(file => file.Source.Dispose());
            throw;
        }

        ModelFormat format = Detect(files[0].Source);
        if (NameNotes(files[0].Name, format).Count > 0 && files.Count(HasModelName) == 1)
        {
            // What lies around a file of one format says nothing of a file of another.
            files.ForEach(file => file.Source.Dispose());
            ModelFile single = OpenFile(location.Files[0]);
            single.PathNotes = [.. single.PathNotes, .. location.Notes];
            return single;
        }

        ModelSet set = ModelSet.Open(
            location.Path, files, FormatEnding.FormatOf(files[0].Name) ?? format, location.Notes, location.LeftOut);
        if (set.SideModel is null || set.First.Metadata.Any(entry => entry.Key == ModelFile.OriginKey))
        {
            return set;
        }

        string side = set.AllMembers.First(member => member.IsSideFile).Name;
        set.Dispose();
        throw new ModelFormatException(
            ModelSetErrors.StraySideFile, $"'{side}' is not that of '{set.AllMembers[0].Name}', which no conversion made")
            {
                FilePath = location.Path,
            };
    }

    /// <summary>Opens a source as a file of one format. The file owns the source from then on.</summary>
    internal static ModelFile Open(ByteSource source, ModelFormat format) => FormatCatalog.Of(format).Open(source);

    // Content decides; the name, where the first bytes are those of no format, so that a damaged file is refused by the rules that it
    // claims to follow. SafeTensors have no magic number, so the name goes first where it can be right: a header of 5,394,497 bytes begins
    // like APR.
    private static ModelFormat Detect(ByteSource source)
    {
        if (Shown(source) is { } shown)
        {
            return shown;
        }

        ForeignFile.RefuseAsModel(source);
        return FormatEnding.FormatOf(source.Name)
            ?? throw new ModelFormatException(
                FormatErrors.UnknownFormat, "the first bytes are those of no known format", 0) { FilePath = source.Name };
    }

    private static ModelFormat? Shown(ByteSource source)
    {
        byte[] first = source.ReadBytes(0, (int)Math.Min(DetectionBytes, source.Length));
        return FormatEnding.FormatOf(source.Name) is { } named && Matches(named) ? named
            : FormatCatalog.All.FirstOrDefault(entry => Matches(entry.Format))?.Format;

        bool Matches(ModelFormat format) => ModelFiles.Matches(format, first, source.Length);
    }

    /// <summary>True for a file whose first bytes are those of another format than its name says.</summary>
    internal static bool IsOther(ByteSource source, ModelFormat named)
    {
        byte[] first = source.ReadBytes(0, (int)Math.Min(DetectionBytes, source.Length));
        return !Matches(named, first, source.Length) && Enum.GetValues<ModelFormat>().Any(format => Matches(format, first, source.Length));
    }

    private static bool Matches(ModelFormat format, byte[] first, long length) => FormatCatalog.Of(format).Matches(first, length);

    private static bool HasModelName(NamedSource file) => FormatEnding.FormatOf(file.Name) is not null;

    // What a path names is not always what it says.
    private static IReadOnlyList<Note> NameNotes(string name, ModelFormat format) =>
        FormatEnding.FormatOf(name) is { } named && named != format
            ? [new(OtherEnding,
                $"the content is that of a .{format.Extension()} file, and the name ends in .{named.Extension()}: it is read as what it is")]
            : [];
}
