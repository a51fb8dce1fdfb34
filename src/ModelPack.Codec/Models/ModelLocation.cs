using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.IO.Output;
using ModelPack.Origin;

namespace ModelPack.Models;

/// <summary>The files that a path means: one file, all parts of a split model, or a model folder with its companions.</summary>
/// <param name="Path">The path as given.</param>
/// <param name="Files">Full paths, those with tensors first.</param>
/// <param name="LeftOut">What lies in the folder of the model and is not carried.</param>
internal sealed record ModelLocation(string Path, ImmutableArray<string> Files, ImmutableArray<LeftOutFile> LeftOut)
{
    /// <summary>Length of the largest file that travels in metadata.</summary>
    public const long MaximumCompanionBytes = 64 << 20;

    // The name that loaders of Hugging Face folders expect.
    private const string FolderModel = "model.safetensors";

    private const string LeftOutRule = "K-LEFT-OUT";
    private const int MaximumNamed = 10;

    /// <summary>What is to be said of how the path was understood.</summary>
    public IReadOnlyList<Note> Understood { get; init; } = [];

    /// <summary>True if the model is one file, and nothing else has to be said of its folder.</summary>
    public bool IsSingleFile => Files.Length == 1 && LeftOut.IsEmpty;

    /// <summary>The names of the files: bare ones, and relative ones of companions in sub-folders.</summary>
    public IEnumerable<string> Names => Files.Select(file => MemberName.Within(Folder, file));

    /// <summary>What a reader of the folder should know.</summary>
    public IEnumerable<Note> Notes =>
    [
        .. Understood,
        .. Said("not part of the model, and left out", LeftOut.Where(file => !file.IsPart)),
        .. Said("part of the model, and left out", LeftOut.Where(file => file.IsPart)),
        .. OutsideLinks.Notes(Folder, Files),
        .. NameNotes,
    ];

    /// <summary>What the names of the files do not say.</summary>
    public ImmutableArray<Note> NameNotes { get; private init; } = [];

    private string Folder => Directory.Exists(Path) ? Path : System.IO.Path.GetDirectoryName(Path) ?? "";

    private static IEnumerable<Note> Said(string what, IEnumerable<LeftOutFile> files)
    {
        LeftOutFile[] all = [.. files];
        if (all.Length > 0)
        {
            string more = all.Length > MaximumNamed ? $" and {all.Length - MaximumNamed} more" : "";
            yield return new(LeftOutRule, $"{what}: {string.Join(", ", all.Take(MaximumNamed))}{more}");
        }
    }

    /// <exception cref="ModelFormatException">The path names no model, or several.</exception>
    public static ModelLocation Find(string path, PathScope scope = PathScope.Model)
    {
        if (Directory.Exists(path))
        {
            return scope == PathScope.Model ? InFolder(path, [])
                : throw new ModelFormatException(
                    ModelSetErrors.FolderAlone, $"'{path}' is a folder, and a file alone was asked for") { FilePath = path };
        }

        // The output of a conversion to a link lies where that leads to, with its side file beside it.
        string real = RegularFile.Follow(path);
        if (real != path && !File.Exists(ModelFiles.SideFilePath(path)) && File.Exists(ModelFiles.SideFilePath(real)))
        {
            return Find(real, scope);
        }

        if (SideFile.IsName(System.IO.Path.GetFileName(path)))
        {
            return new(path, [path], []) { Understood = [SideFileNote.Of(path)] };
        }

        MeantFolder meant = MeantFolder.Of(path, scope);
        return (meant.Location ?? OfFile(path, scope)) with { Understood = meant.Notes };
    }

    // What a file names or is called after itself, whatever lies beside it.
    private static ModelLocation OfFile(string path, PathScope scope)
    {
        string name = System.IO.Path.GetFileName(path);
        string folder = System.IO.Path.GetDirectoryName(path) ?? "";
        if (SafeTensorsSetNotes.SingleFileName(name) is not null)
        {
            ImmutableArray<string> shards = Shards(path);
            SidePlace side = Side(folder, shards);
            return new(path, [.. shards, .. side.Own, path], side.Others);
        }

        GgufParts parts = HasEnding(name, ".gguf") && scope == PathScope.Model ? GgufParts.Of(path) : new([path], []);
        SidePlace beside = Side(folder, parts.Files);
        return new(path, [.. parts.Files, .. beside.Own], beside.Others) { NameNotes = parts.Notes };
    }

