using System.Globalization;
using System.Text;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Conversion;
using ModelPack.Conversion.Pipeline;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.IO;
using ModelPack.Verification.Comparison;
using ModelPack.Verification.Tolerance;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>Any number of APR's index entries may name one payload (apr-v2.md §15.1): it is scanned and compared once, and what is found
/// holds for all.</summary>
[TestClass]
public sealed class SharedPayloadTests
{
    private const int Tensors = 500;
    private const int Numbers = 16 << 10;
    private const int Bad = 5;

    [TestMethod]
    public void A_payload_of_many_tensors_is_scanned_once_and_the_finding_is_that_of_each()
    {
        using ModelFolder folder = new();
        string path = folder.Write("model.apr", Shared(float.NaN));
        using AprFile file = AprFile.Open(new FileByteSource(path));
        PassRequest request = new()
        {
            Source = file.Source,
            Ranges = FileRange.Cover(file),
            Tensors = file.Tensors,
            Work = PassWork.FiniteScan | PassWork.UniformScan,
        };
        TensorWork[] work = TensorWork.For(request);
        Assert.HasCount(2, work.Where(tensor => tensor.Scanner is not null));
        Assert.HasCount(2, work.Where(tensor => tensor.Uniform is not null));

        Finding[] findings = [.. ModelValidator.Validate(path).Findings.Where(finding => finding.Code == ProofErrors.NonFiniteTensor)];
        CollectionAssert.AreEquivalent(
            file.Tensors.Where(tensor => tensor.Name != "other").Select(tensor => tensor.Name).ToArray(),
            findings.Select(finding => finding.Place).ToArray());
        Assert.IsTrue(findings.All(finding => finding.Text.Contains($"the first is element {Bad}", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void That_a_payload_holds_one_value_is_known_of_each_tensor_that_shares_it()
    {
        using AprFile file = AprFile.Open(new MemoryByteSource(Shared(0)));
        PassResult result = SourcePass.Run(
            new() { Source = file.Source, Ranges = FileRange.Cover(file), Tensors = file.Tensors,
                Work = PassWork.FiniteScan | PassWork.UniformScan }, CancellationToken.None);
        int other = file.Tensors.ToList().FindIndex(tensor => tensor.Name == "other");
        for (int i = 0; i < Tensors; i++)
        {
            Assert.AreEqual(i == other ? result.Uniform[other] : result.Uniform[other == 0 ? 1 : 0], result.Uniform[i]);
        }

        Assert.AreNotEqual(result.Uniform[other], result.Uniform[other == 0 ? 1 : 0]);
    }

    [TestMethod]
    public void A_payload_of_many_tensors_is_compared_once_and_differs_for_each()
    {
        using AprFile left = AprFile.Open(new MemoryByteSource(Shared(1)));
        using AprFile right = AprFile.Open(new MemoryByteSource(Shared(2)));
        using CountingByteSource first = new(left.Source);
        using CountingByteSource second = new(right.Source);
        List<Difference> found = new TensorComparison(
            new(first, left.Tensors), new(second, right.Tensors), TensorEquality.Bits, FileSide.Second, CancellationToken.None).Compare(
                name => name, null);
        Assert.HasCount(Tensors - 1, found);
        Assert.IsTrue(
            found.All(
                difference => difference.ElementIndex == Bad && difference.Text.Contains(difference.Place, StringComparison.Ordinal)));
        Assert.IsLessThan(4 * left.Source.Length, first.BytesRead + second.BytesRead);
    }

    [TestMethod]
    public void The_same_numbers_as_another_type_are_compared_once()
    {
        using AprFile left = AprFile.Open(new MemoryByteSource(Shared(1)));
        TensorInfo[] others = [.. left.Tensors.Select(tensor => tensor with { Type = TensorType.F16, ByteLength = tensor.ByteLength / 2 })];
        using CountingByteSource source = new(left.Source);
        List<Difference> found = new TensorComparison(
            new(source, left.Tensors), new(source, others), TensorEquality.Bits, FileSide.Second, CancellationToken.None).Compare(
                name => name, null);
        Assert.HasCount(Tensors, found);
        Assert.IsLessThan(4 * left.Source.Length, source.BytesRead);
    }

    [TestMethod]
    public void A_distance_is_measured_once_and_told_for_each_tensor()
    {
        using CountingByteSource first = new(new MemoryByteSource(Shared(1)));
        using CountingByteSource second = new(new MemoryByteSource(Shared(2)));
        using AprFile left = AprFile.Open(first);
        using AprFile right = AprFile.Open(second);
        Assert.IsTrue(ValueTolerance.TryParse("0.5", out ValueTolerance? tolerance));
        ToleranceReport report = ToleranceVerifier.Verify(left, right, tolerance);
        Assert.HasCount(Tensors, report.Distances);
        CollectionAssert.AreEqual(
            left.Tensors.Select(tensor => tensor.Name).ToArray(), report.Distances.Select(tensor => tensor.Name).ToArray());
        Assert.HasCount(Tensors - 1, report.Differences);
        Assert.IsLessThan(8 * left.Source.Length, first.BytesRead + second.BytesRead);
    }

    // The first tensor has a payload of its own.
    private static byte[] Shared(float bad)
    {
        float[] numbers = new float[Numbers];
        numbers[Bad] = bad;
        byte[] payload = [.. numbers.SelectMany(BitConverter.GetBytes)];
        AprEntryBytes[] entries =
        [
            new("other"u8.ToArray(), 0, [2], [0, 0, 128, 63, 0, 0, 0, 64]) { Offset = 0 },
            .. Enumerable.Range(0, Tensors - 1)
                .Select(i => new AprEntryBytes(
                    Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"t{i:D4}")), 0, [Numbers], payload)
                    {
                        Offset = 64,
                    }),
        ];
        return AprBytes.WithEntries(entries).Build();
    }
}
