using System.Buffers.Binary;

namespace ModelPack.Formats.SafeTensors;

/// <summary>Constants of the format, and how a file is recognised (safetensors.md §1).</summary>
internal static class SafeTensorsFormat
{
    /// <summary>Bytes before the header: its length as a little-endian number.</summary>
    public const int LengthBytes = 8;

    /// <summary>The reference library refuses longer headers, on reading and on writing.</summary>
    public const int MaxHeaderLength = 100_000_000;

    /// <summary>A reader makes objects for each key, of many times the bytes of a tiny one.</summary>
    public const int MaximumKeys = 1 << 17;

    /// <summary>The reference serializer pads the header to a multiple of this.</summary>
    public const int HeaderAlignment = 8;

    /// <summary>A legal header is three levels deep (safetensors.md §2).</summary>
    public const int MaxHeaderDepth = 4;

    /// <summary>The header entry that is no tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>Ending of the file names.</summary>
    public const string Extension = ".safetensors";

    /// <summary>The whitespace of JSON.</summary>
    public static ReadOnlySpan<byte> Whitespace => " \t\n\r"u8;

    /// <summary>Guesses from the first bytes whether a file is SafeTensors; the format has no magic number.</summary>
    public static bool Matches(ReadOnlySpan<byte> first16, long fileLength)
    {
        if (first16.Length <= LengthBytes)
        {
            return false;
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(first16);
        if (headerLength is 0 or > MaxHeaderLength || (long)headerLength > fileLength - LengthBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> header = first16[LengthBytes..];
        int start = header.IndexOfAnyExcept(Whitespace);
        return start < 0 || header[start] == (byte)'{';
    }
}
