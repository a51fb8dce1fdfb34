using ModelPack.IO;

namespace ModelPack.Interop.Tests.Models;

/// <summary>Writes a file whose payloads are in memory.</summary>
internal static class PlanWriter
{
    public static void Write(FilePlan plan, IReadOnlyList<byte[]> payloads, string path)
    {
        using FileStream stream = File.Create(path);
        foreach (Segment segment in plan.Segments)
        {
            stream.Write(segment switch
            {
                LiteralSegment literal => literal.Bytes.Span,
                ZeroSegment zeros => new byte[zeros.Length],
                PayloadSegment payload => payloads[payload.Tensor],
                _ => throw new InvalidOperationException($"{segment} is not part of such a file"),
            });
        }
    }
}
