using System.Collections.Immutable;
using System.Text;
using ModelPack.IO;

namespace ModelPack.Formats.Gguf;

/// <summary>Writing GGUF (gguf.md §1.5, §3).</summary>
internal sealed class GgufTarget : ContainerTarget
{
    public override ModelFormat Format => ModelFormat.Gguf;

    public override TensorType RawType => TensorType.I8;

    public override int MaximumRank => 4;

    // The format allows n_dims 0 (gguf.md §1.5); ggml's own writer never writes it, and readers insist on 1 to 4.
    public override bool HasScalars => false;

    public override bool Holds(TensorType type) => TensorTypes.Get(type).GgmlId is not null;

    public override bool IsLegalName(string name) =>
        Encoding.UTF8.GetByteCount(name) <= GgufFormat.MaximumNameBytes && !name.Contains('\0');

    public override ModelPlan Layout(OutputContent content)
    {
        GgufTargetMetadata own = (GgufTargetMetadata)content.Metadata!;
        List<MetadataEntry> metadata = [.. own.Entries];
        if (content.Descriptions is { } carried)
        {
            metadata.Add(new(TensorDescriptions.Key, GgufValue.FromStringBytes(carried.Span)));
        }

        if (content.Origin is { } origin)
        {
            metadata.Add(new(ModelFile.OriginKey, GgufValue.FromArray<byte>(origin)));
        }

        ImmutableArray<ImmutableArray<int>> parts = content.Form.Split(content.Tensors);
        string stem = content.Form.Folder ?? "";
        return parts.Length <= 1
            ? new([new(
                content.Form.Folder is null
                    ? ""
                    : $"{stem}.gguf", Part(metadata, own.Alignment, content.Tensors, [.. Enumerable.Range(0, content.Tensors.Count)]))])
            : new([.. parts.Select((part, i) => new PlannedFile(
                GgufSplitSet.FileName(stem, i + 1, parts.Length),
                Part(
                    WithSplit(i == 0 ? metadata : [], i, parts.Length, content.Tensors.Count),
                    i == 0 ? own.Alignment : GgufFormat.DefaultAlignment, content.Tensors, part)))]);
    }

    public override IEnumerable<OutputTensor> ReaderOrder(IReadOnlyList<OutputTensor> steps, OutputForm form) =>
        form.Split(steps).SelectMany(part => part).Select(place => steps[place]);

    private static FilePlan Part(
        List<MetadataEntry> metadata, long alignment, IReadOnlyList<OutputTensor> steps, ImmutableArray<int> tensors)
    {
        FilePlan plan = GgufWriter.Plan(new()
        {
            Alignment = alignment,
            Metadata = metadata,
            Tensors = [.. tensors.Select(i => steps[i].Stored)],
        });
        return Renumbered(plan, tensors);
    }

    // A split model names itself in every part, with the types that the reference insists on (gguf.md §5). Keys of an older split make
    // room.
    private static List<MetadataEntry> WithSplit(List<MetadataEntry> metadata, int number, int count, int tensors) =>
    [
        .. metadata.Where(entry => !entry.Key.StartsWith("split.", StringComparison.Ordinal)),
        new(GgufSplit.NumberKey, GgufValue.FromUInt16(checked((ushort)number))),
        new(GgufSplit.TensorCountKey, GgufValue.FromInt32(tensors)),
        new(GgufSplit.CountKey, GgufValue.FromUInt16(checked((ushort)count))),
    ];
}
