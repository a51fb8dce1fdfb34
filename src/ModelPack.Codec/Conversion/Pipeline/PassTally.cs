using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack.Conversion.Pipeline;

/// <summary>What a pass sums up in any order: findings of the finite scan, and CRCs, of which each run's share depends only on how many
/// bytes follow it.</summary>
internal sealed class PassTally(PassRequest request, int tensorCount)
{
    private readonly Lock gate = new();
    private uint sourceCrc;
    private volatile bool isUnexpected;

    /// <summary>The CRC of each payload that has a destination; empty if they were not asked for.</summary>
    public uint[] PayloadCrc32 { get; } = request.Work.HasFlag(PassWork.OutputCrc32) ? new uint[tensorCount] : [];

    public FiniteTallies Finite { get; } = new(request.Work.HasFlag(PassWork.FiniteScan) ? tensorCount : 0);

    public UniformTally[] Uniform { get; } = request.Work.HasFlag(PassWork.UniformScan) ? new UniformTally[tensorCount] : [];

    public uint? SourceCrc32 => request.Work.HasFlag(PassWork.SourceCrc32) ? sourceCrc : null;

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
        uint share = Crc32Combiner.Shift(Crc32Sum.Of(bytes), request.Source.Length - offset - bytes.Length);
        lock (gate)
        {
            sourceCrc ^= share;
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
