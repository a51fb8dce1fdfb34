using System.Runtime.InteropServices;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Verification.Hashing;

/// <summary>XXH128 of the values of one payload (docs/hash.md).</summary>
/// <param name="isStored">True if the values stand in the payload as they are hashed, but for NaNs: float32.</param>
internal sealed class ValueHash(bool isStored)
{
    // Values are hashed where they were decoded: in the cache nearest to the core.
    private const int ValuesAtOnce = 1 << 12;

    private readonly float[] values = new float[ValuesAtOnce];

    // Null as long as the payload's own hash is that of the values too.
    private Xxh128? hash = isStored ? null : new();

    /// <summary>Takes a chunk that the payload's hash has not taken yet.</summary>
    public void Append(PayloadReader reader, ReadOnlySpan<byte> chunk, Xxh128 payload)
    {
        if (hash is null)
        {
            if (!TensorHasher.HasNaN(MemoryMarshal.Cast<byte, uint>(chunk)))
            {
                return;
            }

            hash = payload.Clone();
        }

        for (int count = reader.Decode(values, ValuesAtOnce); count > 0; count = reader.Decode(values, ValuesAtOnce))
        {
            Span<uint> bits = MemoryMarshal.Cast<float, uint>(values.AsSpan(0, count));
            if (!BitConverter.IsLittleEndian || TensorHasher.HasNaN(bits))
            {
                TensorHasher.Canonicalize(bits, bits);
            }

            hash.Append(MemoryMarshal.AsBytes(bits));
        }
    }

    /// <summary>Ends the hash.</summary>
    /// <param name="payload">The hash of the payload.</param>
    public Hash128 Finish(Hash128 payload) => hash?.Finish() ?? payload;
}
