using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion;

/// <summary>What happens to a tensor whose type the target does not have.</summary>
public enum QuantizedMode
{
    /// <summary>
    /// Quantized types become F32, bit for bit as the reference decodes them, so that the target's own programs can use the output. The blocks themselves go into a
    /// side file. Types that have no float32 reading, or are plain numbers, travel as in <see cref="Blocks"/>.
    /// </summary>
    Auto,

    /// <summary>The raw blocks travel as bytes with a typed description: compact and exact, but not runnable by the target's own programs.</summary>
    Blocks,

    /// <summary>Such a tensor is refused.</summary>
    Native,
}

/// <summary>How tensors are called in the output.</summary>
public enum NamingMode
{
    /// <summary>The target's own names where the architecture has a table, else verbatim.</summary>
    Native,

    /// <summary>The source's names.</summary>
    Verbatim,
}

/// <summary>Whether the output carries the record that makes the way back byte-exact.</summary>
public enum OriginMode
{
    /// <summary>The record is embedded; the conversion is proved at L3.</summary>
    Embed,

    /// <summary>No record: the output holds only what the target's own fields can say, and the report says L2 or L1.</summary>
    None,
}

/// <summary>What to do about losses that options ask for by name.</summary>
public enum LossPolicy
{
    /// <summary>The conversion fails.</summary>
    Refuse,

    /// <summary>They are made, measured and reported.</summary>
    Allow,
}

/// <summary>What to do about NaN and infinity in the source.</summary>
public enum NonFinitePolicy
{
    /// <summary>The conversion fails and names the tensor, the count, the first element and its byte offset.</summary>
    Refuse,

    /// <summary>They pass bit for bit and are counted in the report.</summary>
    Allow,
}

/// <summary>What to do when the target exists already.</summary>
public enum ExistingTarget
{
    /// <summary>Refuse, before anything is read.</summary>
    Refuse,

    /// <summary>Replace it, once the new file is proved.</summary>
    Replace,
}

/// <summary>Options of a conversion. The defaults prove L3 and refuse every loss.</summary>
public sealed record ConversionOptions
{
    /// <summary>Types that the target lacks.</summary>
    public QuantizedMode Quantized { get; init; }

    /// <summary>
    /// Narrows the floating-point matrices of the output to BF16 or F16: a named loss, for which <see cref="Loss"/> has to allow it. The source's bytes go into a side
    /// file. Null changes nothing.
    /// </summary>
    public TensorType? Dtype { get; init; }

    /// <summary>Whether a loss that was asked for is allowed.</summary>
    public LossPolicy Loss { get; init; }

    /// <summary>The largest absolute error that narrowing may make; null for any.</summary>
    public double? Epsilon { get; init; }

    /// <summary>Tensor names.</summary>
    public NamingMode Naming { get; init; }

    /// <summary>The origin record.</summary>
    public OriginMode Origin { get; init; }

    /// <summary>NaN and infinity in the source.</summary>
    public NonFinitePolicy NonFinite { get; init; }

    /// <summary>An existing target.</summary>
    public ExistingTarget Existing { get; init; }

    /// <summary>Payload bytes at which a further shard is begun (SafeTensors shards, GGUF splits); null for one file. Needs a folder as target.</summary>
    public long? MaxShardBytes { get; init; }

    /// <summary>Worker threads; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>Also computes SHA-256 of source and output for the certificate (slow).</summary>
    public bool Sha256 { get; init; }
}
