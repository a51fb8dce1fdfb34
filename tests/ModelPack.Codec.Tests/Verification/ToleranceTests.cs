using System.Runtime.InteropServices;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Tensors;
using ModelPack.Formats;
using ModelPack.Verification.Tolerance;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class ToleranceTests
{
    [TestMethod]
    [DataRow("1e-3", nameof(ToleranceKind.Absolute), 1e-3)]
    [DataRow("0", nameof(ToleranceKind.Absolute), 0)]
    [DataRow(".5rel", nameof(ToleranceKind.Relative), 0.5)]
    [DataRow("1E-05rel", nameof(ToleranceKind.Relative), 1e-5)]
    [DataRow("4ulp", nameof(ToleranceKind.Ulp), 4)]
    public void A_limit_is_read_and_spelled_in_one_way(string text, string kind, double limit)
    {
        Assert.IsTrue(ValueTolerance.TryParse(text, out ValueTolerance? tolerance));
        Assert.AreEqual((kind, limit), (tolerance.Kind.ToString(), tolerance.Limit));
        Assert.IsTrue(ValueTolerance.TryParse(tolerance.ToString(), out ValueTolerance? again));
        Assert.AreEqual(Reports.TextOf(tolerance), Reports.TextOf(again));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("-1")]
    [DataRow("+1")]
    [DataRow("-0")]
    [DataRow("NaN")]
    [DataRow("Infinity")]
    [DataRow("1e999")]
    [DataRow("1,5")]
    [DataRow(" 1")]
    [DataRow("rel")]
    [DataRow("ulp")]
    [DataRow("1.5ulp")]
    [DataRow("1e3ulp")]
    [DataRow("1 rel")]
    [DataRow("1%")]
    [DataRow(null)]
    public void Anything_else_is_no_limit(string? text) => Assert.IsFalse(ValueTolerance.TryParse(text, out _));

    [TestMethod]
    [DataRow("0.5", true)]
    [DataRow("0.49", false)]
    [DataRow("0.2rel", true)]
    [DataRow("0.19rel", false)]
    [DataRow("2097152ulp", true)]
    [DataRow("2097151ulp", false)]
    public void A_distance_as_large_as_the_limit_is_within_it(string limit, bool isWithin)
    {
        // 2 against 2.5: half of 2^22 steps of 2^-22 each.
        ToleranceReport report = Compare(limit, [TestTensor.F32("w", 1, 2, 3)], [TestTensor.F32("w", 1, 2.5f, 3)]);
        Assert.AreEqual(isWithin, report.Passed);
        TensorDistance distance = report.Distances.Single();
        Assert.AreEqual((3L, 1L, isWithin ? 0L : 1L), (distance.Elements, distance.Different, distance.Beyond));
        Assert.AreEqual(new ValueDistance(1, 2, 2.5, 0.5, 0.2, 2097152), distance.LargestAbsolute);
    }

    [TestMethod]
    public void The_largest_distance_of_each_kind_is_reported_with_its_element()
    {
        float next = MathF.BitIncrement(1e-20f);
        ToleranceReport report = Compare("1", [TestTensor.F32("w", 1000, 1, 1e-20f, 7)], [TestTensor.F32("w", 1002, 1.5f, 3e-20f, 7)]);
        TensorDistance distance = report.Distances.Single();
        Assert.AreEqual((0L, 2.0), (distance.LargestAbsolute!.Element, distance.LargestAbsolute.Absolute));
        Assert.AreEqual(2L, distance.LargestRelative!.Element);
        Assert.AreEqual(2.0 / 3, distance.LargestRelative.Relative, 1e-6);
        Assert.AreEqual(
            (2L, (ulong)(BitConverter.SingleToInt32Bits(3e-20f) - BitConverter.SingleToInt32Bits(1e-20f))),
            (distance.LargestUlps!.Element, distance.LargestUlps.Ulps));
        Assert.AreEqual(0L, distance.FirstBeyond!.Element);
        Assert.AreEqual(
            1UL, Compare("0ulp", [TestTensor.F32("w", 1e-20f)], [TestTensor.F32("w", next)]).Distances.Single().LargestUlps!.Ulps);
        Difference difference = report.Differences.Single();
        Assert.AreEqual(
            "tensor 'w' (F32): 1 of 4 values are further apart than 1; element 0 is 1000 in the first file and 1002 in the second",
            difference.Text);
    }

    [TestMethod]
    [DataRow(float.NaN, float.NaN, true)]
    [DataRow(float.NaN, 1f, false)]
    [DataRow(1f, float.NaN, false)]
    [DataRow(float.NaN, float.PositiveInfinity, false)]
    [DataRow(float.PositiveInfinity, float.PositiveInfinity, true)]
    [DataRow(float.NegativeInfinity, float.NegativeInfinity, true)]
    [DataRow(float.PositiveInfinity, float.NegativeInfinity, false)]
    [DataRow(float.PositiveInfinity, float.MaxValue, false)]
    [DataRow(0f, -0f, true)]
    public void NaN_and_infinity_equal_themselves_and_are_beyond_every_limit_from_anything_else(float first, float second, bool isEqual)
    {
        foreach (string limit in new[] { "1e300", "1e300rel", "9000000000000000ulp", "0", "0rel", "0ulp" })
        {
            ToleranceReport report = Compare(limit, [TestTensor.F32("w", 5, first)], [TestTensor.F32("w", 5, second)]);
            Assert.AreEqual(isEqual, report.Passed, limit);
            TensorDistance distance = report.Distances.Single();
            Assert.AreEqual(isEqual ? (0L, 0L, 0L) : (1L, 1L, 1L), (distance.Different, distance.Beyond, distance.NonFinite));
            Assert.IsNull(distance.LargestAbsolute);
            Assert.AreEqual(isEqual, distance.FirstBeyond is null);
            Assert.IsTrue(
                isEqual || report.Differences.Single().Text.Contains(
                    "1 of them because one side is NaN or infinite", StringComparison.Ordinal));
        }
    }

    [TestMethod]
    public void ULPs_are_counted_across_zero()
    {
        TensorDistance distance = Compare(
            "3ulp", [TestTensor.F32("w", -float.Epsilon)], [TestTensor.F32("w", 2 * float.Epsilon)]).Distances.Single();
        Assert.AreEqual((0L, 3UL), (distance.Beyond, distance.LargestUlps!.Ulps));
    }

    [TestMethod]
    public void Types_may_differ_and_values_are_those_of_the_decoders()
    {
        GoldenVector[] vectors = [
            .. GoldenVectors.All.Where(
                vector => TensorTypes.Get(vector.Type).GgmlId is not null
                    && vector.Decoded.All(bits => float.IsFinite(BitConverter.UInt32BitsToSingle(bits))))];
        Assert.IsGreaterThan(20, vectors.Select(vector => vector.Type).Distinct().Count());
        foreach (GoldenVector vector in vectors)
        {
            float[] decoded = [.. vector.Decoded.Select(BitConverter.UInt32BitsToSingle)];
            using ModelFile quantized = TestModels.Gguf(new TestTensor("w", vector.Type, [decoded.Length], vector.Blocks));
            using ModelFile widened = TestModels.SafeTensors(TestTensor.F32("w", decoded));
            TensorDistance distance = ToleranceVerifier.Verify(quantized, widened, Tolerance("0")).Distances.Single();
            Assert.AreEqual((0L, (long)decoded.Length), (distance.Different, distance.Elements), $"{vector.Type}");

            int moved = decoded.Length - 1;
            decoded[moved] += Math.Max(1e-3f, Math.Abs(decoded[moved]) / 8);
            using ModelFile edited = TestModels.SafeTensors(TestTensor.F32("w", decoded));
            ToleranceReport report = ToleranceVerifier.Verify(quantized, edited, Tolerance("1e-7rel"));
            Assert.AreEqual((long)moved, report.Differences.Single().ElementIndex, $"{vector.Type}");
            Assert.AreEqual(edited.Tensors[0].Offset + (4L * moved), report.Differences.Single().ByteOffset);
        }
    }

    [TestMethod]
    public void BF16_against_F16_is_measured_over_many_chunks()
    {
        Random random = new(5);
        Half[] halves = [.. Enumerable.Range(0, 700_001).Select(_ => (Half)(random.NextSingle() - 0.5f))];
        ushort[] brain = [.. halves.Select(half => (ushort)(BitConverter.SingleToUInt32Bits((float)half) >> 16))];
        using ModelFile first = TestModels.SafeTensors(
            new TestTensor("w", TensorType.F16, [halves.Length], MemoryMarshal.AsBytes<Half>(halves).ToArray()));
        using ModelFile second = TestModels.Gguf(
            new TestTensor("w", TensorType.BF16, [halves.Length], MemoryMarshal.AsBytes<ushort>(brain).ToArray()));
        double largest = halves.Select((half, i) => Math.Abs((double)half - BitConverter.UInt32BitsToSingle((uint)brain[i] << 16))).Max();
        ToleranceReport report = ToleranceVerifier.Verify(first, second, Tolerance("0.0078125rel"));
        Assert.IsTrue(report.Passed, string.Join("; ", report.Differences));
        Assert.AreEqual(largest, report.Distances.Single().LargestAbsolute!.Absolute);
        Assert.IsFalse(ToleranceVerifier.Verify(first, second, Tolerance("0.001rel")).Passed);
    }

    [TestMethod]
    public void F64_values_are_compared_as_they_are()
    {
        TestTensor Wide(params double[] values) =>
            new("w", TensorType.F64, [values.Length], MemoryMarshal.AsBytes<double>(values).ToArray());
        double next = Math.BitIncrement(0.1);
        Assert.AreEqual(1UL, Compare("1ulp", [Wide(0.1)], [Wide(next)]).Distances.Single().LargestUlps!.Ulps);
        Assert.IsFalse(Compare("0", [Wide(0.1)], [Wide(next)]).Passed);
        Assert.AreEqual(
            2.0, Compare("1rel", [Wide(double.MaxValue)], [Wide(double.MinValue)]).Distances.Single().LargestRelative!.Relative);
        ToleranceReport mixed = Compare("1e-8", [Wide(0.1, 1)], [TestTensor.F32("w", 0.1f, 1)]);
        Assert.IsTrue(mixed.Passed);
        Assert.AreEqual(0.1f - 0.1, mixed.Distances.Single().LargestAbsolute!.Absolute);
        Assert.IsNull(mixed.Distances.Single().LargestUlps);
        Difference refused = Compare("1ulp", [Wide(0.1, 1)], [TestTensor.F32("w", 0.1f, 1)]).Differences.Single();
        StringAssert.Contains(refused.Text, "between which ULPs cannot be counted");
    }

    [TestMethod]
    public void Whole_numbers_have_no_tolerance()
    {
        TestTensor Ids(params long[] values) => new("w", TensorType.I64, [values.Length], MemoryMarshal.AsBytes<long>(values).ToArray());
        Assert.IsTrue(Compare("1", [Ids(1, 2)], [Ids(1, 2)]).Passed);
        ToleranceReport report = Compare("1e9", [Ids(1, 2)], [Ids(1, 3)]);
        Assert.AreEqual((DifferenceKind.Payload, 1L), (report.Differences.Single().Kind, report.Differences.Single().ElementIndex));
        Assert.IsEmpty(report.Distances);
        Assert.AreEqual(DifferenceKind.Type, Compare("1e9", [Ids(1, 2)], [TestTensor.F32("w", 1, 2)]).Differences.Single().Kind);
    }

    [TestMethod]
    public void Missing_added_and_reshaped_tensors_are_differences_whatever_the_limit()
    {
        ToleranceReport report = Compare(
            "1e300", [TestTensor.F32("a", 1), TestTensor.F32("b", 1, 2)],
            [TestTensor.F32("b", 1, 2) with { Shape = [2, 1] }, TestTensor.F32("c", 1)]);
        DifferenceKind[] kinds = [.. report.Differences.Select(difference => difference.Kind)];
        CollectionAssert.AreEqual(
            (DifferenceKind[])[DifferenceKind.MissingTensor, DifferenceKind.Shape, DifferenceKind.ExtraTensor], kinds);
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_conversion_has_no_distance_from_its_source_though_names_differ(ModelFormat format)
    {
        using TempFolder folder = new();
        foreach (OriginMode origin in Enum.GetValues<OriginMode>())
        {
            string output = folder.At($"{origin}.{format.Extension()}");
            Unflushed.Convert(TestModels.Qwen, output, format, new() { Origin = origin });
            ToleranceReport report = ModelVerifier.Verify(TestModels.Qwen, output, Tolerance("0"));
            Assert.IsTrue(report.Passed, string.Join("; ", report.Differences.Take(3)));
            Assert.HasCount(50, report.Distances);
            Assert.IsTrue(report.Distances.All(distance => distance is { Different: 0, Elements: > 0 }));
        }
    }

    [TestMethod]
    public void A_certificate_has_no_values()
    {
        using TempFolder folder = new();
        Unflushed.Convert(TestModels.Qwen, folder.At("m.apr"), ModelFormat.Apr, new());
        string certificate = ModelConverter.CertificatePath(folder.At("m.apr"));
        foreach ((string first, string second) in new[] { (certificate, TestModels.Qwen), (TestModels.Qwen, certificate) })
        {
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
                () => ModelVerifier.Verify(first, second, Tolerance("1")));
            Assert.AreEqual(("MP2103", certificate), (exception.Code.Id, exception.FilePath));
        }
    }

    private static ValueTolerance Tolerance(string text) =>
        ValueTolerance.TryParse(text, out ValueTolerance? tolerance) ? tolerance : throw new ArgumentException(text);

    private static ToleranceReport Compare(string limit, TestTensor[] left, TestTensor[] right)
    {
        using ModelFile first = TestModels.SafeTensors(left);
        using ModelFile second = TestModels.SafeTensors(right);
        return ToleranceVerifier.Verify(first, second, Tolerance(limit));
    }
}
