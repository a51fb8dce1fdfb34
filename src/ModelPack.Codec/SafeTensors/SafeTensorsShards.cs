using System.Collections.Immutable;
using System.Globalization;

namespace ModelPack.Codec.SafeTensors;

/// <summary>The splitting rule of huggingface_hub, and the names of the files (safetensors.md §5).</summary>
internal static class SafeTensorsShards
{
    /// <summary>Distributes tensors over shards. A tensor above the limit becomes a shard of its own; the shard that was being filled goes on behind it.</summary>
    /// <param name="byteLengths">Payload lengths in the model's order.</param>
    /// <param name="maxBytes">The limit of a shard's payloads.</param>
    /// <returns>For each shard the places of its tensors.</returns>
    public static ImmutableArray<ImmutableArray<int>> Split(IReadOnlyList<long> byteLengths, long maxBytes)
    {
        List<ImmutableArray<int>> shards = [];
        List<int> current = [];
        long filled = 0;
        for (int i = 0; i < byteLengths.Count; i++)
        {
            if (byteLengths[i] > maxBytes)
            {
                shards.Add([i]);
                continue;
            }

            if (byteLengths[i] > maxBytes - filled)
            {
                shards.Add([.. current]);
                current.Clear();
                filled = 0;
            }

            current.Add(i);
            filled += byteLengths[i];
        }

        if (current.Count > 0)
        {
            shards.Add([.. current]);
        }

        return [.. shards];
    }

    /// <summary>The name of a shard, one-based; a model of one file has no numbers.</summary>
    public static string FileName(string stem, int number, int count) => count == 1
        ? stem + SafeTensorsFormat.Extension
        : string.Create(CultureInfo.InvariantCulture, $"{stem}-{number:D5}-of-{count:D5}{SafeTensorsFormat.Extension}");
}
