namespace ModelPack.Formats.SafeTensors;

/// <summary>An opened SafeTensors file.</summary>
/// <example>
/// <code>
/// using ModelPack.Formats.SafeTensors;
/// using Model model = Model.Open("model.safetensors", PathScope.FileAlone);
/// SafeTensorsValue? format = ((SafeTensorsFile)model.File).Find("format");
/// </code>
/// </example>
public sealed class SafeTensorsFile : ModelFile
{
    private readonly IReadOnlyList<Note> notes;

    internal SafeTensorsFile(ByteSource source, ReadOnlyMemory<byte> header, TensorInfo[] tensors, IReadOnlyList<MetadataEntry> metadata)
        : base(source)
    {
        HeaderLength = header.Length;
        Tensors = tensors;
        Metadata = metadata;
        notes = SafeTensorsNotes.Of(header.Span, tensors);
    }

    /// <summary>Length of the header with its padding: the number in the first eight bytes.</summary>
    internal long HeaderLength { get; }

    /// <summary>Offset of the first tensor byte in the file.</summary>
    internal long DataOffset => SafeTensorsFormat.LengthBytes + HeaderLength;

    /// <summary>The header as it stands in the file, read anew. Together with the payloads it is the whole file (safetensors.md
    /// §8).</summary>
    public ReadOnlyMemory<byte> HeaderBytes => Source.ReadMemory(SafeTensorsFormat.LengthBytes, (int)HeaderLength);

    /// <inheritdoc/>
    internal override ModelFormat Format => ModelFormat.SafeTensors;

    private protected override string FormatDescriptionCore => $"SafeTensors, little-endian, header of {HeaderLength} bytes";

    /// <inheritdoc/>
    internal override IReadOnlyList<TensorInfo> Tensors { get; }

    /// <inheritdoc/>
    internal override IReadOnlyList<MetadataEntry> Metadata { get; }

    /// <inheritdoc/>
    internal override IReadOnlyList<Note> Notes => [.. PathNotes, .. notes];

    /// <inheritdoc/>
    internal override string? Architecture => SafeTensorsMetadata.FindArchitecture(Metadata);

    /// <inheritdoc/>
    /// <exception cref="ModelFormatException">The value is not base64.</exception>
    internal override ReadOnlyMemory<byte>? OriginRecord => SafeTensorsMetadata.DecodeOrigin(Metadata, Source.Name);

    /// <summary>The text of a key of <c>__metadata__</c>, or null.</summary>
    /// <param name="key">The key, spelled as in the file.</param>
    public SafeTensorsValue? Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Metadata.FirstOrDefault(entry => entry.Key == key)?.Value as SafeTensorsValue;
    }

    /// <summary>Opens a file strictly (safetensors.md §7). On success the file owns <paramref name="source"/>; on failure the caller
    /// disposes it.</summary>
    /// <exception cref="ModelFormatException">The file breaks a rule of the format.</exception>
    internal static SafeTensorsFile Open(ByteSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return SafeTensorsReader.Open(source);
    }
}
