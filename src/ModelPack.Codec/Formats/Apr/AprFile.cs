using System.Collections.Immutable;
using System.IO.Hashing;

namespace ModelPack.Formats.Apr;

/// <summary>An opened APR v2 file (apr-v2.md).</summary>
/// <example>
/// <code>
/// using ModelPack.Formats.Apr;
/// using Model model = Model.Open("qwen.apr");
/// AprJsonValue? type = ((AprFile)model.File).FindMetadata("model_type");
/// </code>
/// </example>
public sealed class AprFile : ModelFile
{
    private const int ChunkBytes = 256 * 1024;
    private readonly AprHeader header;
    private readonly AprMetadata metadata;
    private readonly long indexEnd;
    private ImmutableArray<Note> notes;

    private AprFile(ByteSource source, AprHeader header, AprMetadata metadata, long indexEnd, AprTensors tensors, List<Note> notes)
        : base(source)
    {
        this.header = header;
        this.metadata = metadata;
        this.indexEnd = indexEnd;
        this.notes = [.. notes];
        Footer = tensors.Footer;
        Dialect = tensors.Dialect;
        Entries = tensors.Entries;
        Tensors = tensors.Present;
    }

    /// <inheritdoc/>
    internal override ModelFormat Format => ModelFormat.Apr;

    private protected override string FormatDescriptionCore => $"APR {VersionMajor}.{VersionMinor}, little-endian, " + Dialect switch
    {
        AprDialect.Realizar => "realizar dialect (ggml type ids)",
        AprDialect.AprenderBeforeLayout002 => "aprender before LAYOUT-002",
        _ => "aprender",
    };

    /// <summary>Major version; always 2.</summary>
    internal byte VersionMajor => header.VersionMajor;

    /// <summary>Minor version.</summary>
    internal byte VersionMinor => header.VersionMinor;

    /// <summary>The flags as stored.</summary>
    internal AprFlags Flags => header.Flags;

    /// <summary>Number of index entries.</summary>
    internal long TensorCount => header.TensorCount;

    /// <summary>Offset of the metadata text.</summary>
    internal long MetadataOffset => header.MetadataOffset;

    /// <summary>Length of the metadata text in bytes, without padding.</summary>
    internal int MetadataSize => header.MetadataSize;

    /// <summary>Offset of the tensor index.</summary>
    internal long IndexOffset => header.IndexOffset;

    /// <summary>Offset of the data section.</summary>
    internal long DataOffset => header.DataOffset;

    /// <summary>The reserved header bytes.</summary>
    internal ImmutableArray<byte> Reserved => header.Reserved;

    /// <summary>Who wrote the file, as far as it changes the reading.</summary>
    internal AprDialect Dialect { get; }

    /// <summary>The footer; its checksum is verified by <see cref="VerifyFooter(uint)"/>.</summary>
    internal AprFooter Footer { get; }

    /// <summary>The index entries as stored, those that count as absent included.</summary>
    internal IReadOnlyList<AprIndexEntry> Entries { get; }

    /// <inheritdoc/>
    internal override IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>The metadata text, verbatim.</summary>
    public ReadOnlyMemory<byte> MetadataJson => metadata.Json;

    /// <inheritdoc/>
    internal override IReadOnlyList<MetadataEntry> Metadata => metadata.Entries;

    /// <inheritdoc/>
    internal override IReadOnlyList<Note> Notes => [.. PathNotes, .. notes];

    /// <inheritdoc/>
    internal override string? Architecture => metadata.Architecture;

    /// <inheritdoc/>
    internal override ReadOnlyMemory<byte>? OriginRecord =>
        metadata.Find(OriginKey)?.AsBase64() is byte[] record ? record : default(ReadOnlyMemory<byte>?);

    /// <summary>Opens a file strictly (apr-v2.md §15.1); all but the footer's checksum, which needs a pass over the whole file.</summary>
    /// <param name="source">The file. Owned by the result; if opening fails, the caller still has to dispose it.</param>
    /// <exception cref="ModelFormatException">The file breaks a rule of the format.</exception>
    internal static AprFile Open(ByteSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        List<Note> notes = [];
        AprHeader header = AprHeader.Read(source);
        header.AddNotes(notes);
        AprMetadata metadata = AprMetadataReader.Read(source, header, notes);
        List<AprRawEntry> entries = AprIndexReader.Read(source, header, out long indexEnd);
        AprFooter footer = AprLayout.Check(source, header, indexEnd, entries, notes);
        AprTensors tensors = AprTensors.Resolve(source.Name, header, footer, entries, metadata.HasTiedEmbeddings, notes);
        return new AprFile(source, header, metadata, indexEnd, tensors, notes);
    }

    /// <summary>The metadata value of a key; of duplicate keys the last one counts. Null if there is none.</summary>
    public AprJsonValue? FindMetadata(string key) => metadata.Find(key);

    /// <summary>Compares the footer with the checksum of everything before it. Without a footer there is nothing to compare.</summary>
    /// <param name="actualCrc">CRC-32 of the bytes from 0 to the footer, computed elsewhere.</param>
    /// <exception cref="ModelFormatException">The footer is wrong.</exception>
    internal void VerifyFooter(uint actualCrc)
    {
        if (Footer.IsPresent && Footer.StoredCrc != actualCrc)
        {
            throw AprErrors.Footer.Broken(
                Source.Name, $"the footer is {Footer.StoredCrc:X8}, the bytes before it give {actualCrc:X8}", Footer.Offset);
        }
    }

    /// <inheritdoc/>
    internal override void CheckFooter(CancellationToken cancellation = default)
    {
        if (!Footer.IsPresent)
        {
            return;
        }

        Crc32 crc = new();
        byte[] chunk = new byte[ChunkBytes];
        for (long offset = 0; offset < Footer.Offset; offset += ChunkBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(ChunkBytes, Footer.Offset - offset));
            Source.ReadAt(offset, bytes);
            crc.Append(bytes);
        }

        VerifyFooter(crc.GetCurrentHashAsUInt32());
    }

    /// <summary>Looks at all padding and unused bytes, and adds a note to <see cref="Notes"/> if one is not zero (K-PAD).</summary>
    internal void NotePadding(CancellationToken cancellation = default)
    {
        if (AprPadding.FindNonZero(Source, AprPadding.Unused(header, indexEnd, Entries, Footer), cancellation) is long offset)
        {
            Note note = new("K-PAD", "padding or unused bytes are not zero", offset);
            ImmutableInterlocked.Update(
                ref notes,
                before => before.Any(known => known.Rule == note.Rule && known.ByteOffset == offset) ? before : before.Add(note));
        }
    }

    /// <inheritdoc/>
    internal override ImmutableArray<FootedFile> Footed => Footer.IsPresent ? [new(0, Source.Length)] : [];

    /// <inheritdoc/>
    internal override IEnumerable<Note> PaddingNotes(CancellationToken cancellation)
    {
        ImmutableArray<Note> before = notes;
        NotePadding(cancellation);
        return notes[before.Length..];
    }
}
