using ModelPack.Codec.Apr;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.IO;
using ModelPack.Codec.IO.Output;
using ModelPack.Codec.SafeTensors;

namespace ModelPack.Codec;

/// <summary>Opens model files of any format.</summary>
public static class ModelFiles
{
    private const int DetectionBytes = 16;

    /// <summary>
    /// Opens a model strictly. The path is a file (its name's ending tells the format, else its content), the first part of a split GGUF model, the index of a SafeTensors model, or a
    /// model folder; in the last three cases all files of the model are opened as one.
    /// </summary>
    /// <exception cref="ModelFormatException">The file is of no known format, or breaks a rule of its format.</exception>
    public static ModelFile Open(string path)
    {
        if (path.Length > 0 && !Path.Exists(path) && OutputLock.Exists(path))
        {
            throw new ModelPackException(OutputErrors.Unfinished, $"'{path}' is not there, and a conversion to it has not ended") { FilePath = path };
        }

        ModelLocation location = ModelLocation.Find(path);
        return location.IsSingleFile ? OpenFile(location.Files[0]) : OpenSet(location);
    }

    /// <summary>The files of the model at a path, by the rules of <see cref="Open(string)"/>: those with tensors first, in the order in which they are read.</summary>
    /// <exception cref="ModelFormatException">The path names no model, or several, or files of it are missing.</exception>
    public static IReadOnlyList<string> FilesOf(string path) => ModelLocation.Find(path).Files;

    /// <summary>The names of those files: bare ones, and relative ones of companions in sub-folders, with '/' on every system.</summary>
    internal static IReadOnlyList<string> NamesOf(string path) => [.. ModelLocation.Find(path).Names];

    /// <summary>Where the side file of a model stands, if it has one: beside it, called after it.</summary>
    /// <param name="path">The model's file; the first part of a split.</param>
    public static string SideFilePath(string path) => Path.Combine(Path.GetDirectoryName(path) ?? "", SideFile.NameFor(Path.GetFileName(path)));

    /// <summary>Opens files that were found or composed. The model owns them from then on.</summary>
    internal static ModelFile Open(IReadOnlyList<NamedSource> files, string name, ModelFormat format) =>
        files.Count == 1 ? Open(files[0].Source, format) : ModelSet.Open(name, files, format);

    /// <summary>Opens one file, whatever stands beside it.</summary>
    internal static ModelFile OpenFile(string path)
    {
        FileByteSource source = new(path);
        try
        {
            return Open(source, Detect(source));
        }
        catch (Exception exception)
        {
            source.Dispose();
            if (exception is ModelPackException { FilePath: null } unplaced)
            {
                unplaced.FilePath = path;
            }

            throw;
        }
    }

    private static ModelSet OpenSet(ModelLocation location)
    {
        List<NamedSource> files = [];
        try
        {
            foreach ((string path, string name) in location.Files.Zip(location.Names))
            {
                files.Add(new(name, new FileByteSource(path)));
            }
        }
        catch
        {
            files.ForEach(file => file.Source.Dispose());
            throw;
        }

        ModelSet set = ModelSet.Open(location.Path, files, Detect(files[0].Source), location.Notes, location.LeftOut);
        if (set.SideModel is null || set.First.Metadata.Any(entry => entry.Key == OriginRecord.Key))
        {
            return set;
        }

        string side = set.AllMembers.First(member => member.IsSideFile).Name;
        set.Dispose();
        throw new ModelFormatException(ModelSetErrors.StraySideFile, $"'{side}' is not that of '{set.AllMembers[0].Name}', which no conversion made", 0) { FilePath = location.Path };
    }

    /// <summary>Opens a source as a file of one format. The file owns the source from then on.</summary>
    internal static ModelFile Open(ByteSource source, ModelFormat format) => format switch
    {
        ModelFormat.Gguf => GgufFile.Open(source),
        ModelFormat.Apr => AprFile.Open(source),
        ModelFormat.SafeTensors => SafeTensorsFile.Open(source),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    // The name says which rules a file claims to follow; a file under another format's name is refused by that format's reader, which names what it found.
    private static ModelFormat Detect(ByteSource source)
    {
        if (ModelFormatNames.TryParse(Path.GetExtension(source.Name), out ModelFormat named))
        {
            return named;
        }

        byte[] first = source.ReadBytes(0, (int)Math.Min(DetectionBytes, source.Length));
        return GgufFormat.Matches(first) ? ModelFormat.Gguf
            : AprFormat.Matches(first) ? ModelFormat.Apr
            : SafeTensorsFormat.Matches(first, source.Length) ? ModelFormat.SafeTensors
            : throw new ModelFormatException(ConversionErrors.UnknownFormat, "the first bytes are those of no known format", 0) { FilePath = source.Name };
    }
}
