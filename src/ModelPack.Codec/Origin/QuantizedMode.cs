namespace ModelPack;

/// <summary>What happens to a tensor whose type the target does not have; numbers as in origin records (docs/origin-record.md,
/// Body).</summary>
public enum QuantizedMode
{
    /// <summary>
    /// Quantized types become F32, bit for bit as the reference decodes them, so that the target's own programs can use the output. The
    /// blocks themselves go into a side file. Types that have no float32 reading, or are plain numbers, travel as in <see cref="Blocks"/>.
    /// </summary>
    Auto = 0,

    /// <summary>The raw blocks travel as bytes with a typed description: compact and exact, but not runnable by the target's own
    /// programs.</summary>
    Blocks = 1,

    /// <summary>Such a tensor is refused.</summary>
    Native = 2,
}
