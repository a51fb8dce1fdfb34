using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ModelPack.Build;

/// <summary>
/// Hashes in a state file: XXH128 with a seed of their own, which nobody knows who prepares a file. Two files with the same XXH128 without
/// a seed are made in an instant, and a build would take the one for the other (docs/trust.md).
/// </summary>
internal static class SeededHash
{
    /// <summary>A seed for a new state.</summary>
    public static long NewSeed()
    {
        Span<byte> seed = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(seed);
        return BinaryPrimitives.ReadInt64LittleEndian(seed);
    }

    /// <summary>The hash of a file that was proved under its XXH128; none if it is another file by now, so that the next build looks
    /// again.</summary>
    public static string OfProved(string path, string proved, long seed, CancellationToken cancellation)
    {
        string hash = FileHash.SeededXxh128(path, seed, cancellation);
        return FileHash.Xxh128(path, cancellation) == proved ? hash : Changed;
    }

    private const string Changed = "changed";
}
