using System.Text;
using ModelPack.IO;

namespace ModelPack.Formats.Apr;

/// <summary>Constants and detection (apr-v2.md §2–§5).</summary>
internal static class AprFormat
{
    public const int HeaderBytes = 64;
    public const int Alignment = 64;
    public const int FooterBytes = 4;
    public const int MinimumEntryBytes = 20;
    public const int MaximumNameBytes = 256;
    public const int MaximumDimensions = 8;
    public const int MaximumLevels = 127;

    /// <summary>Declared by the format and enforced by nobody (apr-v2.md §4): worth a warning, not an error.</summary>
    public const int DeclaredMetadataBytes = 16 << 20;

    /// <summary>Metadata is held in one piece; the format's own field would allow 4 GiB.</summary>
    public const int MaximumMetadataBytes = 1 << 30;

    public const AprFlags RefusedFlags = AprFlags.Lz4Compressed | AprFlags.ZstdCompressed | AprFlags.Encrypted | AprFlags.LayoutColumnMajor;
    public const AprFlags UnassignedFlags = (AprFlags)0xF000;

    public static ReadOnlySpan<byte> Magic => "APR\0"u8;

    /// <summary>Three letters decide that a file is meant as APR; the fourth byte is judged when it is opened (apr-v2.md §2.1).</summary>
    public static bool Matches(ReadOnlySpan<byte> firstBytes) => firstBytes.StartsWith("APR"u8);

    public static long AlignUp(long length) => CheckedMath.AlignUp(length, Alignment);

    public static string DescribeMagic(ReadOnlySpan<byte> first)
    {
        string kind = Encoding.Latin1.GetString(first[..4]) switch
        {
            "APRN" => "an APR v1 (APRN) container, not a tensor file",
            "APR1" => "the APR1 layout of whisper.apr, which nobody documents",
            "APR2" => "the early magic APR2, which no current program reads",
            "APR\u0002" => "the magic of the old documentation, which no program wrote",
            _ => "not an APR file",
        };
        return $"the first four bytes are {Convert.ToHexString(first[..4])}: {kind}";
    }
}

/// <summary>The header flags (apr-v2.md §5).</summary>
[Flags]
internal enum AprFlags : ushort
{
#pragma warning disable CS1591 // The members are the format's own names.
    None = 0,
    Lz4Compressed = 0x0001,
    ZstdCompressed = 0x0002,
    Encrypted = 0x0004,
    Signed = 0x0008,
    Sharded = 0x0010,
    Quantized = 0x0020,
    HasFilterbank = 0x0040,
    HasModelCard = 0x0080,
    Streaming = 0x0100,
    HasVocabulary = 0x0200,
    LayoutRowMajor = 0x0400,
    LayoutColumnMajor = 0x0800,
#pragma warning restore CS1591
}

/// <summary>Who wrote a file, as far as it changes the reading (apr-v2.md §13.2).</summary>
internal enum AprDialect
{
    /// <summary>aprender as it writes today.</summary>
    Aprender,

    /// <summary>aprender before LAYOUT-002: neither layout flag, counts as row-major.</summary>
    AprenderBeforeLayout002,

    /// <summary>realizar's converter from GGUF (<c>apr import --preserve-q4k</c>): ggml type ids.</summary>
    Realizar,
}

/// <summary>The last four bytes: CRC-32 of everything before them (apr-v2.md §6).</summary>
/// <param name="IsPresent">False if the file ends with its last payload.</param>
/// <param name="Offset">Where the footer stands; the end of the file if there is none.</param>
/// <param name="StoredCrc">The checksum as stored; zero if there is none.</param>
internal readonly record struct AprFooter(bool IsPresent, long Offset, uint StoredCrc);
