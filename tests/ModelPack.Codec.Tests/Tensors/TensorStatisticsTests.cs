using System.Numerics;
using CsCheck;
using ModelPack.Tensors;
using ModelPack.Tensors.Statistics;

namespace ModelPack.Codec.Tests.Tensors;

[TestClass]
public sealed class TensorStatisticsTests
{
    private static readonly Gen<float> AnyBits = Gen.UInt.Select(BitConverter.UInt32BitsToSingle);

    private static readonly Gen<float> Mixed = Gen.OneOf(
        AnyBits,
        Gen.OneOf(0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, float.NaN, float.PositiveInfinity, 1f, -1f),
        Gen.Float[-1, 1]);

    [TestMethod]
    public void Small_numbers_have_the_textbook_values()
    {
        TensorStatistics statistics = Of([1, 2, 3, 4]);
        Assert.AreEqual(
            (4L, 1d, 4d, 2.5, Math.Sqrt(1.25)),
            (statistics.Count, statistics.Minimum, statistics.Maximum, statistics.Mean, statistics.StandardDeviation));
        Assert.AreEqual((1L, 2L, 1L), (statistics.Magnitudes[48], statistics.Magnitudes[49], statistics.Magnitudes[50]));
    }

    [TestMethod]
    public void Nothing_is_lost_beside_large_numbers() =>
        Assert.AreEqual(1.0 / 3, Of([1e30f, 1, -1e30f]).Mean);

    [TestMethod]
    public void Ties_are_rounded_to_even_and_a_trace_above_a_tie_is_rounded_up()
    {
        float halfUnit = MathF.ScaleB(1, -53);
        float trace = MathF.ScaleB(1, -140);
        Assert.AreEqual(0.25, Of([1, halfUnit, 0, 0]).Mean);
        Assert.AreEqual(Math.BitIncrement(1.0) / 4, Of([1, halfUnit, trace, 0]).Mean);
    }

    [TestMethod]
    public void Special_values_are_counted_apart()
    {
        TensorStatistics statistics = Of([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, float.Epsilon, -1, 70000]);
        Assert.AreEqual(
            (8L, 1L, 2L, 2L, 1L), (statistics.Count, statistics.NaN, statistics.Infinity, statistics.Zeros, statistics.Subnormals));
        Assert.AreEqual((-1d, 70000d), (statistics.Minimum, statistics.Maximum));
        Assert.AreEqual(
            (1L, 1L, 1L, 3L),
            (statistics.Magnitudes[0], statistics.Magnitudes[48], statistics.Magnitudes[63], statistics.Magnitudes.Sum()));
    }

    [TestMethod]
    public void A_tensor_without_finite_values_has_no_mean()
    {
        TensorStatistics statistics = Of([float.NaN, float.NegativeInfinity]);
        Assert.IsTrue(statistics is { Mean: null, StandardDeviation: null, Minimum: null, Maximum: null, Count: 2 });
        Assert.IsNull(Of([]).Mean);
    }

    [TestMethod]
    public void Minus_zero_is_smaller_than_zero()
    {
        TensorStatistics statistics = Of([0f, -0f]);
        Assert.IsTrue(double.IsNegative(statistics.Minimum!.Value) && !double.IsNegative(statistics.Maximum!.Value));
    }

    [TestMethod]
    public void Mean_and_deviation_are_those_of_exact_fractions() =>
        Mixed.Array[1, 300].Sample(values =>
        {
            float[] finite = [.. values.Where(float.IsFinite)];
            TensorStatistics statistics = Of(values);
            if (finite.Length == 0)
            {
                return statistics.Mean is null;
            }

            BigInteger[] units = [.. finite.Select(value => new BigInteger(Math.ScaleB((double)value, 149)))];
            BigInteger sum = units.Aggregate(BigInteger.Add);
            BigInteger spread = (finite.Length * units.Select(unit => unit * unit).Aggregate(BigInteger.Add)) - (sum * sum);
            double mean = Nearest(sum, finite.Length, -149);
            double deviation = Math.Sqrt(Nearest(spread, (BigInteger)finite.Length * finite.Length, -298));
            return statistics.Mean == mean && statistics.StandardDeviation == deviation
                && statistics.Minimum == finite.Min() && statistics.Maximum == finite.Max();
        });

    [TestMethod]
    public void Chunks_and_their_order_do_not_matter() =>
        Gen.Select(Mixed.Array[0, 400], Gen.Int[0, 200], Gen.Int[1, 100]).Sample((seed, repeat, size) =>
        {
            float[] values = [.. Enumerable.Repeat(seed, repeat).SelectMany(part => part)];
            List<StatisticsAccumulator> parts = [.. values.Chunk(size * 97).Select(Accumulate).Reverse()];
            var merged = new StatisticsAccumulator();
            parts.ForEach(merged.Merge);
            AssertSame(Of(values), merged.ToStatistics());
        });

    [TestMethod]
    public void A_widened_tensor_has_the_statistics_of_its_blocks()
    {
        foreach (GoldenVector vector in GoldenVectors.All)
        {
            var values = new float[vector.Decoded.Length];
            TensorDecoder.Decode(vector.Type, vector.Blocks, values);
            AssertSame(Of([.. vector.Decoded.Select(BitConverter.UInt32BitsToSingle)]), Of(values));
        }
    }

    [TestMethod]
    public void Ranges_agree_with_their_scalar_twins() =>
        Mixed.Array[0, 200].Sample(values =>
        {
            uint[] bits = [.. values.Select(BitConverter.SingleToUInt32Bits)];
            return ValueRange.Of(bits) == ValueRange.OfScalar(bits);
        });

    private static TensorStatistics Of(float[] values) => Accumulate(values).ToStatistics();

    private static StatisticsAccumulator Accumulate(float[] values)
    {
        var accumulator = new StatisticsAccumulator();
        accumulator.Add(values);
        return accumulator;
    }

    // Nearest double by search between neighbours: an independent way to round a fraction.
    private static double Nearest(BigInteger numerator, BigInteger denominator, int exponent)
    {
        double guess = (double)(numerator * BigInteger.Pow(2, 400) / denominator) * Math.ScaleB(1, exponent) * Math.ScaleB(1, -400);
        return new[] { Math.BitDecrement(guess), guess, Math.BitIncrement(guess) }
            .OrderBy(candidate => Distance(candidate, numerator, denominator, exponent))
            .ThenBy(candidate => BitConverter.DoubleToInt64Bits(candidate) & 1)
            .First();
    }

    private static BigInteger Distance(double candidate, BigInteger numerator, BigInteger denominator, int exponent)
    {
        // Everything in units of 2^-1074 of the denominator's fraction.
        BigInteger exact = numerator * BigInteger.Pow(2, 1074 + exponent);
        BigInteger scaled = candidate == 0 ? 0 : Units(candidate) * denominator;
        return BigInteger.Abs(exact - scaled);
    }

    private static BigInteger Units(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1L << 52);
        BigInteger units = mantissa << (Math.Max(exponent, 1) - 1);
        return bits < 0 ? -units : units;
    }

    private static void AssertSame(TensorStatistics expected, TensorStatistics actual)
    {
        CollectionAssert.AreEqual(expected.Magnitudes.ToArray(), actual.Magnitudes.ToArray());
        Assert.AreEqual(Reports.TextOf(expected), Reports.TextOf(actual));
    }
}