    // The names of two models may lead to one side file. It is that of the model whose origin record counts tensors in one.
    private static SidePlace Side(string folder, IReadOnlyList<string> models)
    {
        return FileName.In(
            folder, SideFile.NameFor(models.Count == 0 ? FolderModel : System.IO.Path.GetFileName(models[0]))) is not { } path ? new([], [])
            : models.Count == 0 || SideFile.SharerOf(models) is not { } other || CountsSideTensors(models[0]) ? new([path], [])
            : new([], [new(System.IO.Path.GetFileName(path), new FileInfo(path).Length, $"the side file of '{other}'")]);
    }

    // A damaged record is refused by whoever follows it.
    private static bool CountsSideTensors(string model)
    {
        using ModelFile file = ModelFiles.OpenFile(model);
        try
        {
            return file.OriginRecord is { } record && OriginCodec.Read(record.Span, file.Budget).SideTensors > 0;
        }
        catch (ModelPackException)
        {
            return true;
        }
    }

    /// <summary>The model of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="written">Files in it that are models of their own.</param>
    /// <exception cref="ModelFormatException">The folder holds no model, or several.</exception>
    public static ModelLocation InFolder(string folder, string[] written)
    {
        string[] all = FilesIn(folder, written);
        string[] index = Indexes(all);
        string[] tensors = index.Length == 1 ? [.. Shards(index[0])] : One(folder, all, ".safetensors", FolderModel);
        LeftOutFile[] unread = [
            .. written.Select(
                path => new LeftOutFile(
                    System.IO.Path.GetFileName(path), new FileInfo(path).Length, "the output of a conversion, a model of its own"))];
        if (index.Length == 1 && FileName.In(folder, FolderModel) is { } whole && all.Contains(whole) && !tensors.Contains(whole))
        {
            // transformers looks for the single file first.
            unread = [
                .. unread, .. tensors.Append(index[0])
                    .Select(path => new LeftOutFile(
                        System.IO.Path.GetFileName(path), new FileInfo(path).Length, $"'{FolderModel}' is what transformers loads"))];
            all = [.. all.Except(tensors).Except(index)];
            tensors = [whole];
        }

        if (tensors.Length > 0)
        {
            Subfolders below = Subfolders.Of(folder);
            string[] companions = [.. all.Except(tensors).Where(IsCompanion)];
            IEnumerable<string> others = all.Except(tensors).Except(companions)
                .Where(path => !HasEnding(path, MemberName.CertificateEnding));
            IEnumerable<string> beside = companions.Concat(below.Companions)
                .OrderBy(path => MemberName.Within(folder, path), StringComparer.Ordinal);
            SidePlace side = Side(folder, tensors);
            return new(
                folder, [.. tensors, .. side.Own, .. beside],
                [.. unread, .. others.Select(path => new LeftOutFile(System.IO.Path.GetFileName(path), new FileInfo(path).Length, null)),
                    .. side.Others, .. below.LeftOut]);
        }

        string[] named = [.. all.Where(path => HasEnding(path, ".gguf"))];
        string[] gguf = [.. named.Where(path => !IsLaterPart(path))];
        string[] projectors = gguf.Length > 1 ? [.. gguf.Where(GgufParts.IsProjector)] : [];
        gguf = projectors.Length == gguf.Length ? gguf : [.. gguf.Except(projectors)];
        string single = (gguf.Length, One(folder, all, ".apr", "model.apr")) switch
        {
            ( > 0, { Length: 0 }) => gguf[0],
            (0, { Length: 1 } apr) => apr[0],
            (0, _) when named.Length > 0 => named[0],
            (0, _) when MisplacedModel.In(folder, all) is { } error => throw error,
            (0, _) =>
                throw new ModelFormatException(
                    ModelSetErrors.NoModel, $"'{folder}' holds no .safetensors, .gguf or .apr file") { FilePath = folder },
            _ => throw new ModelFormatException(
                ModelSetErrors.SeveralModels, $"'{folder}' holds {gguf.Length} GGUF models") { FilePath = folder },
        };
        ModelLocation found = Find(single);
        string[] further = [.. named.Except(found.Files).Except(projectors.Contains(single) ? [single] : projectors)];
        string[] stray = [.. further.Where(path => IsLaterPart(path) && GgufParts.IsPart(path))];
        if (further.Length > stray.Length)
        {
            throw new ModelFormatException(
                ModelSetErrors.SeveralModels, $"'{folder}' holds {1 + further.Length - stray.Length} GGUF models") { FilePath = folder };
        }

        return found with
        {
            LeftOut = [
                .. found.LeftOut, .. LeftOutOf(stray, "a part of another model"),
                .. LeftOutOf(projectors.Except([single]), "the projector of the model, a model of its own")],
        };
    }

