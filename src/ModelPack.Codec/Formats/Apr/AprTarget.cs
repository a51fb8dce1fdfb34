using System.Text;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Formats.Apr;

/// <summary>Writing APR v2 (apr-v2.md §9.1, §15.2).</summary>
internal sealed class AprTarget : ContainerTarget
{
    public override ModelFormat Format => ModelFormat.Apr;

    public override TensorType RawType => TensorType.U8;

    public override int MaximumRank => AprFormat.MaximumDimensions;

    // Row-padded and flat Q4_K share a byte with the plain one; a strict writer emits only that (apr-v2.md §9.4).
    public override bool Holds(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64
        or TensorType.I8 or TensorType.I32 or TensorType.I64 or TensorType.U8
        or TensorType.Q4_K or TensorType.Q6_K or TensorType.AprQ4 or TensorType.AprQ8;

    public override bool IsLegalName(string name) => Encoding.UTF8.GetByteCount(name) is > 0 and <= AprFormat.MaximumNameBytes;

    public override ModelPlan Layout(OutputContent content)
    {
        if (content.Form.MaxShardBytes is not null)
        {
            throw new ModelPackException(PayloadErrors.NotExpressible, "APR has no shards; GGUF and SafeTensors have");
        }

        AprTargetMetadata metadata = (AprTargetMetadata)content.Metadata!;
        List<KeyValuePair<string, AprJson>> custom = [.. metadata.CustomKeys];
        if (content.Descriptions is { } carried)
        {
            custom.Add(new(TensorDescriptions.Key, AprJson.String(carried.Span)));
        }

        if (content.Origin is { } origin)
        {
            custom.Add(new(ModelFile.OriginKey, AprJson.Base64(origin)));
        }

        FilePlan plan = AprWriter.Plan(new()
        {
            Fields = metadata.Fields,
            CustomKeys = custom,
            Tensors = [.. content.Tensors.Select(step => step.Stored)],
        });
        return new([new(content.Form.Folder is { } stem ? $"{stem}.apr" : "", plan)]);
    }

    public override IEnumerable<OutputTensor> ReaderOrder(IReadOnlyList<OutputTensor> steps, OutputForm form)
    {
        OutputTensor[] ordered = [.. steps];
        Array.Sort(
            Array.ConvertAll(ordered, step => Encoding.UTF8.GetBytes(step.Name)), ordered,
            Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));
        return ordered;
    }
}
