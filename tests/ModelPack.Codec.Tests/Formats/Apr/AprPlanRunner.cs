using System.Buffers.Binary;
using System.IO.Hashing;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Apr;

/// <summary>Walks a file plan over payloads in memory.</summary>
internal static class AprPlanRunner
{
    public static byte[] Run(FilePlan plan, params byte[][] payloads)
    {
        using MemoryStream file = new();
        foreach (Segment segment in plan.Segments)
        {
            long before = file.Length;
            switch (segment)
            {
                case LiteralSegment literal:
                    file.Write(literal.Bytes.Span);
                    break;
                case ZeroSegment zeros:
                    file.Write(new byte[zeros.Length]);
                    break;
                case PayloadSegment payload:
                    file.Write(payloads[payload.Tensor]);
                    break;
                case Crc32Segment:
                    byte[] crc = new byte[4];
                    BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32.HashToUInt32(file.ToArray()));
                    file.Write(crc);
                    break;
            }

            Assert.AreEqual(segment.Length, file.Length - before);
        }

        Assert.AreEqual(plan.Length, file.Length);
        return file.ToArray();
    }
}
