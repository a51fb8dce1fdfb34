using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Formats;

namespace ModelPack;

/// <summary>A model in a certificate: a file, or a folder with several.</summary>
public sealed class CertifiedFile
{
    internal CertifiedFile(string name, ModelFormat format, long bytes, string xxh128, string? sha256)
    {
        Name = name;
        Format = format;
        Bytes = bytes;
        Xxh128 = xxh128;
        Sha256 = sha256;
    }

    /// <summary>Bare file name.</summary>
    public string Name { get; }

    /// <summary>Container format.</summary>
    public ModelFormat Format { get; }

    /// <summary>Length.</summary>
    public long Bytes { get; }

    /// <summary>XXH128 of the whole file, 32 hexadecimal digits.</summary>
    public string Xxh128 { get; }

    /// <summary>SHA-256 of the whole file if it was asked for.</summary>
    public string? Sha256 { get; }

    /// <summary>The files that it consists of, in the order in which the hash runs through them; empty if it is a single one.</summary>
    internal ImmutableArray<CertifiedPart> Parts { get; init; } = [];

    /// <summary>For people: name, format, length and hash.</summary>
    public override string ToString() => SafeText.Escape($"{Name}: {Format.Name()}, {Bytes} bytes, XXH128 {Xxh128}");
}
