using ModelPack.Codec.IO;

namespace ModelPack.Codec.Conversion.Pipeline;

/// <summary>The CRC-32 of a run of bytes.</summary>
/// <param name="Key">What the run belongs to.</param>
/// <param name="Offset">Where it starts there.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Crc">The CRC of the run by itself.</param>
internal readonly record struct CrcRun(int Key, long Offset, int Length, uint Crc)
{
    /// <summary>Joins runs that cover a stretch without gaps, given in any order.</summary>
    public static uint Fold(IEnumerable<CrcRun> runs)
    {
        uint crc = 0;
        foreach (CrcRun run in runs.OrderBy(run => run.Offset))
        {
            crc = Crc32Combiner.Combine(crc, run.Crc, run.Length);
        }

        return crc;
    }
}
