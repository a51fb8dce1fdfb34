namespace ModelPack.Formats.SafeTensors;

/// <summary>An opened SafeTensors file.</summary>
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
    public long HeaderLength { get; }

    /// <summary>Offset of the first tensor byte in the file.</summary>
    public long DataOffset => SafeTensorsFormat.LengthBytes + HeaderLength;

    /// <summary>The header as it stands in the file, read anew. Together with the payloads it is the whole file (safetensors.md
    /// §8).</summary>
    public ReadOnlyMemory<byte> HeaderBytes => Source.ReadMemory(SafeTensorsFormat.LengthBytes, (int)HeaderLength);

    /// <inheritdoc/>
    public override ModelFormat Format => ModelFormat.SafeTensors;

    /// <inheritdoc/>
    public override string FormatDescription => $"SafeTensors, little-endian, header of {HeaderLength} bytes";

    /// <inheritdoc/>
    public override IReadOnlyList<TensorInfo> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataEntry> Metadata { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Note> Notes => [.. PathNotes, .. notes];

    /// <inheritdoc/>
    public override string? Architecture => SafeTensorsMetadata.FindArchitecture(Metadata);

    /// <inheritdoc/>
    /// <exception cref="ModelFormatException">The value is not base64.</exception>
    public override ReadOnlyMemory<byte>? OriginRecord => SafeTensorsMetadata.DecodeOrigin(Metadata, Source.Name);

    /// <summary>Opens a file strictly (safetensors.md §7). On success the file owns <paramref name="source"/>; on failure the caller
    /// disposes it.</summary>
    /// <exception cref="ModelFormatException">The file breaks a rule of the format.</exception>
    public static SafeTensorsFile Open(ByteSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return SafeTensorsReader.Open(source);
    }
}
