using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Conversion.Pipeline;

/// <summary>What a pass sums up in any order: findings of the finite scan, and CRCs, of which each run's share depends only on how many
/// bytes follow it.</summary>
internal sealed class PassTally(PassRequest request, int tensorCount)
{
    private readonly Lock gate = new();
    private readonly uint[] footed = new uint[request.Footed.Length];
    private volatile bool isUnexpected;

    /// <summary>The CRC of each payload that has a destination; empty if they were not asked for.</summary>
    public uint[] PayloadCrc32 { get; } = request.Work.HasFlag(PassWork.OutputCrc32) ? new uint[tensorCount] : [];

    public FiniteTallies Finite { get; } = new(request.Work.HasFlag(PassWork.FiniteScan) ? tensorCount : 0);

    public UniformTally[] Uniform { get; } = request.Work.HasFlag(PassWork.UniformScan) ? new UniformTally[tensorCount] : [];

    /// <summary>The CRC of each file of <see cref="PassRequest.Footed"/>, its footer included.</summary>
    public uint[] FootedCrc32 => footed;

    public bool IsAsExpected => !isUnexpected;

    public void AddUnexpected() => isUnexpected = true;

    public void AddFinite(int tensor, in FiniteTally found)
    {
        if (!found.IsEmpty)
        {
            lock (gate)
            {
                Finite.Merge(tensor, found);
            }
        }
    }

    /// <summary>What is known of a tensor already: one that holds two values need not be looked at further.</summary>
    public UniformTally UniformSoFar(int tensor)
    {
        lock (gate)
        {
            return Uniform[tensor];
        }
    }

    public void AddUniform(int tensor, in UniformTally found)
    {
        lock (gate)
        {
            Uniform[tensor].Merge(found);
        }
    }

    /// <summary>What was found in a payload holds for every tensor that shares it.</summary>
    public void Share(TensorWork[] tensors)
    {
        for (int tensor = 0; tensor < tensors.Length; tensor++)
        {
            if (tensors[tensor].SameAs is var first && first != tensor)
            {
                AddFinite(tensor, Finite[first]);
                if (Uniform.Length > 0)
                {
                    Uniform[tensor] = Uniform[first];
                }
            }
        }
    }

    public void AddSource(long offset, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < footed.Length; i++)
        {
            FootedFile file = request.Footed[i];
            long start = Math.Max(offset, file.Start);
            long end = Math.Min(offset + bytes.Length, file.End);
            if (start < end)
            {
                uint share = Crc32Combiner.Shift(
                    Crc32Sum.Of(bytes.Slice((int)(start - offset), (int)(end - start))), file.End - end);
                lock (gate)
                {
                    footed[i] ^= share;
                }
            }
        }
    }

    public void AddPayload(int tensor, long offset, ReadOnlySpan<byte> bytes)
    {
        uint share = Crc32Combiner.Shift(Crc32Sum.Of(bytes), request.Tensors[tensor].ByteLength - offset - bytes.Length);
        lock (gate)
        {
            PayloadCrc32[tensor] ^= share;
        }
    }
}
