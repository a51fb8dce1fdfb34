namespace ModelPack.Validation.Facts;

/// <summary>The first bytes of programs and archives.</summary>
internal static class FileSignatures
{
    /// <summary>Length of the record at the end of a ZIP archive; a comment of up to 64 KB may follow.</summary>
    public const int ArchiveEndBytes = 22;

    private const int TarAt = 257;

    private static readonly (byte[] Bytes, string Kind)[] Known =
    [
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], "an ELF program"),
        ("MZ"u8.ToArray(), "a Windows program"),
        ("#!"u8.ToArray(), "a script"),
        ([0xFE, 0xED, 0xFA, 0xCE], "a Mach-O program"),
        ([0xFE, 0xED, 0xFA, 0xCF], "a Mach-O program"),
        ([0xCE, 0xFA, 0xED, 0xFE], "a Mach-O program"),
        ([0xCF, 0xFA, 0xED, 0xFE], "a Mach-O program"),
        ([0xCA, 0xFE, 0xBA, 0xBE], "a Mach-O or Java program"),
        ([0, (byte)'a', (byte)'s', (byte)'m'], "a WebAssembly program"),
        ("dex\n"u8.ToArray(), "an Android program"),
        ("PK\u0003\u0004"u8.ToArray(), "a ZIP archive"),
        ("PK\u0005\u0006"u8.ToArray(), "a ZIP archive"),
        ([0x1F, 0x8B], "a gzip archive"),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "an xz archive"),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        ("Rar!\u001A\u0007"u8.ToArray(), "a RAR archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive"),
        ("BZh"u8.ToArray(), "a bzip2 archive"),
        ([0x80, 2, (byte)'c'], "a Python pickle"),
        ([0x80, 2, (byte)'}'], "a Python pickle"),
        ([0x80, 3, (byte)'c'], "a Python pickle"),
        ([0x80, 4, 0x95], "a Python pickle"),
        ([0x80, 5, 0x95], "a Python pickle"),
        ("<?php"u8.ToArray(), "a PHP program"),
        ("<script"u8.ToArray(), "an HTML program"),
        ("<html"u8.ToArray(), "an HTML page"),
        ("%PDF-"u8.ToArray(), "a PDF document"),
    ];

    /// <summary>What the bytes begin with; null if with nothing known.</summary>
    public static string? Find(ReadOnlySpan<byte> bytes)
    {
        foreach ((byte[] signature, string kind) in Known)
        {
            if (bytes.StartsWith(signature))
            {
                return kind;
            }
        }

        return bytes.Length > TarAt && bytes[TarAt..].StartsWith("ustar"u8) ? "a tar archive" : null;
    }

    /// <summary>The kind of archive that ends in the bytes, if one does.</summary>
    public static string? FindArchiveEnd(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("PK\u0005\u0006"u8) >= 0 ? "the end of a ZIP archive" : null;
}
