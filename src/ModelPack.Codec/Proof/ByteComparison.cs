using ModelPack.Codec.IO;

namespace ModelPack.Codec.Proof;

/// <summary>Comparing two sources byte by byte.</summary>
internal static class ByteComparison
{
    /// <summary>Offset of the first byte that differs, or at which one of the two ends; null if they are equal.</summary>
    public static long? FirstDifference(ByteSource left, ByteSource right, CancellationToken cancellation)
    {
        byte[] first = new byte[Chunks.Size];
        byte[] second = new byte[Chunks.Size];
        long common = Math.Min(left.Length, right.Length);
        for (long offset = 0; offset < common; offset += Chunks.Size)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = (int)Math.Min(Chunks.Size, common - offset);
            left.ReadAt(offset, first.AsSpan(0, length));
            right.ReadAt(offset, second.AsSpan(0, length));
            int equal = first.AsSpan(0, length).CommonPrefixLength(second.AsSpan(0, length));
            if (equal < length)
            {
                return offset + equal;
            }
        }

        return left.Length == right.Length ? null : common;
    }
}
