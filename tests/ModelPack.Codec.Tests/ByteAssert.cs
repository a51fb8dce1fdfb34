namespace ModelPack.Codec.Tests;

/// <summary>Compares bytes as bytes: an assertion over collections compares them as objects, a hundred times slower.</summary>
internal static class ByteAssert
{
    public static void AreEqual(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string message = "")
    {
        if (!expected.SequenceEqual(actual))
        {
            int place = expected.CommonPrefixLength(actual);
            Assert.Fail($"{expected.Length} bytes were expected, {actual.Length} found; they differ at byte {place}. {message}");
        }
    }
}
