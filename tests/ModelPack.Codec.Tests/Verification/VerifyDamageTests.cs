using System.Collections.Immutable;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>Every byte of small outputs of one file, one after the other, with one bit flipped.</summary>
[TestClass]
public sealed class VerifyDamageTests
{
    private const string Origin = "modelpack.origin";

    public static IEnumerable<object[]> Conversions =>
        from source in Enum.GetValues<ModelFormat>()
        from target in Enum.GetValues<ModelFormat>()
        where source != target
        select new object[] { source, target };

    [TestMethod]
    [DynamicData(nameof(Conversions))]
    public void Whole_output_passes_at_every_level(ModelFormat from, ModelFormat to)
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, from, to);
        foreach (ProofLevel level in Enum.GetValues<ProofLevel>())
        {
            VerificationReport report = ModelVerifier.Verify(source, output, level);
            Assert.IsTrue(report.Passed, string.Join("; ", report.Differences));
            Assert.AreEqual(ProofLevel.L3, report.Proved);
            Assert.IsTrue(ModelVerifier.Verify(output, source, level).Passed);
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Conversions))]
    public void Flipped_byte_of_an_output_is_found_at_L3(ModelFormat from, ModelFormat to)
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, from, to);
        Regions regions = Regions.Of(output);
        ForEachFlip(folder, output, (damaged, offset) =>
        {
            if (!TryVerify(source, damaged, ProofLevel.L3, out VerificationReport? report))
            {
                return;
            }

            Assert.IsFalse(report!.Passed);
            Assert.AreNotEqual(ProofLevel.L3, report.Proved);
            CheckPlace(regions, report, offset);
        });
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Conversions))]
    public void Flipped_byte_of_an_output_is_found_or_at_least_noted_at_L2(ModelFormat from, ModelFormat to)
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, from, to);
        Regions regions = Regions.Of(output);
        int noted = 0;
        ForEachFlip(folder, output, (damaged, offset) =>
        {
            if (!TryVerify(source, damaged, ProofLevel.L2, out VerificationReport? report))
            {
                return;
            }

            if (!report!.Passed)
            {
                CheckPlace(regions, report, offset);
                return;
            }

            // Only what belongs to no tensor and no key may differ at L2, and never in a file with a checksum over all of it.
            Assert.AreNotEqual(ModelFormat.Apr, to);
            Assert.IsTrue(regions.IsPadding(offset) || regions.IsVersion(offset), "it is no padding");
            Assert.AreEqual(ProofLevel.L2, report.Proved);
            Assert.IsTrue(report.Notes.Any(note => note.Contains($"{offset}", StringComparison.Ordinal)), string.Join("; ", report.Notes));
            Interlocked.Increment(ref noted);
        });
        Assert.AreEqual(to == ModelFormat.Gguf, noted > 0);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Conversions))]
    public void Flipped_byte_is_found_with_nothing_but_the_certificate(ModelFormat from, ModelFormat to)
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, from, to);
        string certificate = ModelConverter.CertificatePath(output);
        foreach (string whole in new[] { source, output })
        {
            Assert.IsTrue(ModelVerifier.Verify(certificate, whole, ProofLevel.L3).Passed);
            Assert.IsTrue(ModelVerifier.Verify(whole, certificate, ProofLevel.L3).Passed);
            Regions regions = Regions.Of(whole);
            ForEachFlip(folder, whole, (damaged, offset) =>
            {
                if (TryVerify(certificate, damaged, ProofLevel.L1, out VerificationReport? report))
                {
                    Assert.IsFalse(report!.Passed);
                    Assert.IsNull(report.Proved);
                    if (regions.Tensor(offset) is { } tensor)
                    {
                        CollectionAssert.AreEqual(
                            new[] { tensor.Name }, report.Differences.Select(difference => difference.Place).ToArray());
                    }
                }
            });
        }
    }

    private static (string Source, string Output) Convert(TempFolder folder, ModelFormat from, ModelFormat to)
    {
        string source = SmallModels.Write(folder, from);
        string output = folder.At($"output.{to.Extension()}");
        Assert.AreEqual(
            ProofLevel.L3,
            Unflushed.Convert(source, output, to, ConversionCorpus.Allow with { Quantized = QuantizedMode.Blocks }).Level);
        return (source, output);
    }

    private static void ForEachFlip(TempFolder folder, string path, Action<string, int> check)
    {
        byte[] whole = File.ReadAllBytes(path);
        List<string> failures = [];
        Parallel.For(0, whole.Length, offset =>
        {
            byte[] bytes = [.. whole];
            bytes[offset] ^= (byte)(1 << (offset % 8));
            string damaged = folder.Write($"{offset}{Path.GetExtension(path)}", bytes);
            try
            {
                check(damaged, offset);
            }
            catch (Exception exception)
            {
                lock (failures)
                {
                    failures.Add($"byte {offset}: {exception.GetType().Name} {exception.Message}");
                }
            }
            finally
            {
                File.Delete(damaged);
            }
        });
        Assert.IsEmpty(failures, string.Join("\n", failures.Take(20)));
    }

    private static bool TryVerify(string first, string second, ProofLevel level, out VerificationReport? report)
    {
        try
        {
            report = ModelVerifier.Verify(first, second, level);
            return true;
        }
        catch (ModelFormatException exception)
        {
            Assert.IsNotNull(exception.ByteOffset);
            Assert.AreEqual(second, exception.FilePath);
            report = null;
            return false;
        }
    }

    private static void CheckPlace(Regions regions, VerificationReport report, int offset)
    {
        string all = string.Join("; ", report.Differences);
        if (regions.Tensor(offset) is { } tensor)
        {
            Difference? payload = report.Differences.FirstOrDefault(difference => difference.Kind == DifferenceKind.Payload);
            Assert.AreEqual(regions.OriginalName(tensor), payload?.Place, all);
            Assert.IsTrue(payload!.ByteOffset == offset, all);
        }
        else if (regions.IsOrigin(offset))
        {
            Assert.IsTrue(report.Differences.Any(difference => difference.Place == Origin), all);
        }
        else
        {
            Assert.IsFalse(report.Differences.IsEmpty);
        }
    }

    /// <summary>What stands where in an output.</summary>
    private sealed record Regions(
        ImmutableArray<TensorInfo> Tensors, ImmutableArray<TensorInfo> Logical, long FirstPayload, int OriginStart, int OriginEnd,
        ModelFormat Format, long HeaderEnd)
    {
        public static Regions Of(string path)
        {
            using ModelFile file = ModelFiles.Open(path);
            int start = -1;
            int length = 0;
            if (file.Metadata.FirstOrDefault(entry => entry.Key == Origin) is { } entry)
            {
                start = File.ReadAllBytes(path).AsSpan().IndexOf(entry.Value.RawBytes.Span);
                length = entry.Value.RawBytes.Length;
                Assert.IsGreaterThan(0, start);
            }

            long headerEnd = file is GgufFile gguf ? gguf.HeaderLength : 0;
            return new(
                [.. file.Tensors], [.. TensorDescriptions.Logical(file)], file.Tensors.Min(tensor => tensor.Offset), start, start + length,
                file.Format, headerEnd);
        }

        public TensorInfo? Tensor(long offset) =>
            Tensors.FirstOrDefault(tensor => offset >= tensor.Offset && offset < tensor.Offset + tensor.ByteLength);

        public string OriginalName(TensorInfo tensor) => Logical[Tensors.IndexOf(tensor)].Name;

        public bool IsOrigin(long offset) => offset >= OriginStart && offset < OriginEnd;

        public bool IsPadding(long offset) => Format == ModelFormat.Gguf && offset >= HeaderEnd && Tensor(offset) is null;

        public bool IsVersion(long offset) => Format == ModelFormat.Gguf && offset is >= 4 and < 8;
    }
}
