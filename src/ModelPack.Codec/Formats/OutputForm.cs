using System.Collections.Immutable;

namespace ModelPack.Formats;

/// <summary>The files that an output is to consist of.</summary>
/// <param name="Folder">The stem of the files in a folder; null for one file whose name the caller knows.</param>
/// <param name="MaxShardBytes">Payload bytes at which a further file is begun; null for no limit.</param>
internal sealed record OutputForm(string? Folder, long? MaxShardBytes)
{
    /// <summary>Distributes tensors over files, in their order, by the rule of huggingface_hub (safetensors.md §5).</summary>
    public ImmutableArray<ImmutableArray<int>> Split(IReadOnlyList<OutputTensor> steps) => MaxShardBytes is { } limit
        ? Split([.. steps.Select(step => step.Payload.Length)], limit)
        : [[.. Enumerable.Range(0, steps.Count)]];

    /// <summary>Distributes tensors over shards. A tensor above the limit becomes a shard of its own; the shard that was being filled goes
    /// on behind it.</summary>
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
}
