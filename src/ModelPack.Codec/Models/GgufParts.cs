using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Models;

/// <summary>
/// Which GGUF files of a folder are one model. Names propose, as llama.cpp looks for parts by their names; the keys of the files decide: a
/// file is a part if they say so (gguf.md §5), whatever it is called.
/// </summary>
/// <param name="Files">The files of the model, in the order of their numbers.</param>
/// <param name="Notes">That the names do not say what the keys do.</param>
internal sealed record GgufParts(ImmutableArray<string> Files, ImmutableArray<Note> Notes)
{
    // What llama.cpp calls the part of a model that reads pictures and sound (gguf.md §3).
    private const string ProjectorArchitecture = "clip";
    private const string Ending = ".gguf";
    private const string Rule = "K-PART";

    /// <summary>The files of the model that a file is, or is a part of.</summary>
    /// <exception cref="ModelFormatException">Parts are not there, or cannot be told from those of another model.</exception>
    public static GgufParts Of(string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        string[] beside = Beside(folder);
        if (!IsPartName(path, out string prefix, out int count))
        {
            return beside.Length > 1 && Split(path) is { } keys ? ByKeys(path, keys, beside) ?? new([path], []) : new([path], []);
        }

        string?[] named = Named(beside, prefix, count);
        int missing = Array.IndexOf(named, null);
        if (missing < 0 ? named.Any(part => HasSplitKey(part!)) : !File.Exists(path))
        {
            return missing < 0
                ? new([.. named.OfType<string>()], [])
                : throw Missing(path, $"'{GgufSplitSet.FileName(prefix, missing + 1, count)}' is not there");
        }

        return missing < 0 || !HasSplitKey(path)
            ? new([path],
                [new(Rule,
                    $"'{Path.GetFileName(path)}' is called like one of {count} parts, and has no '{GgufSplit.CountKey}': it is a model of "
                        + $"its own")])
            : Split(path) is { } split
            ? ByKeys(path, split, beside) ?? throw Missing(path, $"'{GgufSplitSet.FileName(prefix, missing + 1, count)}' is not there")
            : new([path], []);
    }

    /// <summary>True for a GGUF that holds a projector beside a model.</summary>
    public static bool IsProjector(string path) => Read(path, file => file.Architecture == ProjectorArchitecture, otherwise: false);

    /// <summary>True for a file that says that others belong to its model.</summary>
    public static bool IsPart(string path) => Split(path) is not null;

    // The others say the same numbers of themselves. Names decide between two that say the same place: parts that are called so belong to
    // those of their name.
    private static GgufParts? ByKeys(string path, GgufSplit own, IEnumerable<string> beside)
    {
        bool isNamed = IsPartName(path, out string prefix, out _);
        ILookup<int, string> found = beside.Select(other => (Path: other, Split: Split(other)))
            .Where(other => own.Number is not null && other.Split is { Number: not null } split && split.Count == own.Count
                && split.TensorCount == own.TensorCount)
            .ToLookup(other => other.Split!.Number!.Value, other => other.Path);
        string?[] parts = new string?[own.Count];
        for (int number = 0; number < parts.Length; number++)
        {
            string[] likely = [
                .. found[number].Where(
                    other => own.Number == number
                        ? Path.GetFileName(other) == Path.GetFileName(path)
                        : IsPartName(other, out string its, out _) == isNamed && its == prefix)];
            string[] candidates = likely.Length > 0 ? likely : [.. found[number]];
            parts[number] = candidates.Length < 2 ? candidates.FirstOrDefault()
                : throw new ModelFormatException(
                    ModelSetErrors.WrongPart,
                    $"'{Path.GetFileName(candidates[0])}' and '{Path.GetFileName(candidates[1])}' both say that they are part {number + 1} "
                        + $"of {own.Count}") { FilePath = path };
        }

        string[] there = [.. parts.OfType<string>()];
        return there.Length == parts.Length
            ? new([.. there],
                [new(Rule,
                    $"the parts are read by their keys, which their names do not follow: "
                        + $"{string.Join(", ", there.Select(part => $"'{Path.GetFileName(part)}'"))}")])
            : there.Length < 2 || isNamed ? null
            : throw Missing(
                path, $"part {Array.IndexOf(parts, null) + 1} of {own.Count} is not there; by their keys '{Path.GetFileName(there[0])}' "
                    + $"and '{Path.GetFileName(there[1])}' are parts of it");
    }

    private static string?[] Named(IEnumerable<string> beside, string prefix, int count)
    {
        string?[] parts = new string?[count];
        foreach (string path in beside)
        {
            if (ShardName.TryParse(Path.GetFileName(path), out string other, out int number, out int of) && of == count && number >= 1
                && number <= count
                && other.Equals(prefix, StringComparison.OrdinalIgnoreCase)
                && (parts[number - 1] is null || other == prefix))
            {
                parts[number - 1] = path;
            }
        }

        return parts;
    }

    private static string[] Beside(string folder)
    {
        string place = folder.Length == 0 ? "." : folder;
        return !Directory.Exists(place) ? [] :
        [
            .. Directory.EnumerateFiles(place).Select(path => Path.GetFileName(path))
                .Where(name => name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)
                .Select(name => Path.Combine(folder, name)),
        ];
    }

    private static bool IsPartName(string path, out string prefix, out int count) =>
        ShardName.TryParse(Path.GetFileName(path), out prefix, out _, out count) && count > 1;

    // A file that cannot be read is taken by its name: its reader says later what is wrong with it.
    private static bool HasSplitKey(string path) => Read(path, file => file.Find(GgufSplit.CountKey) is not null, otherwise: true);

    // Null for a whole model. Programs that merge parts may leave the keys of one in it.
    private static GgufSplit? Split(string path) =>
        Read(path, file => file.Split is { } split && split.LacksTensors(file.Tensors.Count) ? split : null, otherwise: null);

    private static T Read<T>(string path, Func<GgufFile, T> ask, T otherwise)
    {
        try
        {
            using ModelFile file = ModelFiles.OpenFile(path);
            return file is GgufFile gguf ? ask(gguf) : otherwise;
        }
        catch (Exception exception) when (exception is ModelPackException or IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }

    private static ModelFormatException Missing(string path, string what) => new(ModelSetErrors.MissingPart, what) { FilePath = path };
}
