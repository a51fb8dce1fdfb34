using System.Buffers.Binary;
using System.IO.Hashing;
using ModelPack.Conversion.Pipeline;
using ModelPack.IO;

namespace ModelPack.Conversion;

/// <summary>Turns the CRC-32 segments of a plan into the bytes that belong there, once the CRC of each payload is known.</summary>
internal static class PlanCrc
{
    /// <summary>What the CRC-32 of a file is that ends in the CRC-32 of what stands before: the same number for every such file.</summary>
    public const uint Residue = 0x2144DF1C;

    public static ModelPlan Resolve(ModelPlan plan, PayloadSum[] payloads) => plan.Map(file => Resolve(file, payloads));

    private static FilePlan Resolve(FilePlan plan, PayloadSum[] payloads)
    {
        if (!plan.Segments.Any(segment => segment is Crc32Segment))
        {
            return plan;
        }

        List<Segment> resolved = new(plan.Segments.Count);
        uint crc = 0;
        foreach (Segment segment in plan.Segments)
        {
            Segment bytes = segment is Crc32Segment ? Literal(crc) : segment;
            crc = Crc32Combiner.Combine(crc, Of(bytes, payloads), bytes.Length);
            resolved.Add(bytes);
        }

        return new FilePlan(resolved);
    }

    private static LiteralSegment Literal(uint crc)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, crc);
        return new LiteralSegment(bytes);
    }

    private static uint Of(Segment segment, PayloadSum[] payloads) => segment switch
    {
        LiteralSegment literal => Crc32.HashToUInt32(literal.Bytes.Span),
        ZeroSegment zeros => Crc32Combiner.Zeros(zeros.Length),
        PayloadSegment payload => payloads[payload.Tensor].Crc32,
        _ => throw new InvalidOperationException($"a {segment.GetType().Name} has no CRC"),
    };
}
