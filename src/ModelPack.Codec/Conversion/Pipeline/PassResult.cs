using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Conversion.Pipeline;

/// <summary>What a pass found out.</summary>
internal sealed record PassResult(
    Hash128 FileHash, Hash128[] MemberHashes, byte[]? FileSha256, Hash128[] TensorHashes, FiniteTallies Finite, uint[] FootedCrc32,
    uint[] PayloadCrc32)
{
    /// <summary>False if a payload is not what <see cref="PassRequest.Expected"/> holds.</summary>
    public bool IsAsExpected { get; init; } = true;

    /// <summary>Whether each file of the source that ends in the CRC-32 of what stands before it ends in the right one. False too if the
    /// pass was not asked (<see cref="PassRequest.Footed"/>).</summary>
    public bool HoldsFooters(ModelFile source) =>
        FootedCrc32.Length == source.Footed.Length && FootedCrc32.All(crc => crc == PlanCrc.Residue);

    /// <summary>Per tensor: whether it holds one value.</summary>
    public UniformTally[] Uniform { get; init; } = [];

    /// <summary>SHA-256 of each of several files; empty if it was not asked for.</summary>
    public byte[][] MemberSha256 { get; init; } = [];

    /// <summary>Length of the source in bytes.</summary>
    public long Length => Ranges.Count == 0 ? 0 : Ranges[^1].End;

    /// <summary>The ranges that the source was cut into.</summary>
    public List<FileRange> Ranges { get; init; } = [];

    /// <summary>The hash of each range; empty if they were not asked for.</summary>
    public Hash128[] RangeHashes { get; init; } = [];

    /// <summary>The hash of the range at a place; null if there is no such range, or hashes were not asked for.</summary>
    public Hash128? HashAt(long offset, long length)
    {
        (int low, int high) = (0, RangeHashes.Length - 1);
        while (low <= high)
        {
            int middle = (low + high) / 2;
            FileRange range = Ranges[middle];
            if (range.Offset == offset)
            {
                return range.Length == length ? RangeHashes[middle] : null;
            }

            (low, high) = range.Offset < offset ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }
}
