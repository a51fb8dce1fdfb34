using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using CsCheck;
using ModelPack.Codec.Tests.Verification;
using ModelPack.IO;
using ModelPack.Tensors.Statistics;
using ModelPack.Verification.Statistics;

namespace ModelPack.Codec.Tests.Tensors;

/// <summary>Statistics of F64 and of whole numbers.</summary>
[TestClass]
public sealed class NumberStatisticsTests
{
    private static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.ULong.Select(BitConverter.UInt64BitsToDouble),
        Gen.OneOf(
            0d, -0d, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, double.NaN, double.NegativeInfinity, 1d,
            2.2250738585072014e-308),
        Gen.Double[-1, 1]);

    public static IEnumerable<object[]> WholeTypes =>
        [[TensorType.I8], [TensorType.I16], [TensorType.I32], [TensorType.I64], [TensorType.U8], [TensorType.U16], [TensorType.U32],
            [TensorType.U64], [TensorType.Bool]];

    // Made with Python's fractions.Fraction; the deviation is math.isqrt of the exact variance, scaled by 2^4800.
    [TestMethod]
    [DataRow(new[] { 0.1, 0.2, 0.3 }, 0.2, 0.0816496580927726)]
    [DataRow(new[] { 1e308, 1e308, -1e308 }, 3.333333333333333e+307, 9.428090415820633e+307)]
    [DataRow(new[] { 1e200, 1, -1e200 }, 0.3333333333333333, 8.16496580927726e+199)]
    [DataRow(new[] { 5e-324, 5e-324, 0 }, 5e-324, 0)]
    [DataRow(new[] { 5e-324, 1e-323 }, 1e-323, 0)]
    [DataRow(new[] { 3e-310, -1e-310, 7e-320 }, 6.666666669e-311, 1.69967317110607e-310)]
    public void F64_has_the_values_of_exact_fractions(double[] values, double mean, double deviation)
    {
        TensorStatistics statistics = Of(values);
        Assert.AreEqual(mean, statistics.Mean);
        Assert.Contains(
            statistics.StandardDeviation!.Value, new[] { Math.BitDecrement(deviation), deviation, Math.BitIncrement(deviation) });
    }

    [TestMethod]
    public void Mean_and_deviation_of_F64_are_those_of_exact_fractions() => Doubles.Array[1, 200].Sample(values =>
    {
        BigInteger[] units = [.. values.Where(double.IsFinite).Select(Units)];
        TensorStatistics statistics = Of(values);
        if (units.Length == 0)
        {
            return statistics is { Mean: null, StandardDeviation: null, Minimum: null, Maximum: null };
        }

        BigInteger sum = units.Aggregate(BigInteger.Add);
        BigInteger spread = (units.Length * units.Select(unit => unit * unit).Aggregate(BigInteger.Add)) - (sum * sum);
        return IsNearest(statistics.Mean!.Value, sum, units.Length)
            && IsRoot(statistics.StandardDeviation!.Value, spread, units.Length)
            && statistics.Minimum == values.Where(double.IsFinite).Min()
            && statistics.Maximum == values.Where(double.IsFinite).Max();
    });

    [TestMethod]
    public void Special_values_of_F64_are_counted_apart()
    {
        TensorStatistics statistics = Of([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0d, double.Epsilon, -1, 70000]);
        Assert.AreEqual(
            (8L, 1L, 2L, 2L, 1L), (statistics.Count, statistics.NaN, statistics.Infinity, statistics.Zeros, statistics.Subnormals));
        Assert.AreEqual((-1d, 70000d), (statistics.Minimum, statistics.Maximum));
        Assert.AreEqual(
            (1L, 1L, 1L, 3L),
            (statistics.Magnitudes[0], statistics.Magnitudes[48], statistics.Magnitudes[63], statistics.Magnitudes.Sum()));
        Assert.IsTrue(double.IsNegative(Of([0, -0d]).Minimum!.Value) && !double.IsNegative(Of([0, -0d]).Maximum!.Value));
    }

    [TestMethod]
    public void Chunks_of_F64_and_their_order_do_not_matter() => Gen.Select(Doubles.Array[0, 300], Gen.Int[1, 100]).Sample((values, size) =>
    {
        DoubleAccumulator[] parts = [.. values.Chunk(size).Select(Accumulate).Reverse()];
        DoubleAccumulator merged = new();
        Array.ForEach(parts, merged.Merge);
        return Text(Of(values)) == Text(merged.ToStatistics());
    });

    [TestMethod]
    public void Squares_of_F64_do_not_overflow_however_many_there_are()
    {
        // 2^22 squares of 106 bits are more than 128 bits hold.
        double most = BitConverter.UInt64BitsToDouble((1023ul << 52) | ((1ul << 52) - 1));
        DoubleAccumulator accumulator = Accumulate([.. Enumerable.Repeat(most, 1 << 12)]);
        for (int doubling = 12; doubling < 26; doubling++)
        {
            DoubleAccumulator same = new();
            same.Merge(accumulator);
            accumulator.Merge(same);
        }

        accumulator.Merge(Accumulate([0]));
        BigInteger count = BigInteger.Pow(2, 26) + 1;
        BigInteger sum = Units(most) << 26;
        TensorStatistics statistics = accumulator.ToStatistics();
        Assert.IsTrue(IsRoot(statistics.StandardDeviation!.Value, (count * (sum * Units(most))) - (sum * sum), (long)count));
    }

    [TestMethod]
    [DynamicData(nameof(WholeTypes))]
    public void Whole_numbers_have_exact_extremes_mean_and_deviation(TensorType type)
    {
        IntegerFormat format = IntegerFormat.Find(type)!;
        Gen.Byte.Array[0, 800].Select(bytes => bytes[..(bytes.Length / format.Bytes * format.Bytes)]).Sample(bytes =>
        {
            BigInteger[] values = [.. bytes.Chunk(format.Bytes).Select(one => new BigInteger(one, isUnsigned: !format.IsSigned))];
            TensorStatistics statistics = Accumulate(format, bytes).ToStatistics();
            if (values.Length == 0)
            {
                return statistics is { Count: 0, Mean: null, WholeMinimum: null, Maximum: null };
            }

            BigInteger sum = values.Aggregate(BigInteger.Add) << 1074;
            BigInteger squares = values.Select(value => value * value).Aggregate(BigInteger.Add) << 2148;
            return (BigInteger)statistics.WholeMinimum!.Value == values.Min() && (BigInteger)statistics.WholeMaximum!.Value == values.Max()
                && statistics.Minimum == double.Parse(values.Min().ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
                && statistics.Zeros == values.Count(value => value.IsZero)
                && statistics.Magnitudes.Sum() + statistics.Zeros == values.Length
                && IsNearest(statistics.Mean!.Value, sum, values.Length)
                && IsRoot(statistics.StandardDeviation!.Value, (values.Length * squares) - (sum * sum), values.Length);
        });
    }

    [TestMethod]
    [DynamicData(nameof(WholeTypes))]
    public void Whole_numbers_have_the_same_statistics_together_and_one_by_one(TensorType type)
    {
        IntegerFormat format = IntegerFormat.Find(type)!;
        Gen.OneOf(Gen.Byte, Gen.OneOf<byte>(0, 1, 0x7F, 0x80, 0xFF)).Array[0, 3000]
            .Select(bytes => bytes[..(bytes.Length / format.Bytes * format.Bytes)]).Sample(bytes =>
            {
                IntegerAccumulator one = new(format);
                one.AddScalar(bytes);
                return Text(one.ToStatistics()) == Text(Accumulate(format, bytes).ToStatistics());
            });
    }

    [TestMethod]
    public void The_largest_whole_numbers_keep_all_digits()
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.MaxValue);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), ulong.MaxValue - 1);
        TensorStatistics unsigned = Accumulate(IntegerFormat.Find(TensorType.U64)!, bytes).ToStatistics();
        Assert.AreEqual(
            (ulong.MaxValue - 1, ulong.MaxValue, 0.5),
            ((ulong)unsigned.WholeMinimum!, (ulong)unsigned.WholeMaximum!, unsigned.StandardDeviation));
        TensorStatistics signed = Accumulate(IntegerFormat.Find(TensorType.I64)!, bytes).ToStatistics();
        Assert.AreEqual((-2L, -1L, -1.5), ((long)signed.WholeMinimum!, (long)signed.WholeMaximum!, signed.Mean));
        Assert.AreEqual((1L, 1L), (signed.Magnitudes[48], signed.Magnitudes[49]));
    }

    [TestMethod]
    public void Chunks_of_whole_numbers_and_their_order_do_not_matter() =>
    Gen.Select(Gen.Long.Array[0, 300], Gen.Int[1, 100]).Sample((values, size) =>
    {
        IntegerFormat format = IntegerFormat.Find(TensorType.I64)!;
        IntegerAccumulator merged = new(format);
        foreach (long[] part in values.Chunk(size).Reverse())
        {
            merged.Merge(Accumulate(format, Bytes(part)));
        }

        return Text(Accumulate(format, Bytes(values)).ToStatistics()) == Text(merged.ToStatistics());
    });

    [TestMethod]
    [DataRow(TensorType.F64)]
    [DataRow(TensorType.I64)]
    [DataRow(TensorType.I16)]
    [DataRow(TensorType.I8)]
    public void A_tensor_of_many_chunks_has_the_statistics_of_its_values_in_both_byte_orders(TensorType type)
    {
        TestTensor tensor = TestTensor.Random("w", type, 3, 300, 1001);
        using ModelFile file = TestModels.SafeTensors(tensor);
        TensorSummary summary = ModelStatistics.Compute(file).Tensors.Single();
        TensorStatistics expected = type == TensorType.F64
            ? OfBytes(tensor.Bytes)
            : Accumulate(IntegerFormat.Find(type)!, tensor.Bytes).ToStatistics();
        Assert.AreEqual(Text(expected), Text(summary.Statistics!));
        Assert.AreEqual(300_300L, expected.Count);
        Assert.IsNull(summary.NotDecoded);

        byte[] swapped = [.. tensor.Bytes.Chunk(TensorTypes.Get(type).BlockBytes).SelectMany(number => number.Reverse())];
        TensorInfo foreign = tensor.At(0) with { ByteOrder = ByteOrder.BigEndian };
        TensorStatistics?[] statistics = new StatisticsPass(new MemoryByteSource(swapped, "big"), [foreign]).Run(null, default);
        Assert.AreEqual(Text(expected), Text(statistics.Single()!));
    }

    [TestMethod]
    public void Digests_know_every_digit_of_a_whole_number()
    {
        TestTensor Ids(long largest) => new("w", TensorType.I64, [1], Bytes([largest]));
        using ModelFile first = TestModels.SafeTensors(Ids(long.MaxValue));
        using ModelFile second = TestModels.SafeTensors(Ids(long.MaxValue - 1));
        Assert.AreEqual(
            ModelStatistics.Compute(first).Tensors[0].Statistics!.Mean, ModelStatistics.Compute(second).Tensors[0].Statistics!.Mean);
        Assert.AreNotEqual(ModelStatistics.Compute(first).Digest, ModelStatistics.Compute(second).Digest);
    }

    private static TensorStatistics Of(double[] values) => Accumulate(values).ToStatistics();

    private static TensorStatistics OfBytes(byte[] bytes)
    {
        DoubleAccumulator accumulator = new();
        accumulator.Add(bytes);
        return accumulator.ToStatistics();
    }

    private static DoubleAccumulator Accumulate(double[] values)
    {
        DoubleAccumulator accumulator = new();
        accumulator.Add([.. values.SelectMany(value => BitConverter.GetBytes(BitConverter.DoubleToInt64Bits(value)))]);
        return accumulator;
    }

    private static IntegerAccumulator Accumulate(IntegerFormat format, byte[] bytes)
    {
        IntegerAccumulator accumulator = new(format);
        accumulator.Add(bytes);
        return accumulator;
    }

    private static byte[] Bytes(long[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static string Text(TensorStatistics statistics) => Reports.TextOf(statistics);

    // In units of 2^-1074.
    private static BigInteger Units(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1L << 52);
        BigInteger units = mantissa << (Math.Max(exponent, 1) - 1);
        return bits < 0 ? -units : units;
    }

    // Neither neighbour is nearer, and of two equally near ones it is the even one.
    private static bool IsNearest(double candidate, BigInteger numerator, long denominator)
    {
        BigInteger own = Distance(candidate);
        return new[] { Math.BitDecrement(candidate), Math.BitIncrement(candidate) }.Where(double.IsFinite)
            .All(other => own < Distance(other) || (own == Distance(other) && (BitConverter.DoubleToInt64Bits(candidate) & 1) == 0));

        BigInteger Distance(double value) => BigInteger.Abs(numerator - (Units(value) * denominator));
    }

    // The root of the exact variance lies within two steps: the variance was rounded, and its root again.
    private static bool IsRoot(double candidate, BigInteger spread, long count)
    {
        double below = Math.BitDecrement(Math.BitDecrement(candidate));
        double above = Math.BitIncrement(Math.BitIncrement(candidate));
        BigInteger Scaled(double value) => BigInteger.Pow(Units(Math.Max(0, value)) * count, 2);
        return candidate >= 0 && Scaled(below) <= spread && spread <= Scaled(above);
    }
}
