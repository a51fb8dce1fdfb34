using ModelPack.Codec.IO;
using System.Collections.Immutable;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Gguf;

namespace ModelPack.Codec;

/// <summary>Which GGUF files of a folder are one model. Names propose; where they do not fit, the keys of the file decide.</summary>
internal static class GgufParts
{
    // What llama.cpp calls the part of a model that reads pictures and sound (gguf.md §3).
    private const string ProjectorArchitecture = "clip";

    /// <summary>The parts of a model by the name of the first one.</summary>
    /// <exception cref="ModelFormatException">A part is not there, and the first one says that it is a part.</exception>
    public static ImmutableArray<string> Of(string folder, string prefix, int count, string first)
    {
        string?[] parts = new string?[count];
        string place = folder.Length == 0 ? "." : folder;
        foreach (string path in Directory.Exists(place) ? Directory.EnumerateFiles(place).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            string name = Path.GetFileName(path);
            if (name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)
                && ShardName.TryParse(name, out string other, out int number, out int of) && of == count && number >= 1 && number <= count
                && other.Equals(prefix, StringComparison.OrdinalIgnoreCase)
                && (parts[number - 1] is null || other == prefix))
            {
                parts[number - 1] = Path.Combine(folder, name);
            }
        }

        int missing = Array.IndexOf(parts, null);
        return missing < 0 ? [.. parts.OfType<string>()]
            : !IsPart(first) ? [first]
            : throw new ModelFormatException(ModelSetErrors.MissingPart, $"'{GgufSplitSet.FileName(prefix, missing + 1, count)}' is not there", 0) { FilePath = first };
    }

    /// <summary>True for a GGUF that holds a projector beside a model.</summary>
    public static bool IsProjector(string path) => Reads(path, file => file.Architecture == ProjectorArchitecture, otherwise: false);

    // A file that cannot be read is taken by its name: its reader says later what is wrong with it.
    private static bool IsPart(string path) => !File.Exists(path) || Reads(path, file => file.Split is { IsPart: true }, otherwise: true);

    private static bool Reads(string path, Predicate<GgufFile> says, bool otherwise)
    {
        try
        {
            using ModelFile file = ModelFiles.OpenFile(path);
            return file is GgufFile gguf ? says(gguf) : otherwise;
        }
        catch (ModelPackException)
        {
            return otherwise;
        }
    }
}
