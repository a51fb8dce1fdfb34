using System.Globalization;
using System.Text;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Json;

namespace ModelPack.Models.Building;

/// <summary>The index of an edited SafeTensors folder: names and their files as they are now, everything else as it was (safetensors.md
/// §5).</summary>
internal static class EditedIndex
{
    private const string Map = "weight_map";
    private const string Metadata = "metadata";
    private const string TotalSize = "total_size";

    /// <summary>The index as it has to be; null if it can stay.</summary>
    /// <param name="index">The index.</param>
    /// <param name="files">The files of the folder.</param>
    public static FilePlan? Plan(BuilderFile index, IReadOnlyList<BuilderFile> files)
    {
        BuilderFile[] shards = [.. files.Where(file => !file.IsCompanion)];
        if (!Array.Exists(shards, shard => shard.IsChanged))
        {
            return null;
        }

        if (Array.TrueForAll(shards, shard => shard.Tensors.Count == 0))
        {
            throw new ModelPackException(BuildingErrors.BrokenRule, $"no tensor is left that '{index.Name}' could name; keep one");
        }

        JsonObjectText text = JsonObjectText.Parse(index.Bytes!.ReadBytes(0, (int)index.Bytes.Length), SafeTensorsIndexReader.MaxDepth);
        for (int i = 0; i < text.Members.Count; i++)
        {
            JsonMember member = text.Members[i];
            text.Members[i] = member.Name switch
            {
                Map => member with { Value = WeightMap(member.Value, shards) },
                Metadata when member.Value.Span[0] == (byte)'{' => member with { Value = Total(member.Value, shards) },
                _ => member,
            };
        }

        return new([new LiteralSegment(text.Write())]);
    }

    private static ReadOnlyMemory<byte> WeightMap(ReadOnlyMemory<byte> before, BuilderFile[] shards)
    {
        Dictionary<string, BuilderTensor> kept = new(shards.SelectMany(shard => shard.Kept), StringComparer.Ordinal);
        JsonObjectText map = JsonObjectText.Parse(before, SafeTensorsIndexReader.MaxDepth);
        List<JsonMember> members = [.. map.Members];
        map.Members.Clear();
        foreach (JsonMember member in members)
        {
            if (kept.TryGetValue(member.Name, out BuilderTensor? tensor))
            {
                map.Members.Add(
                    tensor.Name == member.Name
                        ? member
                        : member with { Name = tensor.Name, Key = SafeTensorsIndexWriter.Spelled(tensor.Name) });
            }
        }

        foreach (BuilderFile shard in shards)
        {
            foreach (BuilderTensor tensor in shard.Tensors.Where(tensor => tensor.Place is null))
            {
                map.Insert(
                    map.Members.Count, tensor.Name, SafeTensorsIndexWriter.Spelled(tensor.Name),
                    SafeTensorsIndexWriter.Spelled(shard.Name));
            }
        }

        return map.Write();
    }

    // A total that was right stays right; one that was not is left alone.
    private static ReadOnlyMemory<byte> Total(ReadOnlyMemory<byte> before, BuilderFile[] shards)
    {
        JsonObjectText metadata = JsonObjectText.Parse(before, SafeTensorsIndexReader.MaxDepth);
        int place = metadata.Members.FindIndex(member => member.Name == TotalSize);
        string was = shards.Sum(shard => shard.Model!.Tensors.Sum(tensor => tensor.ByteLength)).ToString(CultureInfo.InvariantCulture);
        if (place < 0 || Encoding.UTF8.GetString(metadata.Members[place].Value.Span) != was)
        {
            return before;
        }

        long total = shards.Sum(shard => shard.Tensors.Sum(tensor => tensor.Payload.Length));
        metadata.Members[place] =
            metadata.Members[place] with { Value = Encoding.ASCII.GetBytes(total.ToString(CultureInfo.InvariantCulture)) };
        return metadata.Write();
    }
}
