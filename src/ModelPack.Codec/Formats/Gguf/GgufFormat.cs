namespace ModelPack.Formats.Gguf;

/// <summary>How the four magic bytes are spelled (gguf.md §1.7).</summary>
internal enum GgufMagic
{
    /// <summary>The bytes <c>GGUF</c>, in either byte order.</summary>
    Gguf,

    /// <summary>The bytes <c>FUGG</c>, which newer Python tools write for big-endian files.</summary>
    Fugg,
}

/// <summary>Constants of the GGUF container and its detection by content.</summary>
internal static class GgufFormat
{
    public const int MinimumVersion = 1;
    public const int CurrentVersion = 3;
    public const long DefaultAlignment = 32;
    public const int MaximumKeyBytes = 65_535;
    public const int MaximumNameBytes = 63;

    /// <summary>Bytes of a tensor's name at most in a file of programs that are built with a larger limit than llama.cpp
    /// (K-TNAME).</summary>
    public const int MaximumReadNameBytes = 127;
    public const int MaximumDimensions = 4;
    public const int MaximumNesting = 8;

    // A model has about fifty keys, and what is long stands in values. A reader makes objects for each key, so that a file of tiny ones
    // would take twenty times its size.
    public const int MaximumKeys = 1 << 17;
    public const int MaximumKeyText = 8 << 20;
    public const long MaximumStringBytes = 1L << 30;
    public const long MaximumArrayItems = 1L << 30;

    // Behind magic and version (gguf.md §1.2).
    public const int TensorCountOffset = 8;

    // An empty name, no dimensions, type and offset, with the short lengths of version 1 (gguf.md §1.5).
    public const int MinimumRecordBytes = 20;

    public const string AlignmentKey = "general.alignment";
    public const string ArchitectureKey = "general.architecture";
    public static ReadOnlySpan<byte> Magic => "GGUF"u8;

    public static ReadOnlySpan<byte> ReversedMagic => "FUGG"u8;

    /// <summary>True if a file that begins with these bytes claims to be GGUF.</summary>
    public static bool Matches(ReadOnlySpan<byte> firstBytes) => firstBytes.StartsWith(Magic) || firstBytes.StartsWith(ReversedMagic);
}
