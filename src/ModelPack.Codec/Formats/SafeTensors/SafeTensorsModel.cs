namespace ModelPack.Formats.SafeTensors;

/// <summary>What a new file is to hold.</summary>
/// <param name="Metadata">The entries of <c>__metadata__</c>; none leaves the object out.</param>
/// <param name="Tensors">The tensors; payload segments of the plan refer to this list.</param>
internal sealed record SafeTensorsModel(IReadOnlyList<SafeTensorsModelEntry> Metadata, IReadOnlyList<StoredTensor> Tensors);

/// <summary>A metadata entry that is to be written.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Utf8">The text of its value.</param>
internal sealed record SafeTensorsModelEntry(string Key, ReadOnlyMemory<byte> Utf8)
{
    public SafeTensorsModelEntry(string key, string value)
        : this(key, SafeTensorsText.Utf8(value, null))
    {
    }
}
