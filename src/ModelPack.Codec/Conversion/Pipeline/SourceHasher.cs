using System.Security.Cryptography;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Conversion.Pipeline;

/// <summary>The hashes of a file and of its payloads. Takes windows in the order of the file, one at a time.</summary>
internal sealed class SourceHasher : IDisposable
{
    private readonly PassRequest request;
    private readonly Xxh128 file = new();
    private readonly Xxh128 tensor = new();
    private readonly Xxh128 member = new();
    private readonly List<UInt128> members = [];
    private readonly IncrementalHash? sha256;

    public SourceHasher(PassRequest request, int tensorCount)
    {
        this.request = request;
        sha256 = request.Work.HasFlag(PassWork.SourceSha256) ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        TensorHashes = new UInt128[tensorCount];
        Array.Fill(TensorHashes, tensor.Finish());
    }

    /// <summary>The hash of each payload; that of no bytes for a tensor that no range names.</summary>
    public UInt128[] TensorHashes { get; }

    public byte[]? FileSha256 => sha256?.GetCurrentHash();

    public UInt128 FileHash() => file.Finish();

    /// <summary>The hash of each file that the source consists of.</summary>
    public UInt128[] MemberHashes(UInt128 fileHash) => request.MemberEnds.Count == 0 ? [fileHash] : [.. members];

    public void Append(Window window)
    {
        file.Append(window.Bytes);
        sha256?.AppendData(window.Bytes);
        AppendMembers(window);
        if (!request.Work.HasFlag(PassWork.TensorHashes))
        {
            return;
        }

        foreach (Slice slice in window.Slices)
        {
            FileRange range = request.Ranges[slice.Range];
            if (!range.IsGap)
            {
                AppendPayload(range, slice, window.Bytes.Slice(slice.Start, slice.Length));
            }
        }
    }

    public void Dispose() => sha256?.Dispose();

    private void AppendMembers(Window window)
    {
        ReadOnlySpan<byte> rest = window.Bytes;
        long offset = window.Offset;
        while (members.Count < request.MemberEnds.Count)
        {
            int length = (int)Math.Min(rest.Length, request.MemberEnds[members.Count] - offset);
            member.Append(rest[..length]);
            rest = rest[length..];
            offset += length;
            if (offset < request.MemberEnds[members.Count])
            {
                return;
            }

            members.Add(member.Finish());
        }
    }

    private void AppendPayload(FileRange range, Slice slice, ReadOnlySpan<byte> bytes)
    {
        tensor.Append(bytes);
        if (slice.RangeOffset + slice.Length == range.Length)
        {
            UInt128 hash = tensor.Finish();
            foreach (int index in range.Tensors)
            {
                TensorHashes[index] = hash;
            }
        }
    }
}
