namespace ModelPack;

/// <summary>Options of a conversion. The defaults prove L3 and refuse every loss.</summary>
/// <example>
/// <code>
/// ConversionOptions options = new()
/// {
///     Dtype = TensorType.F16,
///     Loss = LossPolicy.Allow,
///     Naming = NamingMode.Native,
///     Origin = OriginMode.Embed,
///     NonFinite = NonFinitePolicy.Refuse,
///     Existing = ExistingTarget.Replace,
/// };
/// foreach (LeftOutFile file in ModelConverter.Plan("Qwen2.5-0.5B", "qwen.gguf", options: options).LeftOut)
/// {
///     Console.WriteLine($"{file.Name}: {file.Reason}");
/// }
/// </code>
/// </example>
public sealed record ConversionOptions
{
    /// <summary>Whether the source's path stands for the model, or for the file alone.</summary>
    public PathScope Scope { get; init; }

    /// <summary>Types that the target lacks.</summary>
    public QuantizedMode Quantized { get; init; }

    /// <summary>
    /// Narrows the floating-point matrices of the output to BF16 or F16: a named loss, for which <see cref="Loss"/> has to allow it. The
    /// source's bytes go into a side file. Null changes nothing.
    /// </summary>
    public TensorType? Dtype { get; init; }

    /// <summary>Whether a loss that was asked for is allowed.</summary>
    public LossPolicy Loss { get; init; }

    /// <summary>The largest absolute error that narrowing may make; null for any.</summary>
    public double? Epsilon { get; init; }

    /// <summary>Tensor names.</summary>
    public NamingMode Naming { get; init; }

    /// <summary>
    /// Makes a GGUF of the part of the model that sees, which llama.cpp takes beside that of the language model; the source is a Hugging
    /// Face folder. The output holds nothing of the rest, and no origin record: <see cref="Origin"/> counts as
    /// <see cref="OriginMode.None"/>.
    /// </summary>
    public bool Mmproj { get; init; }

    /// <summary>The origin record.</summary>
    public OriginMode Origin { get; init; }

    /// <summary>NaN and infinity in the source.</summary>
    public NonFinitePolicy NonFinite { get; init; }

    /// <summary>An existing target.</summary>
    public ExistingTarget Existing { get; init; }

    /// <summary>Payload bytes at which a further shard is begun (SafeTensors shards, GGUF splits); null for one file. Needs a folder as
    /// target.</summary>
    public long? MaxShardBytes { get; init; }

    /// <summary>Worker threads; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>Also computes SHA-256 of source and output for the certificate (slow).</summary>
    public bool Sha256 { get; init; }

    /// <summary>What a file as target means if the source was made from a folder.</summary>
    internal TargetForm Form { get; init; }
}

/// <summary>What a file as target means if what it would be restored to consists of several files.</summary>
internal enum TargetForm
{
    /// <summary>An error that asks for a folder.</summary>
    Restored,

    /// <summary>One file that holds all of it, as a conversion of any other source would write.</summary>
    OneFile,
}
