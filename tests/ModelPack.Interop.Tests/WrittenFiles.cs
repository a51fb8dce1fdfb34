using System.Text.Json;
using ModelPack.Codec;
using ModelPack.Codec.Conversion;

namespace ModelPack.Interop.Tests;

/// <summary>A GGUF file that a conversion wrote.</summary>
/// <param name="Path">The file.</param>
/// <param name="Made">How it was made.</param>
/// <param name="Accepted">Whether the reference reader accepts what was converted, where the corpus knows.</param>
internal sealed record WrittenFile(string Path, string Made, bool Accepted);

/// <summary>Every valid file of the corpora as GGUF: new ones from the other formats, and files that went to another format and came back.</summary>
internal static class WrittenFiles
{
    private static readonly ConversionOptions Options = new() { NonFinite = NonFinitePolicy.Allow };

    private static readonly Lazy<WrittenFile[]> Files = new(() => [.. Restored(), .. New(), .. Rewritten()]);

    /// <summary>The folder of the files; it is removed after the tests.</summary>
    public static string Folder { get; } = Directory.CreateTempSubdirectory("modelpack-interop-").FullName;

    public static IReadOnlyList<WrittenFile> All => Files.Value;

    /// <summary>Converts a GGUF file to another format and back.</summary>
    public static string RoundTrip(string source, ModelFormat via)
    {
        string name = Path.GetFileNameWithoutExtension(source);
        string there = Path.Combine(Folder, $"{name}.via-{via}.{via.Extension()}");
        string back = Path.Combine(Folder, $"{name}.via-{via}.gguf");
        ModelConverter.Convert(source, there, via, Options with { Existing = ExistingTarget.Replace });
        ModelConverter.Convert(there, back, ModelFormat.Gguf, Options with { Existing = ExistingTarget.Replace });
        return back;
    }

    public static IEnumerable<string> Corpus(string folder, string pattern) =>
        Directory.EnumerateFiles(RepositoryData.Path(folder.Split('/')), pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static IEnumerable<WrittenFile> Restored()
    {
        foreach (string source in Corpus("corpus/gguf/valid", "*.gguf").Concat(Corpus("corpus/gguf/models", "*.gguf")))
        {
            foreach (ModelFormat via in (ModelFormat[])[ModelFormat.Apr, ModelFormat.SafeTensors])
            {
                yield return new(RoundTrip(source, via), $"{Path.GetFileName(source)} by way of {via}", IsAccepted(source));
            }
        }
    }

    private static IEnumerable<WrittenFile> New()
    {
        foreach (string source in Corpus("corpus/apr/valid", "*.apr").Concat(Corpus("corpus/safetensors/valid", "*.safetensors")))
        {
            string target = Path.Combine(Folder, $"{Path.GetFileName(Path.GetDirectoryName(source))}-{Path.GetFileName(source)}.gguf");
            ModelConverter.Convert(source, target, ModelFormat.Gguf, Options);
            yield return new(target, $"new from {Path.GetFileName(source)}", true);
        }
    }

    // What the reference does not know is version 1 and the other byte order; neither is left in a new file.
    private static IEnumerable<WrittenFile> Rewritten()
    {
        foreach (string source in Corpus("corpus/gguf/valid", "*.gguf"))
        {
            string target = Path.Combine(Folder, $"rewritten-{Path.GetFileName(source)}");
            ModelConverter.Convert(source, target, ModelFormat.Gguf, Options);
            bool hasNestedArrays = Path.GetFileName(source) == "nested-arrays.gguf";
            yield return new(target, $"rewritten from {Path.GetFileName(source)}", !hasNestedArrays);
        }
    }

    private static bool IsAccepted(string source)
    {
        string description = Path.ChangeExtension(source, ".json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(description));
        return !document.RootElement.TryGetProperty("reference_loader", out JsonElement loader) || loader.GetProperty("with_data").GetString() == "accept";
    }
}
