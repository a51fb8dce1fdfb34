using ModelPack.Formats;

namespace ModelPack.Architectures.Apr;

/// <summary>What the metadata of a new APR file is made of.</summary>
internal sealed record AprMetadataSource
{
    /// <summary>The architecture in GGUF's words.</summary>
    public required string? Architecture { get; init; }

    /// <summary>The model's metadata in GGUF's words; the keys differ.</summary>
    public required IReadOnlyList<MetadataEntry> Entries { get; init; }

    /// <summary>The tensors as the file will hold them.</summary>
    public required IReadOnlyList<StoredTensor> Tensors { get; init; }

    /// <summary>What the model comes from.</summary>
    public required ModelFormat Format { get; init; }

    /// <summary>The rows of q and k as the file will hold them.</summary>
    public required RowOrder Rows { get; init; }

    /// <summary>True if q, k and v were taken out of a tensor that holds them head by head: other programs cut through the heads (apr-v2.md
    /// §12.5).</summary>
    public bool AreHeadsSplit { get; init; }

    /// <summary>Number of weights, where the stored shapes do not give it.</summary>
    public ulong? ParameterCount { get; init; }

    /// <summary><c>architectures[0]</c> of a config.json.</summary>
    public string? HuggingFaceClass { get; init; }

    /// <summary><c>model_type</c> of a config.json.</summary>
    public string? HuggingFaceModelType { get; init; }

    /// <summary>The text of a config.json, UTF-8.</summary>
    public ReadOnlyMemory<byte>? HuggingFaceConfig { get; init; }

    /// <summary>True if <c>lm_head.weight</c> is a copy of the embedding that the source does not have.</summary>
    public bool IsHeadCopied { get; init; }
}
