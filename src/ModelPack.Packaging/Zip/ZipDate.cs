using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace ModelPack.Packaging.Zip;

/// <summary>
/// The date of all entries of a package. Never a constant: builds copy a file if its date or its size is another, so that two versions
/// of one size and one date would leave the old model in the output.
/// </summary>
internal static class ZipDate
{
    private const string Variable = "SOURCE_DATE_EPOCH";
    private const int SecondsOfDate = 2;

    private static readonly DateTime First = new(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime End = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    // What the two 16-bit fields of a ZIP entry can hold.
    private static readonly DateTime Earliest = new(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Latest = new(2107, 12, 31, 23, 59, 58, DateTimeKind.Utc);

    /// <summary>The date that the environment sets; else one that follows from the content.</summary>
    /// <param name="sha256">SHA-256 of the content in hexadecimal digits.</param>
    public static DateTime Of(string sha256) => Of(sha256, Environment.GetEnvironmentVariable(Variable));

    internal static DateTime Of(string sha256, string? epoch) =>
        long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds <= new DateTimeOffset(Latest).ToUnixTimeSeconds()
            ? Bounded(DateTime.UnixEpoch.AddSeconds(seconds))
            : OfContent(sha256);

    private static DateTime OfContent(string sha256)
    {
        ulong number = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Convert.FromHexString(sha256)));
        ulong steps = (ulong)(End - First).TotalSeconds / SecondsOfDate;
        return First.AddSeconds(number % steps * SecondsOfDate);
    }

    private static DateTime Bounded(DateTime date) => date < Earliest ? Earliest : date > Latest ? Latest : date;
}
