using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>How a model is saved (<see cref="ModelBuilder"/>).</summary>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// SaveOptions options = new() { MaxShardBytes = 2_000_000_000, Existing = ExistingTarget.Replace };
/// model.ToBuilder().Save("qwen-parts/", options);
/// </code>
/// </example>
public sealed class SaveOptions
{
    /// <summary>What to do when the target exists.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public ExistingTarget Existing
    {
        get;
        init => field = Defined.Ensure(value, nameof(Existing));
    }

    /// <summary>
    /// Payload bytes at which a further file is begun, for GGUF and SafeTensors in folders; null keeps the files of an edited model as they
    /// are, and writes a new one as a single file. With a number an edited model is laid out anew.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above zero.</exception>
    public long? MaxShardBytes
    {
        get;
        init => field = Defined.EnsurePositive(value, nameof(MaxShardBytes));
    }
}
