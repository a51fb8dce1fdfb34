using System.Security.Cryptography;
using ModelPack.IO;

namespace ModelPack.Conversion.Pipeline;

/// <summary>The hashes of a file and of its payloads. Takes windows in the order of the file, one at a time.</summary>
internal sealed class SourceHasher : IDisposable
{
    private readonly PassRequest request;
    private readonly Xxh128 file = new();
    private readonly Xxh128 range = new();
    private readonly Xxh128 member = new();
    private readonly List<Hash128> members = [];
    private readonly List<byte[]> memberSha256 = [];
    private readonly IncrementalHash? sha256;
    private readonly IncrementalHash? member256;
    private readonly int tensorCount;

    public SourceHasher(PassRequest request, int tensorCount)
    {
        this.request = request;
        this.tensorCount = tensorCount;
        sha256 = request.Work.HasFlag(PassWork.SourceSha256) ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        member256 = sha256 is not null && request.MemberEnds.Count > 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        RangeHashes = request.Work.HasFlag(PassWork.TensorHashes) ? new Hash128[request.Ranges.Count] : [];
    }

    /// <summary>The hash of each range, if asked for.</summary>
    public Hash128[] RangeHashes { get; }

    public byte[]? FileSha256 => sha256?.GetCurrentHash();

    public Hash128 FileHash() => file.Finish();

    /// <summary>SHA-256 of each of several files, if asked for.</summary>
    public byte[][] MemberSha256 => [.. memberSha256];

    /// <summary>The hash of each payload; that of no bytes for a tensor that no range names.</summary>
    public Hash128[] TensorHashes()
    {
        Hash128[] hashes = new Hash128[tensorCount];
        Array.Fill(hashes, range.Finish());
        for (int i = 0; i < RangeHashes.Length; i++)
        {
            foreach (int tensor in request.Ranges[i].Tensors)
            {
                hashes[tensor] = RangeHashes[i];
            }
        }

        return hashes;
    }

    /// <summary>The hash of each file that the source consists of.</summary>
    public Hash128[] MemberHashes(Hash128 fileHash) => request.MemberEnds.Count == 0 ? [fileHash] : [.. members];

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
            range.Append(window.Bytes.Slice(slice.Start, slice.Length));
            if (slice.RangeEnd == request.Ranges[slice.Range].Length)
            {
                RangeHashes[slice.Range] = range.Finish();
            }
        }
    }

    public void Dispose()
    {
        sha256?.Dispose();
        member256?.Dispose();
    }

    private void AppendMembers(Window window)
    {
        ReadOnlySpan<byte> rest = window.Bytes;
        long offset = window.Offset;
        while (members.Count < request.MemberEnds.Count)
        {
            int length = (int)Math.Min(rest.Length, request.MemberEnds[members.Count] - offset);
            member.Append(rest[..length]);
            member256?.AppendData(rest[..length]);
            rest = rest[length..];
            offset += length;
            if (offset < request.MemberEnds[members.Count])
            {
                return;
            }

            members.Add(member.Finish());
            if (member256 is not null)
            {
                memberSha256.Add(member256.GetHashAndReset());
            }
        }
    }
}
