using ModelPack.Diagnostics;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.Origin;

namespace ModelPack.Models;

/// <summary>
/// Whether a SafeTensors file that is named means the folder that it lies in. Its header has names and shapes only; what model that is, and
/// its tokenizer, stand in the files around it (hf-companions.md §1), and programs load the folder.
/// </summary>
/// <param name="Location">The model of the folder; null if the path means no more than its file.</param>
/// <param name="Notes">What to say of it.</param>
internal readonly record struct MeantFolder(ModelLocation? Location, IReadOnlyList<Note> Notes)
{
    private const string FolderRead = "K-FOLDER";
    private const string ConfigUnread = "K-CONFIG-UNREAD";
    private const string CompanionsUnread = "K-COMPANIONS-UNREAD";
    private const int MaximumNamed = 3;

    private static readonly MeantFolder Nothing = new(null, []);

    public static MeantFolder Of(string path, PathScope scope)
    {
        string name = Path.GetFileName(path);
        if (scope == PathScope.FileAlone && name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)
            && ShardName.TryParse(name, out _, out _, out int parts) && parts > 1)
        {
            return new(
                null, [new(CompanionsUnread, $"'{name}', one of the {parts} parts of a model, was read alone: the others were not read")]);
        }

        bool isIndex = SafeTensorsSetNotes.SingleFileName(name) is not null;
        if ((!isIndex && !ModelLocation.IsWeights(name)) || !File.Exists(path))
        {
            return Nothing;
        }

        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : Directory.GetCurrentDirectory();
        string[] siblings = [.. ModelLocation.WeightsIn(folder)];
        bool isOfSet = SafeTensorsShardNames.IsShard(name) && SafeTensorsShardNames.AreComplete(siblings);
        string[] beside =
        [
            .. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))
                .Where(other => other != name && CompanionNames.Describes(other))
                .OrderByDescending(IsConfig).ThenBy(other => other, StringComparer.Ordinal),
        ];
        if (beside.Length == 0 && !isOfSet)
        {
            return RegularFile.Follow(path) is var real && real != path ? Of(real, scope) : Nothing;
        }

        string set = $"one of the {siblings.Length} shards of a model";
        if (!isIndex && IsOtherFormat(path))
        {
            return Nothing;
        }

        if (!isIndex && IsWrittenAlone(path))
        {
            return new(
                null, [new(
                    CompanionsUnread,
                    $"'{name}' was written as one file, which needs no companions: {List(beside)} beside it {Were(beside.Length)} not read")]);
        }

        if (scope == PathScope.FileAlone)
        {
            return Unread($"'{name}'{(isOfSet ? $", {set}," : "")} was read alone", beside);
        }

        if (Located(folder, name, siblings) is not { } located)
        {
            return Unread(
                $"'{name}' is one of several weights files in its folder, and nothing says which of them the companions describe", beside);
        }

        return !located.Names.Contains(name, StringComparer.Ordinal)
            ? Unread($"'{name}' is not what is loaded from its folder, which is '{located.Names.First()}'", beside)
            : new(located,
                [new(FolderRead, isOfSet && beside.Length == 0
                    ? $"'{name}' is {set}, and all were read; Alone=true (--alone) reads the file only"
                : $"'{name}' was read as a part of its folder, with {List(beside)}; Alone=true (--alone) reads the file only")]);
    }

    // Null if the folder holds several models. What a conversion wrote as one file is a model in itself, and does not make them several.
    private static ModelLocation? Located(string folder, string name, string[] siblings)
    {
        if (!ModelLocation.HasSeveralWeights(folder))
        {
            return ModelLocation.InFolder(folder, []);
        }

        string[] written = [.. siblings.Where(file => Path.GetFileName(file) != name && IsWrittenAlone(file))];
        return siblings.Length - written.Length == 1 ? ModelLocation.InFolder(folder, written) : null;
    }

    private static MeantFolder Unread(string why, string[] beside) => new(
        null,
        [
            new(
                beside.Any(IsConfig) ? ConfigUnread : CompanionsUnread,
                beside.Length == 0
                    ? $"{why}: the others were not read"
                    : $"{why}: {List(beside)} beside it {Were(beside.Length)} not read"),
        ]);

    private static string Were(int count) => count == 1 ? "was" : "were";

    private static string List(string[] names)
    {
        string[] shown = [.. (names.Length > MaximumNamed + 1 ? names.Take(MaximumNamed) : names).Select(name => $"'{name}'")];
        string last = shown.Length < names.Length ? Plural.Of(names.Length - shown.Length, "more companion") : shown[^1];
        string[] before = shown.Length < names.Length ? shown : shown[..^1];
        return before.Length == 0 ? last : $"{string.Join(", ", before)} and {last}";
    }

    private static bool IsConfig(string name) => name is CompanionNames.Config or CompanionNames.AdapterConfig;

    private static bool IsOtherFormat(string path)
    {
        using FileByteSource source = new(path);
        return ModelFiles.IsOther(source, ModelFormat.SafeTensors);
    }

    // A file that cannot be read is refused by its reader.
    private static bool IsWrittenAlone(string path)
    {
        try
        {
            using ModelFile file = ModelFiles.OpenFile(path);
            return file.OriginRecord is { } record && OriginCodec.Read(record.Span, file.Budget).Form.Folder is null;
        }
        catch (ModelPackException)
        {
            return false;
        }
    }
}
