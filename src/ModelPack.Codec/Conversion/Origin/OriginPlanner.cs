using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Conversion.Origin;

/// <summary>Describes an opened file as a plan from which it can be rebuilt: its payloads by index, everything else verbatim.</summary>
internal static class OriginPlanner
{
    /// <summary>Bytes outside payloads that a record can hold: headers with large vocabularies, not attached archives.</summary>
    private const long MaximumLiteralBytes = 256 << 20;

    public static FilePlan Describe(ModelFile file, List<FileRange> ranges)
    {
        List<Segment> segments = new(ranges.Count);
        long literals = 0;
        foreach (FileRange range in ranges)
        {
            if (!range.IsGap)
            {
                segments.Add(new PayloadSegment(range.Tensors[0], range.Length));
                continue;
            }

            literals += range.Length;
            if (literals > MaximumLiteralBytes)
            {
                throw new ModelPackException(
                    ConversionErrors.TooMuchOutsideTensors, $"more than {MaximumLiteralBytes} bytes lie outside the tensors; {range.Length} of them at once")
                {
                    FilePath = file.Source.Name,
                    ByteOffset = range.Offset,
                };
            }

            byte[] bytes = file.Source.ReadBytes(range.Offset, (int)range.Length);
            segments.Add(bytes.AsSpan().ContainsAnyExcept((byte)0) ? new LiteralSegment(bytes) : new ZeroSegment(bytes.Length));
        }

        return new FilePlan(segments);
    }
}
