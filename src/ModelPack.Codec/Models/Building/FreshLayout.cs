using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Models.Building;

/// <summary>Lays out a model that is built as a conversion lays out its output: one file, or shards.</summary>
internal static class FreshLayout
{
    /// <param name="format">The format.</param>
    /// <param name="entries">The metadata.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="form">The files.</param>
    /// <param name="payloads">Gets the payloads: the first ones that it gets.</param>
    /// <exception cref="ModelPackException">The format cannot hold the model.</exception>
    public static ModelPlan Plan(
        ModelFormat format, IReadOnlyList<BuilderEntry> entries, IReadOnlyList<BuilderTensor> tensors, OutputForm form,
        PayloadList payloads)
    {
        OutputTensor[] outputs = [.. tensors.Select(tensor => Output(tensor, payloads.Add(tensor)))];
        return FormatCatalog.Of(format).Target.Layout(new(Metadata(format, entries), outputs, null, null, form));
    }

    private static OutputTensor Output(BuilderTensor tensor, PayloadSegment payload)
    {
        TensorInfo info = new()
        {
            Name = tensor.Name,
            Type = tensor.Type,
            Shape = tensor.Shape,
            Offset = 0,
            ByteLength = payload.Length,
        };
        return new(info, tensor.Name, NameOrigin.Verbatim, tensor.Type, tensor.Shape, new StoredPayload(payload.Tensor, payload.Length));
    }

    private static TargetMetadata Metadata(ModelFormat format, IReadOnlyList<BuilderEntry> entries)
    {
        switch (format)
        {
            case ModelFormat.Gguf:
                return new GgufTargetMetadata([.. entries.Select(entry => new MetadataEntry(entry.Key, entry.Value))])
                {
                    Alignment = EditedGguf.AlignmentOf(entries),
                };
            case ModelFormat.Apr:
                return Apr(entries);
            default:
                SafeTensorsModelEntry[] every = [.. entries.Select(entry => new SafeTensorsModelEntry(entry.Key, entry.Value.RawBytes))];
                return new SafeTensorsTargetMetadata(every, every);
        }
    }

    private static AprTargetMetadata Apr(IReadOnlyList<BuilderEntry> entries)
    {
        if (!entries.Any(entry => entry.Key == "model_type"))
        {
            throw new ModelPackException(BuildingErrors.BadValue, "APR files state 'model_type' always; set it");
        }

        KeyValuePair<string, AprJson>[] all = [
            .. entries.Select(entry => KeyValuePair.Create(entry.Key, AprJson.Raw(entry.Value.RawBytes)))];
        return new(
            [.. all.Where(entry => AprFields.Find(entry.Key) is not null)],
            [.. all.Where(entry => AprFields.Find(entry.Key) is null)], []);
    }
}
