using System.Globalization;
using ModelPack.IO;

namespace ModelPack.Formats.SafeTensors;

/// <summary>The names of the files of a model in several (safetensors.md §5).</summary>
internal static class SafeTensorsShards
{
    /// <summary>What the files of a folder are called, as loaders expect it.</summary>
    public const string Stem = "model";

    /// <summary>The index of a folder with several shards.</summary>
    /// <param name="places">For each tensor the file that holds it.</param>
    /// <param name="totalSize">Bytes of all payloads.</param>
    public static PlannedFile Index(IEnumerable<KeyValuePair<string, string>> places, long totalSize) =>
        new($"{Stem}.safetensors.index.json", new([new LiteralSegment(SafeTensorsIndexWriter.Write(places, totalSize))]));

    /// <summary>The name of a shard, one-based; a model of one file has no numbers.</summary>
    public static string FileName(string stem, int number, int count) => count == 1
        ? stem + SafeTensorsFormat.Extension
        : string.Create(CultureInfo.InvariantCulture, $"{stem}-{number:D5}-of-{count:D5}{SafeTensorsFormat.Extension}");
}
