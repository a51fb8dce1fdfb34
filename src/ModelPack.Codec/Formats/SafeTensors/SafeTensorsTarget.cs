using System.Buffers.Text;
using System.Collections.Immutable;
using ModelPack.IO;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Writing SafeTensors (safetensors.md §4).</summary>
internal sealed class SafeTensorsTarget : ContainerTarget
{
    public override ModelFormat Format => ModelFormat.SafeTensors;

    public override TensorType RawType => TensorType.U8;

    public override int MaximumRank => int.MaxValue;

    public override bool Holds(TensorType type) => SafeTensorsTypes.Rank(type) >= 0;

    public override bool IsLegalName(string name) => name != SafeTensorsFormat.MetadataName;

    public override ModelPlan Layout(OutputContent content)
    {
        SafeTensorsTargetMetadata own = content.Metadata as SafeTensorsTargetMetadata ?? SafeTensorsTargetMetadata.PyTorch;
        List<SafeTensorsModelEntry> metadata = [.. own.Entries];
        if (content.Descriptions is { } carried)
        {
            metadata.Add(new(TensorDescriptions.Key, carried));
        }

        if (content.Origin is { } origin)
        {
            metadata.Add(new(ModelFile.OriginKey, InBase64(origin)));
        }

        ImmutableArray<ImmutableArray<int>> shards = content.Form.Split(content.Tensors);
        if (content.Form.Folder is null)
        {
            return ModelPlan.Single(Shard(metadata, content.Tensors, [.. Enumerable.Range(0, content.Tensors.Count)]));
        }

        List<PlannedFile> files = [];
        Dictionary<string, string> places = new(StringComparer.Ordinal);
        for (int i = 0; i < shards.Length; i++)
        {
            string name = SafeTensorsShards.FileName(SafeTensorsShards.Stem, i + 1, shards.Length);
            files.Add(new(name, Shard(i == 0 ? metadata : own.Further, content.Tensors, shards[i])));
            foreach (int tensor in shards[i])
            {
                places.Add(content.Tensors[tensor].Name, name);
            }
        }

        if (shards.Length == 0)
        {
            files.Add(new(SafeTensorsShards.FileName(SafeTensorsShards.Stem, 1, 1), Shard(metadata, content.Tensors, [])));
        }

        List<PlannedFile> beside = [.. content.Companions.Select(companion => Literal(companion.Name, companion.Bytes))];
        if (shards.Length > 1)
        {
            beside.Add(SafeTensorsShards.Index(places, content.Tensors.Sum(step => step.Payload.Length)));
        }

        // The order in which a folder is read (ModelLocation): what holds tensors, then the rest by name.
        files.AddRange(beside.OrderBy(file => file.Name, StringComparer.Ordinal));
        return new([.. files]);
    }

    public override IEnumerable<OutputTensor> ReaderOrder(IReadOnlyList<OutputTensor> steps, OutputForm form) => form.Split(steps)
        .SelectMany(shard => SafeTensorsWriter.Order([.. shard.Select(i => steps[i].Stored)]).Select(place => steps[shard[place]]));

    private static byte[] InBase64(ReadOnlySpan<byte> bytes)
    {
        byte[] text = new byte[Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
        Base64.EncodeToUtf8(bytes, text, out _, out _);
        return text;
    }

    private static PlannedFile Literal(string name, ReadOnlyMemory<byte> bytes) => new(name, new FilePlan([new LiteralSegment(bytes)]));

    private static FilePlan Shard(
        IReadOnlyList<SafeTensorsModelEntry> metadata, IReadOnlyList<OutputTensor> steps, ImmutableArray<int> tensors) =>
        Renumbered(SafeTensorsWriter.Plan(new(metadata, [.. tensors.Select(i => steps[i].Stored)])), tensors);
}
