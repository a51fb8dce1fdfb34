using ModelPack.IO;

namespace ModelPack.Codec.Tests.IO;

[TestClass]
public sealed class Xxh128Tests
{
    private readonly Random random = new(128);
    private readonly byte[] bytes = new byte[20_000];

    public Xxh128Tests() => random.NextBytes(bytes);

    [TestMethod]
    public void Every_length_gives_the_hash_of_the_reference()
    {
        Xxh128 hash = new();
        for (int length = 0; length <= 5000; length++)
        {
            hash.Append(bytes.AsSpan(0, length));
            Assert.AreEqual(Hash128.Of(bytes.AsSpan(0, length)), hash.Finish(), $"{length} bytes");
        }
    }

    [TestMethod]
    public void Pieces_of_any_size_give_the_hash_of_the_whole()
    {
        Xxh128 hash = new();
        for (int trial = 0; trial < 3000; trial++)
        {
            int length = random.Next(bytes.Length);
            int largest = 1 << random.Next(1, 14);
            for (int at = 0; at < length;)
            {
                int piece = Math.Min(length - at, random.Next(largest + 1));
                hash.Append(bytes.AsSpan(at, piece));
                at += piece;
            }

            Assert.AreEqual(Hash128.Of(bytes.AsSpan(0, length)), hash.Finish(), $"{length} bytes in pieces of up to {largest}");
        }
    }

    [TestMethod]
    public void A_stream_may_be_continued_in_two_ways()
    {
        for (int trial = 0; trial < 1000; trial++)
        {
            int common = random.Next(2000);
            (int first, int second) = (common + random.Next(1000), common + random.Next(1000));
            Xxh128 hash = new();
            hash.Append(bytes.AsSpan(0, common));
            Xxh128 other = hash.Clone();
            hash.Append(bytes.AsSpan(common, first - common));
            other.Append(bytes.AsSpan(common, second - common));
            Assert.AreEqual(Hash128.Of(bytes.AsSpan(0, first)), hash.Finish());
            Assert.AreEqual(Hash128.Of(bytes.AsSpan(0, second)), other.Finish());
        }
    }

    [TestMethod]
    public void A_flipped_bit_anywhere_changes_the_hash()
    {
        Hash128 expected = Hash(2000);
        for (int bit = 0; bit < 2000 * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.AreNotEqual(expected, Hash(2000), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private Hash128 Hash(int length)
    {
        Xxh128 hash = new();
        hash.Append(bytes.AsSpan(0, length));
        return hash.Finish();
    }
}
