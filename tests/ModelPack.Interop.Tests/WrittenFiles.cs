using System.Text.Json;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Interop.Tests;

/// <summary>A GGUF file that a conversion wrote.</summary>
/// <param name="Path">The file.</param>
/// <param name="Made">How it was made.</param>
/// <param name="Accepted">Whether the reference reader accepts what was converted, where the corpus knows.</param>
internal sealed record WrittenFile(string Path, string Made, bool Accepted)
{
    /// <summary>Opens the file on its own, also if it is a part of a set.</summary>
    public GgufFile Open() => GgufFile.Open(new FileByteSource(Path));
}

/// <summary>Every valid file of the corpora as GGUF: new ones from the other formats, and files that went to another format and came
/// back.</summary>
internal static class WrittenFiles
{
    private const long PartBytes = 500_000;

    private static readonly ConversionOptions Options = new() { NonFinite = NonFinitePolicy.Allow, Existing = ExistingTarget.Replace };

    private static readonly Lazy<WrittenFile[]> Files = new(() => [.. Restored(), .. New(), .. Split(), .. Merged()]);

    /// <summary>The folder of the files; it is removed after the tests.</summary>
    public static string Folder { get; } = Directory.CreateTempSubdirectory("modelpack-interop-").FullName;

    public static IReadOnlyList<WrittenFile> All => Files.Value;

    /// <summary>Converts a GGUF model to another format and back. All files that come back have their own names again.</summary>
    public static string[] RoundTrip(string source, ModelFormat via)
    {
        string name = Path.GetFileNameWithoutExtension(source);
        string there = Path.Combine(Folder, $"{name}.via-{via}.{via.Extension()}");
        string back = Path.Combine(Folder, $"{name}.via-{via}") + Path.DirectorySeparatorChar;
        Unflushed.Convert(source, there, via, Options);
        Unflushed.Convert(there, back, ModelFormat.Gguf, Options);
        return GgufFiles(back);
    }

    /// <summary>Writes a GGUF model as a set of parts; the first part comes first.</summary>
    public static string[] WriteSplit(string source)
    {
        string target = Path.Combine(Folder, $"{Path.GetFileNameWithoutExtension(source)}.split") + Path.DirectorySeparatorChar;
        Unflushed.Convert(source, target, ModelFormat.Gguf, Options with { MaxShardBytes = PartBytes });
        return GgufFiles(target);
    }

    private static IEnumerable<WrittenFile> Restored()
    {
        foreach (string source in Corpus("gguf/valid", "*.gguf").Concat(Corpus("gguf/models", "*.gguf")))
        {
            foreach (ModelFormat via in (ModelFormat[])[ModelFormat.Apr, ModelFormat.SafeTensors])
            {
                foreach (string path in RoundTrip(source, via))
                {
                    string original = Path.Combine(Path.GetDirectoryName(source)!, Path.GetFileName(path));
                    yield return new(path, $"{Path.GetFileName(path)} by way of {via}", IsAccepted(original));
                }
            }
        }
    }

    private static IEnumerable<WrittenFile> New()
    {
        string[] sources = [
            .. Corpus("apr/valid", "*.apr"), .. Corpus("safetensors/valid", "*.safetensors"),
            .. Corpus("safetensors/valid", "*.index.json")];
        foreach (string source in sources)
        {
            string target = Path.Combine(Folder, $"{Path.GetFileName(Path.GetDirectoryName(source))}-{Path.GetFileName(source)}.gguf");
            Unflushed.Convert(source, target, ModelFormat.Gguf, Options);
            yield return new(target, $"new from {Path.GetFileName(source)}", true);
        }
    }

    // Writing parts lays the model out anew: what the reference does not know, version 1 and the other byte order, is gone. It refuses
    // nested arrays.
    private static IEnumerable<WrittenFile> Split() =>
        from source in Corpus("gguf/valid", "*.gguf").Concat(Corpus("gguf/models", "*.gguf"))
        from path in WriteSplit(source)
        select new WrittenFile(path, $"split, {Path.GetFileName(path)}", Path.GetFileName(source) != "nested-arrays.gguf");

    private static IEnumerable<WrittenFile> Merged()
    {
        string target = Path.Combine(Folder, "merged.gguf");
        Unflushed.Convert(
            RepositoryData.Path("corpus", "gguf", "valid", "split-00001-of-00003.gguf"), target, ModelFormat.Gguf, Options);
        yield return new(target, "merged from three parts", true);
    }

    private static IEnumerable<string> Corpus(string folder, string pattern) =>
        Directory.EnumerateFiles(RepositoryData.Path(["corpus", .. folder.Split('/')]), pattern, SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal);

    private static string[] GgufFiles(string folder) => [.. Directory.EnumerateFiles(folder, "*.gguf").Order(StringComparer.Ordinal)];

    private static bool IsAccepted(string original)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(original, ".json")));
        return !document.RootElement.TryGetProperty("reference_loader", out JsonElement loader)
            || loader.GetProperty("with_data").GetString() == "accept";
    }
}
