using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;

namespace ModelPack.Models.Building;

/// <summary>Lays out a model as the writers of its format do: one file, or shards.</summary>
internal static class FreshLayout
{
    /// <param name="format">The format.</param>
    /// <param name="entries">The metadata.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="folder">Name of the folder; null for one file.</param>
    /// <param name="maxShardBytes">Payload bytes at which a further file is begun.</param>
    /// <param name="payloads">Gets the payloads.</param>
    /// <exception cref="ModelPackException">The format cannot hold the model.</exception>
    public static List<PlannedFile> Plan(
        ModelFormat format, IReadOnlyList<BuilderEntry> entries, IReadOnlyList<BuilderTensor> tensors, string? folder, long? maxShardBytes,
        PayloadList payloads)
    {
        int[] places = [.. tensors.Select(tensor => payloads.Add(tensor).Tensor)];
        ImmutableArray<ImmutableArray<int>> shards = maxShardBytes is { } limit
            ? OutputForm.Split([.. tensors.Select(tensor => tensor.Payload.Length)], limit)
            : [];
        shards = shards.IsEmpty ? [[.. Enumerable.Range(0, tensors.Count)]] : shards;
        List<PlannedFile> files = [];
        for (int i = 0; i < shards.Length; i++)
        {
            BuilderTensor[] part = [.. shards[i].Select(place => tensors[place])];
            FilePlan plan = format switch
            {
                ModelFormat.Gguf => Gguf(entries, part, i, shards.Length, tensors.Count),
                ModelFormat.Apr => Apr(entries, part),
                _ => SafeTensors(entries, part),
            };
            files.Add(
                new(NameOf(format, folder, i, shards.Length),
                    ContainerTarget.Renumbered(plan, [.. shards[i].Select(place => places[place])])));
        }

        if (format == ModelFormat.SafeTensors && shards.Length > 1)
        {
            IEnumerable<KeyValuePair<string, string>> map = shards.SelectMany(
                (shard, i) => shard.Select(place => KeyValuePair.Create(tensors[place].Name, files[i].Name)));
            files.Add(SafeTensorsShards.Index([.. map], tensors.Sum(tensor => tensor.Payload.Length)));
        }

        return files;
    }

    private static string NameOf(ModelFormat format, string? folder, int number, int count) => (format, folder) switch
    {
        (_, null) => "",
        (ModelFormat.SafeTensors, _) => SafeTensorsShards.FileName(SafeTensorsShards.Stem, number + 1, count),
        (ModelFormat.Gguf, _) when count > 1 => GgufSplitSet.FileName(folder, number + 1, count),
        _ => $"{folder}.{format.Extension()}",
    };

    private static FilePlan Gguf(IReadOnlyList<BuilderEntry> entries, BuilderTensor[] tensors, int number, int count, int total)
    {
        List<MetadataEntry> metadata = [.. number == 0 ? entries.Select(entry => new MetadataEntry(entry.Key, entry.Value)) : []];
        return GgufWriter.Plan(new()
        {
            Alignment = number == 0 ? EditedGguf.AlignmentOf(entries) : GgufFormat.DefaultAlignment,
            Metadata = count > 1 ? GgufTarget.WithSplit(metadata, number, count, total) : metadata,
            Tensors = [.. tensors.Select(tensor => new GgufModelTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.Payload.Length))],
        });
    }

    private static FilePlan Apr(IReadOnlyList<BuilderEntry> entries, BuilderTensor[] tensors)
    {
        if (!entries.Any(entry => entry.Key == "model_type"))
        {
            throw new ModelPackException(BuildingErrors.BadValue, "APR files state 'model_type' always; set it");
        }

        KeyValuePair<string, AprJson>[] all = [
            .. entries.Select(entry => KeyValuePair.Create(entry.Key, AprJson.Raw(entry.Value.RawBytes)))];
        return AprWriter.Plan(new()
        {
            Fields = [.. all.Where(entry => AprFields.Find(entry.Key) is not null)],
            CustomKeys = [.. all.Where(entry => AprFields.Find(entry.Key) is null)],
            Tensors = [.. tensors.Select(tensor => new AprModelTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.Payload.Length))],
        });
    }

    private static FilePlan SafeTensors(IReadOnlyList<BuilderEntry> entries, BuilderTensor[] tensors) => SafeTensorsWriter.Plan(new(
        [.. entries.Select(entry => new SafeTensorsModelEntry(entry.Key, entry.Value.RawBytes))],
        [.. tensors.Select(tensor => new SafeTensorsModelTensor(tensor.Name, tensor.Type, tensor.Shape, tensor.Payload.Length))]));
}
