namespace ModelPack.Formats.SafeTensors;

/// <summary>The metadata of new SafeTensors files.</summary>
/// <param name="Entries">The entries of the first file.</param>
/// <param name="Further">Those of further shards.</param>
internal sealed record SafeTensorsTargetMetadata(
    IReadOnlyList<SafeTensorsModelEntry> Entries, IReadOnlyList<SafeTensorsModelEntry> Further) : TargetMetadata
{
    // Loaders of transformers want to know whose tensors these are (safetensors.md §4).
    private static readonly SafeTensorsModelEntry PyTorchFormat = new("format", "pt");

    /// <summary>What a conversion writes.</summary>
    public static SafeTensorsTargetMetadata PyTorch { get; } = new([PyTorchFormat], [PyTorchFormat]);
}
