using System.Text.Json;

namespace ModelPack.Codec.Tests.Formats.Gguf;

/// <summary>The well-formed files with their descriptions.</summary>
internal static class GgufCorpus
{
    /// <summary>Names below the corpus folder, without ending; each has a <c>.gguf</c> and a <c>.json</c>.</summary>
    public static IEnumerable<string> Names { get; } =
        [.. from folder in new[] { "valid", "models" } from file in RepositoryData.Files(
            $"corpus/gguf/{folder}", "*.gguf") select $"{folder}/{Path.GetFileNameWithoutExtension(file)}"];

    public static string FilePath(string name) => RepositoryData.Path("corpus", "gguf", $"{name}.gguf");

    public static byte[] Bytes(string name) => File.ReadAllBytes(FilePath(name));

    public static JsonElement Description(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(RepositoryData.Path("corpus", "gguf", $"{name}.json")));
        return document.RootElement.Clone();
    }
}
