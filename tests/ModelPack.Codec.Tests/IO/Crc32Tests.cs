using System.IO.Hashing;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.IO;

[TestClass]
public sealed class Crc32Tests
{
    private readonly Random random = new(32);

    [TestMethod]
    public void The_sum_of_runs_is_that_of_the_reference_at_every_length()
    {
        byte[] bytes = RandomBytes(3000);
        for (int length = 0; length <= 2000; length++)
        {
            int start = random.Next(bytes.Length - length);
            ReadOnlySpan<byte> run = bytes.AsSpan(start, length);
            Assert.AreEqual(Crc32.HashToUInt32(run), Crc32Sum.Of(run), $"{length} bytes");
        }
    }

    [TestMethod]
    public void A_flipped_bit_anywhere_changes_the_sum()
    {
        byte[] bytes = RandomBytes(1500);
        uint expected = Crc32Sum.Of(bytes);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.AreNotEqual(expected, Crc32Sum.Of(bytes), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [TestMethod]
    public void Two_runs_combine_to_the_sum_of_the_whole_wherever_the_cut_is()
    {
        for (int trial = 0; trial < 500; trial++)
        {
            byte[] bytes = RandomBytes(random.Next(5000));
            int cut = random.Next(bytes.Length + 1);
            uint combined = Crc32Combiner.Combine(
                Crc32.HashToUInt32(bytes.AsSpan(0, cut)), Crc32.HashToUInt32(bytes.AsSpan(cut)), bytes.Length - cut);
            Assert.AreEqual(Crc32.HashToUInt32(bytes), combined, $"{bytes.Length} bytes cut at {cut}");
        }
    }

    [TestMethod]
    public void Shares_of_many_runs_add_up_in_any_order()
    {
        byte[] bytes = RandomBytes(100_000);
        int[] cuts = [0, .. Enumerable.Range(0, 40).Select(_ => random.Next(bytes.Length)).Order(), bytes.Length];
        int[] order = [.. Enumerable.Range(0, cuts.Length - 1)];
        random.Shuffle(order);
        uint sum = 0;
        foreach (int run in order)
        {
            sum ^= Crc32Combiner.Shift(Crc32.HashToUInt32(bytes.AsSpan(cuts[run]..cuts[run + 1])), bytes.Length - cuts[run + 1]);
        }

        Assert.AreEqual(Crc32.HashToUInt32(bytes), sum);
    }

    [TestMethod]
    public void Zeros_have_the_sum_of_that_many_zero_bytes()
    {
        for (int length = 0; length < 600; length++)
        {
            Assert.AreEqual(Crc32.HashToUInt32(new byte[length]), Crc32Combiner.Zeros(length), $"{length} bytes");
        }
    }

    [TestMethod]
    public void Lengths_beyond_32_bits_combine_as_the_same_run_in_smaller_steps()
    {
        const long Step = 3L << 30;
        uint crc = Crc32.HashToUInt32("start"u8);
        uint inSteps = Crc32Combiner.Combine(Crc32Combiner.Combine(crc, Crc32Combiner.Zeros(Step), Step), Crc32Combiner.Zeros(Step), Step);
        Assert.AreEqual(inSteps, Crc32Combiner.Combine(crc, Crc32Combiner.Zeros(2 * Step), 2 * Step));
    }

    private byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
