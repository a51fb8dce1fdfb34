using System.Globalization;

namespace ModelPack.Formats.SafeTensors;

/// <summary>The names of the files of a model in several (safetensors.md §5).</summary>
internal static class SafeTensorsShards
{
    /// <summary>The name of a shard, one-based; a model of one file has no numbers.</summary>
    public static string FileName(string stem, int number, int count) => count == 1
        ? stem + SafeTensorsFormat.Extension
        : string.Create(CultureInfo.InvariantCulture, $"{stem}-{number:D5}-of-{count:D5}{SafeTensorsFormat.Extension}");
}
