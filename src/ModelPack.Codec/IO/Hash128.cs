using System.Buffers.Binary;
using System.IO.Hashing;

namespace ModelPack.IO;

/// <summary>An XXH128. Not the framework's number of that size: methods that touch it are never compiled before the program
/// starts.</summary>
internal readonly record struct Hash128(ulong High, ulong Low)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 16;

    /// <summary>What stands for a hash that is not known yet.</summary>
    public static Hash128 Zero => default;

    /// <summary>The hash of bytes.</summary>
    public static Hash128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Length];
        XxHash128.Hash(bytes, hash);
        return Read(hash);
    }

    /// <summary>Reads a hash, the high half first.</summary>
    public static Hash128 Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));

    /// <summary>Writes a hash, the high half first.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], Low);
    }

    /// <summary>The way hashes are written everywhere: 32 lower-case hexadecimal digits, the high half first.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
