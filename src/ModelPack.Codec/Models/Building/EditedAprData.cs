using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Models.Building;

/// <summary>The data section of an edited APR file: payloads in the order of the source, what was removed left out, what was added behind
/// them.</summary>
internal sealed class EditedAprData
{
    private readonly Dictionary<BuilderTensor, long> offsets = [];

    /// <summary>The section, without a footer.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>Where a payload begins, from the start of the section.</summary>
    public long OffsetOf(BuilderTensor tensor) => offsets[tensor];

    public static EditedAprData Of(BuilderFile file, AprFile source, PayloadList payloads)
    {
        EditedAprData data = new();
        BuilderTensor?[] kept = new BuilderTensor?[source.Tensors.Count];
        foreach (BuilderTensor tensor in file.Tensors.Where(tensor => tensor.Place is not null))
        {
            kept[tensor.Place!.Value] = tensor;
        }

        long position = data.AddKept(file, source, kept, payloads);
        foreach (BuilderTensor tensor in file.Tensors.Where(tensor => tensor.Place is null))
        {
            position = data.Align(position);
            data.offsets.Add(tensor, position);
            data.Segments.Add(payloads.Add(tensor));
            position = checked(position + tensor.Payload.Length);
        }

        bool endsAsBefore = file.Tensors.Count == source.Tensors.Count && file.Tensors.TrueForAll(tensor => tensor.Place is not null);
        if (!endsAsBefore)
        {
            data.Align(position);
        }

        return data;
    }

    private long AddKept(BuilderFile file, AprFile source, BuilderTensor?[] kept, PayloadList payloads)
    {
        long position = 0;
        bool isDropped = false;
        foreach (FileRange range in FileRange.Cover(source.Tensors, source.Footer.Offset).Where(range => range.End > source.DataOffset))
        {
            // The first gap begins before the section.
            long start = Math.Max(range.Offset, source.DataOffset);
            BuilderTensor[] tensors = [.. range.Tensors.Select(i => kept[i]).OfType<BuilderTensor>()];
            isDropped = range.IsGap ? isDropped : tensors.Length == 0;
            if (isDropped)
            {
                continue;
            }

            if (range.IsGap)
            {
                Segments.AddRange(payloads.Run(file.Bytes!, start, range.End - start));
            }
            else
            {
                PayloadSegment payload = payloads.Add(tensors[0]);
                Segments.Add(payload);
                foreach (BuilderTensor tensor in tensors)
                {
                    offsets.Add(tensor, position);
                    if (tensor != tensors[0])
                    {
                        payloads.Share(tensor, payload);
                    }
                }
            }

            position += range.End - start;
        }

        foreach (BuilderTensor tensor in kept.OfType<BuilderTensor>().Where(tensor => tensor.Payload.Length == 0))
        {
            offsets.Add(tensor, Math.Min(source.Tensors[tensor.Place!.Value].Offset - source.DataOffset, position));
            payloads.Add(tensor);
        }

        return position;
    }

    private long Align(long position)
    {
        long aligned = AprFormat.AlignUp(position);
        if (aligned > position)
        {
            Segments.Add(ZeroSegment.Of(aligned - position));
        }

        return aligned;
    }
}