    /// <summary>Whether a folder holds several files with weights, and nothing that says which of them belong together.</summary>
    public static bool HasSeveralWeights(string folder)
    {
        string[] all = FilesIn(folder, []);
        return Indexes(all).Length != 1 && OneOf(all, SafeTensorsFormat.Extension, FolderModel) is null;
    }

    private static string[] FilesIn(string folder, string[] written) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(path => !SideFile.IsName(path) && !OutputTarget.IsTemporaryName(System.IO.Path.GetFileName(path))).Except(written)
            .Order(StringComparer.Ordinal),
    ];

    private static string[] Indexes(string[] all) =>
        [.. all.Where(path => SafeTensorsSetNotes.SingleFileName(System.IO.Path.GetFileName(path)) is not null)];

    private static IEnumerable<LeftOutFile> LeftOutOf(IEnumerable<string> paths, string why) =>
        paths.Select(path => new LeftOutFile(System.IO.Path.GetFileName(path), new FileInfo(path).Length, why));

    /// <summary>The SafeTensors files in a folder, without side files and what a conversion has not ended.</summary>
    public static IEnumerable<string> WeightsIn(string folder) => Directory.EnumerateFiles(folder)
        .Where(path => IsWeights(System.IO.Path.GetFileName(path)) && !OutputTarget.IsTemporaryName(System.IO.Path.GetFileName(path)));

    /// <summary>Whether a file of that name holds the tensors of a folder.</summary>
    public static bool IsWeights(string name) => HasEnding(name, SafeTensorsFormat.Extension) && !SideFile.IsName(name);

    private static bool HasEnding(string path, string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    private static string[] One(string folder, string[] all, string ending, string preferred) => OneOf(all, ending, preferred)
        ?? throw new ModelFormatException(
            ModelSetErrors.SeveralModels, $"'{folder}' holds {all.Count(path => HasEnding(path, ending))} {ending} files and no index")
            {
                FilePath = folder,
            };

    // Null if there are several models.
    private static string[]? OneOf(string[] all, string ending, string preferred)
    {
        string[] found = [.. all.Where(path => HasEnding(path, ending))];
        string[] named = [.. found.Where(path => System.IO.Path.GetFileName(path).Equals(preferred, StringComparison.OrdinalIgnoreCase))];
        return found.Length <= 1 || (ending == SafeTensorsFormat.Extension && SafeTensorsShardNames.AreComplete(found)) ? found
            : named.Length == 1 ? named : null;
    }

    private static ImmutableArray<string> Shards(string indexPath)
    {
        string folder = System.IO.Path.GetDirectoryName(indexPath) ?? "";
        using (FileByteSource source = new(indexPath))
        {
            ForeignFile.RefuseAsCompanion(source, indexPath);
        }

        SafeTensorsIndex index = SafeTensorsIndex.Open(indexPath);
        // Whoever writes shards writes them in the order of their numbers; the index is sorted by tensor names.
        Dictionary<string, string> paths = new(StringComparer.Ordinal);
        foreach (SafeTensorsIndexEntry entry in index.WeightMap)
        {
            if (!paths.ContainsKey(entry.File))
            {
                paths.Add(entry.File, SafeTensorsSet.PathOf(indexPath, entry));
            }
        }

        return [.. index.Files.Order(StringComparer.Ordinal).Select(file => paths[file]).Distinct(StringComparer.Ordinal)];
    }

    private static bool IsLaterPart(string path) =>
        ShardName.TryParse(System.IO.Path.GetFileName(path), out _, out int number, out int count) && count > 1 && number > 1;

    /// <summary>Whether a file travels with the model.</summary>
    /// <exception cref="ModelFormatException">It is one, and too large.</exception>
    public static bool IsCompanion(string path)
    {
        string name = System.IO.Path.GetFileName(path);
        if (!MemberName.IsCompanion(name))
        {
            return false;
        }

        long length = new FileInfo(path).Length;
        return length <= MaximumCompanionBytes
            ? true
            : throw new ModelFormatException(
                ModelSetErrors.CompanionTooLarge, $"'{name}' has {length} bytes; {MaximumCompanionBytes} are carried")
                {
                    FilePath = path,
                };
    }

    /// <summary>A side file that stands where that of a model would.</summary>
    /// <param name="Own">Its path, if it is the model's.</param>
    /// <param name="Others">What to say of it, if it is that of another model.</param>
    private readonly record struct SidePlace(ImmutableArray<string> Own, ImmutableArray<LeftOutFile> Others);
}
