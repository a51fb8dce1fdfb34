using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.IO;
using ModelPack.Codec.SafeTensors;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion.Targets;

/// <summary>Writing SafeTensors (safetensors.md §4).</summary>
internal sealed class SafeTensorsTarget : ContainerTarget
{
    public override ModelFormat Format => ModelFormat.SafeTensors;

    public override TensorType RawType => TensorType.U8;

    public override int MaximumRank => int.MaxValue;

    public override bool Holds(TensorType type) => SafeTensorsTypes.Rank(type) >= 0;

    public override bool IsLegalName(string name) => name != SafeTensorsFormat.MetadataName;

    public override FilePlan Layout(OutputContent content)
    {
        List<KeyValuePair<string, string>> metadata = [new("format", "pt")];
        if (content.Carried is not null)
        {
            metadata.Add(new(CarriedTensors.Key, content.Carried));
        }

        if (content.Origin is { } origin)
        {
            metadata.Add(new(OriginRecord.Key, Convert.ToBase64String(origin)));
        }

        return SafeTensorsWriter.Plan(new(metadata, [.. content.Steps.Select(Stored)]));
    }

    public override int[] ReaderOrder(IReadOnlyList<TensorStep> steps) => Inverse(SafeTensorsWriter.Order([.. steps.Select(Stored)]));

    private static SafeTensorsModelTensor Stored(TensorStep step) => new(step.Name, step.StoredType, step.StoredShape, step.Logical.ByteLength);
}
