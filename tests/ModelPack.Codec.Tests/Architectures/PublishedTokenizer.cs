using System.IO.Compression;
using System.Text.Json;
using ModelPack.Formats;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>A text with the ids that the tokenizer's own program gives it, without and with the tokens around it.</summary>
internal sealed record PublishedText(string Text, int[] Ids, int[] WithSpecial);

/// <summary>A tokenizer of a published model below tests/data/tokenizers: its files, compressed, and the keys that llama.cpp's converter
/// makes of it.</summary>
internal sealed class PublishedTokenizer
{
    private const string Compressed = ".br";
    private const string Expected = "expected.json";

    private readonly string folder;

    public PublishedTokenizer(string name)
    {
        Name = name;
        folder = RepositoryData.Path("tokenizers", name);
        Files = [
            .. RepositoryData.Files($"tokenizers/{name}", "*" + Compressed).Where(path => Path.GetFileName(path) != Expected + Compressed)
            .Select(path => new Companion(Path.GetFileNameWithoutExtension(path), Read(path)))];
    }

    public static IEnumerable<string> Names =>
        Directory.EnumerateDirectories(RepositoryData.Path("tokenizers")).Select(path => Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal);

    public string Name { get; }

    public Companion[] Files { get; }

    /// <summary>What the converter writes: an array as its number of items and their hash. Null if the converter has nothing to
    /// read.</summary>
    public JsonElement? Reference =>
        Path.Combine(folder, "reference.json") is { } path && File.Exists(path) ? JsonElement.Parse(File.ReadAllBytes(path)) : null;

    /// <summary>The program that gave the ids: SentencePiece knows no tokens around a text, and no added ones inside it.</summary>
    public bool IsBySentencePiece => ReadExpected().GetProperty("by").GetString() == "sentencepiece";

    public PublishedText[] ReadTexts() =>
    [
        .. ReadExpected().GetProperty("texts").EnumerateArray().Select(item => new PublishedText(
            item.GetProperty("text").GetString()!,
            Ids(item.GetProperty("ids")),
            Ids(item.TryGetProperty("with_special", out JsonElement special) ? special : item.GetProperty("ids")))),
    ];

    private JsonElement ReadExpected() => JsonElement.Parse(Read(Path.Combine(folder, Expected + Compressed)));

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];

    private static byte[] Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        using BrotliStream unpacked = new(file, CompressionMode.Decompress);
        using MemoryStream bytes = new();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }
}
