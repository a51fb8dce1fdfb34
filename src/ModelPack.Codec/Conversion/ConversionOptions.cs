using ModelPack.Diagnostics;

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
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public PathScope Scope
    {
        get;
        init => field = Defined.Ensure(value, nameof(Scope));
    }

    /// <summary>Types that the target lacks.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public QuantizedMode Quantized
    {
        get;
        init => field = Defined.Ensure(value, nameof(Quantized));
    }

    /// <summary>
    /// Narrows the floating-point matrices of the output to BF16 or F16: a named loss, for which <see cref="Loss"/> has to allow it. The
    /// source's bytes go into a side file. Null changes nothing.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    public TensorType? Dtype
    {
        get;
        init => field = value is { } type ? Defined.Ensure(type, nameof(Dtype)) : null;
    }

    /// <summary>Whether a loss that was asked for is allowed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public LossPolicy Loss
    {
        get;
        init => field = Defined.Ensure(value, nameof(Loss));
    }

    /// <summary>The largest absolute error that narrowing may make; null for any.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, infinite or NaN, which would limit nothing.</exception>
    public double? Epsilon
    {
        get;
        init => field = value is null or (>= 0 and <= double.MaxValue)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "a finite number from 0 is needed");
    }

    /// <summary>Tensor names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public NamingMode Naming
    {
        get;
        init => field = Defined.Ensure(value, nameof(Naming));
    }

    /// <summary>
    /// Makes a GGUF of the part of the model that sees, which llama.cpp takes beside that of the language model; the source is a Hugging
    /// Face folder. The output holds nothing of the rest, and no origin record: <see cref="Origin"/> counts as
    /// <see cref="OriginMode.None"/>.
    /// </summary>
    public bool Mmproj { get; init; }

    /// <summary>The origin record.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public OriginMode Origin
    {
        get;
        init => field = Defined.Ensure(value, nameof(Origin));
    }

    /// <summary>NaN and infinity in the source.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public NonFinitePolicy NonFinite
    {
        get;
        init => field = Defined.Ensure(value, nameof(NonFinite));
    }

    /// <summary>An existing target.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public ExistingTarget Existing
    {
        get;
        init => field = Defined.Ensure(value, nameof(Existing));
    }

    /// <summary>Payload bytes at which a further shard is begun (SafeTensors shards, GGUF splits); null for one file. Needs a folder as
    /// target.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above zero.</exception>
    public long? MaxShardBytes
    {
        get;
        init => field = Defined.EnsurePositive(value, nameof(MaxShardBytes));
    }

    /// <summary>Worker threads; 0 takes one for each processor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int Threads
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Threads), value, "a number from 0 is needed");
    }

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
