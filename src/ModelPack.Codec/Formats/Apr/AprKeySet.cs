using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ModelPack.Formats.Apr;

/// <summary>Finds keys that occur twice in one object, at any level, without an object per key: a stack of hashes, sorted when an object
/// ends.</summary>
internal sealed class AprKeySet(ReadOnlyMemory<byte> json)
{
    private readonly long seed = Random.Shared.NextInt64();
    private readonly int[] starts = new int[AprFormat.MaximumLevels + 1];
    private readonly List<ulong> hashes = [];
    private readonly List<int> positions = [];
    private byte[] unescaped = [];

    /// <summary>Offset of a key that stands in its object a second time, and how many there are.</summary>
    public (int Position, int Count) Duplicates { get; private set; } = (-1, 0);

    public void OnObjectStart(int level) => starts[level] = hashes.Count;

    public void OnKey(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> key = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            if (unescaped.Length < key.Length)
            {
                unescaped = new byte[key.Length];
            }

            key = unescaped.AsSpan(0, reader.CopyString(unescaped));
        }

        hashes.Add(XxHash3.HashToUInt64(key, seed));
        positions.Add((int)reader.TokenStartIndex);
    }

    public void OnObjectEnd(int level)
    {
        int start = starts[level];
        Span<ulong> ownHashes = CollectionsMarshal.AsSpan(hashes)[start..];
        Span<int> ownPositions = CollectionsMarshal.AsSpan(positions)[start..];
        if (ownHashes.Length > 1)
        {
            ownHashes.Sort(ownPositions);
            for (int i = 1; i < ownHashes.Length; i++)
            {
                if (ownHashes[i] == ownHashes[i - 1] && KeyAt(ownPositions[i]) == KeyAt(ownPositions[i - 1]))
                {
                    int second = Math.Max(ownPositions[i], ownPositions[i - 1]);
                    Duplicates = (Duplicates.Count == 0 ? second : Math.Min(second, Duplicates.Position), Duplicates.Count + 1);
                }
            }
        }

        hashes.RemoveRange(start, ownHashes.Length);
        positions.RemoveRange(start, ownPositions.Length);
    }

    public string KeyAt(int position)
    {
        Utf8JsonReader reader = new(json.Span[position..], isFinalBlock: false, default);
        reader.Read();
        return reader.GetString()!;
    }
}
