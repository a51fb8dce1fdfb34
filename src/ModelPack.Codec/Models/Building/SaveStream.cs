using System.Buffers.Binary;
using System.IO.Hashing;
using ModelPack.IO;

namespace ModelPack.Models.Building;

/// <summary>Takes bytes of an output.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="offset">Where they go; it runs on from file to file.</param>
internal delegate void SaveSink(ReadOnlySpan<byte> bytes, long offset);

/// <summary>Writes planned files in one pass, chunk by chunk.</summary>
internal sealed class SaveStream(SaveSink sink, CancellationToken cancellation)
{
    private static readonly byte[] Zeros = new byte[Chunks.Size];

    private readonly byte[] buffer = new byte[Chunks.Size];
    private readonly Crc32 crc = new();
    private Xxh128 hash = new();
    private bool needsCrc;
    private long offset;

    /// <summary>Writes the files.</summary>
    /// <returns>The hash of each.</returns>
    public Hash128[] Write(SavePlan plan)
    {
        List<Hash128> hashes = [];
        foreach (PlannedFile file in plan.Layout.Files)
        {
            hash = new();
            crc.Reset();
            needsCrc = file.Plan.Segments.Any(segment => segment is Crc32Segment);
            foreach (Segment segment in file.Plan.Segments)
            {
                Write(segment, plan.Payloads.Sources);
            }

            hashes.Add(hash.Finish());
        }

        return [.. hashes];
    }

    private void Write(Segment segment, List<ByteSource> payloads)
    {
        for (long done = 0; done < segment.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = (int)Math.Min(Chunks.Size, segment.Length - done);
            switch (segment)
            {
                case LiteralSegment literal:
                    Append(literal.Bytes.Span.Slice((int)done, length));
                    break;
                case ZeroSegment:
                    Append(Zeros.AsSpan(0, length));
                    break;
                case PayloadSegment payload:
                    payloads[payload.Tensor].ReadAt(done, buffer.AsSpan(0, length));
                    Append(buffer.AsSpan(0, length));
                    break;
                case Crc32Segment:
                    BinaryPrimitives.WriteUInt32LittleEndian(buffer, crc.GetCurrentHashAsUInt32());
                    Append(buffer.AsSpan(0, length));
                    break;
            }

            done += length;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        sink(bytes, offset);
        hash.Append(bytes);
        if (needsCrc)
        {
            crc.Append(bytes);
        }

        offset += bytes.Length;
    }
}
