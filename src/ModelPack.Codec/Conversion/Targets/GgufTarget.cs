using System.Text;
using ModelPack.Codec.Conversion.Metadata;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.IO;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion.Targets;

/// <summary>Writing GGUF (gguf.md §1.5, §3).</summary>
internal sealed class GgufTarget : ContainerTarget
{
    private const int MaximumNameBytes = 63;

    public override ModelFormat Format => ModelFormat.Gguf;

    public override TensorType RawType => TensorType.I8;

    public override int MaximumRank => 4;

    public override bool Holds(TensorType type) => TensorTypes.Get(type).GgmlId is not null;

    public override bool IsLegalName(string name) => Encoding.UTF8.GetByteCount(name) <= MaximumNameBytes && !name.Contains('\0');

    public override FilePlan Layout(OutputContent content)
    {
        List<MetadataEntry> metadata = GgufMetadata.For(content.Source, content.Steps);
        if (content.Carried is not null)
        {
            metadata.Add(new(CarriedTensors.Key, GgufValue.FromString(content.Carried)));
        }

        if (content.Origin is { } origin)
        {
            metadata.Add(new(OriginRecord.Key, GgufValue.FromUInt8Array(origin)));
        }

        return GgufWriter.Plan(new()
        {
            Metadata = metadata,
            Tensors = [.. content.Steps.Select(step => new GgufModelTensor(step.Name, step.StoredType, step.StoredShape, step.Logical.ByteLength))],
        });
    }

    public override int[] ReaderOrder(IReadOnlyList<TensorStep> steps) => [.. Enumerable.Range(0, steps.Count)];
}
