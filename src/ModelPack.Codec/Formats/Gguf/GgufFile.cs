namespace ModelPack.Formats.Gguf;

/// <summary>An opened GGUF file of version 1, 2 or 3, in either byte order.</summary>
/// <example>
/// <code>
/// using ModelPack.Formats.Gguf;
/// using Model model = Model.Open("qwen.gguf");
/// if (model.File is GgufFile file &amp;&amp; file.ByteOrder == ByteOrder.LittleEndian)
/// {
///     GgufValue? layers = file.Find("qwen2.block_count");
///     Console.WriteLine($"version {file.Version}: {layers?.TypeName} {layers}");
/// }
/// </code>
/// </example>
public sealed class GgufFile : ModelFile
{
    private readonly GgufContent content;
    private readonly TensorInfo[] tensors;

    private GgufFile(ByteSource source, GgufContent content)
        : base(source)
    {
        this.content = content;
        tensors = Array.ConvertAll(content.Tensors, record => record.Tensor);
        LastPayloadEnd = GgufPadding.FindLastPayloadEnd(content.DataOffset, content.Tensors);
    }

    /// <inheritdoc/>
    internal override ModelFormat Format => ModelFormat.Gguf;

    private protected override string FormatDescriptionCore
    {
        get
        {
            string spelling = Magic == GgufMagic.Fugg ? " (FUGG)" : "";
            string alignment = Alignment == GgufFormat.DefaultAlignment ? "" : $", alignment {Alignment}";
            string part = Split is { IsPart: true } split ? $", part {split.Number + 1} of {split.Count}" : "";
            return $"GGUF v{Version}, {GgufHeader.Describe(ByteOrder)}{spelling}{alignment}{part}";
        }
    }

    /// <summary>The version number.</summary>
    public int Version => content.Header.Version;

    /// <summary>The spelling of the magic bytes.</summary>
    internal GgufMagic Magic => content.Header.Magic;

    /// <summary>The byte order of all numbers, in header and payloads.</summary>
    public ByteOrder ByteOrder => content.Header.ByteOrder;

    /// <summary>The alignment of the data section and of each payload in it.</summary>
    public long Alignment => content.Alignment;

    /// <summary>True if the key <c>general.alignment</c> is stored: an explicit 32 and an absent key are different files.</summary>
    internal bool HasAlignmentKey => Find(GgufFormat.AlignmentKey) is not null;

    /// <summary>Length of header, key-values and tensor records, without padding.</summary>
    internal long HeaderLength => content.HeaderLength;

    /// <summary>Start of the data section; the end of the key-values if there are no tensors.</summary>
    internal long DataOffset => content.DataOffset;

    /// <summary>End of the last payload without its padding; the end of the key-values if there are no tensors.</summary>
    internal long LastPayloadEnd { get; }

    /// <summary>The place in a set of files, if the file says so.</summary>
    internal GgufSplit? Split => content.Split;

    /// <summary>The tensor records as they are stored.</summary>
    internal IReadOnlyList<GgufTensorRecord> Records => content.Tensors;

    /// <inheritdoc/>
    internal override IReadOnlyList<TensorInfo> Tensors => tensors;

    /// <inheritdoc/>
    internal override IReadOnlyList<MetadataEntry> Metadata => content.Metadata;

    /// <inheritdoc/>
    internal override IReadOnlyList<Note> Notes => [.. PathNotes, .. content.Notes];

    /// <inheritdoc/>
    internal override string? Architecture =>
        Find(GgufFormat.ArchitectureKey) is { } value && value.TryGetString(out string? name) ? name : null;

    /// <inheritdoc/>
    internal override ReadOnlyMemory<byte>? OriginRecord =>
        Find(ModelFile.OriginKey) is { ElementType: GgufValueType.UInt8 } value ? value.ItemBytes : default(ReadOnlyMemory<byte>?);

    /// <summary>The bytes of header and key-values, of which each value is a part.</summary>
    internal ReadOnlyMemory<byte> MetadataBytes => content.MetadataBytes;

    /// <summary>Opens a file strictly. The file owns the source from then on; if opening fails, the caller still does.</summary>
    /// <exception cref="ModelFormatException">The file breaks a rule of the format.</exception>
    internal static GgufFile Open(ByteSource source) => Open(source, Array.MaxLength);

    /// <summary>The value of a key, or null.</summary>
    public GgufValue? Find(string key) =>
        content.MetadataIndex.TryGetValue(key, out int place) ? (GgufValue)content.Metadata[place].Value : null;

    /// <summary>Reads the paddings between the payloads and after the last one, which opening does not touch.</summary>
    /// <returns>A note if a padding is not zero (K-PAD).</returns>
    internal Note? NotePadding() =>
        GgufPadding.FindOdd(Source, HeaderLength, DataOffset, content.Tensors, Alignment) is long odd ? GgufPadding.ToNote(odd) : null;

    /// <inheritdoc/>
    internal override IEnumerable<Note> PaddingNotes(CancellationToken cancellation) => NotePadding() is { } note ? [note] : [];

    internal static GgufFile Open(ByteSource source, int headerLimit)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new GgufFile(source, GgufReader.Read(source, headerLimit));
    }
}
