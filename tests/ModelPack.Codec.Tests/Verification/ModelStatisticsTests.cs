using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Tensors;
using ModelPack.Tensors.Statistics;
using ModelPack.Verification.Hashing;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class ModelStatisticsTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("modelpack-statistics-").FullName;

    public static IEnumerable<string> CorpusFiles =>
        RepositoryData.Files("corpus/gguf/models", "*.gguf").Concat(RepositoryData.Files("corpus/gguf/valid", "*.gguf"))
            .Concat(RepositoryData.Files("corpus/apr/valid", "*.apr"))
            .Concat(RepositoryData.Files("corpus/safetensors/valid", "*.safetensors"));

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Every_file_of_the_corpus_has_the_same_statistics_in_every_format()
    {
        int files = 0;
        foreach (string path in CorpusFiles)
        {
            ModelStatistics expected = Compute(path);
            foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
            {
                string converted = Path.Combine(folder, $"{files}.{format.Extension()}");
                Unflushed.Convert(
                    path, converted, format, new() { NonFinite = NonFinitePolicy.Allow, Quantized = QuantizedMode.Blocks });
                ModelStatistics actual = Compute(converted);
                Assert.AreEqual(expected.Digest, actual.Digest, $"{path} as {format}");
                CollectionAssert.AreEquivalent(
                    expected.Tensors.Select(tensor => Text(tensor.Statistics)).ToArray(),
                    actual.Tensors.Select(tensor => Text(tensor.Statistics)).ToArray(), path);
                CollectionAssert.AreEqual(expected.Types.ToArray(), actual.Types.ToArray(), path);
                File.Delete(converted);
                files++;
            }
        }

        Assert.IsGreaterThan(100, files);
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void Widened_tensors_have_the_statistics_of_their_blocks(ModelFormat format)
    {
        string converted = Path.Combine(folder, $"widened.{format.Extension()}");
        Unflushed.Convert(TestModels.Qwen, converted, format, new());
        ModelStatistics expected = Compute(TestModels.Qwen);
        ModelStatistics actual = Compute(converted);
        CollectionAssert.AreEquivalent(
            expected.Tensors.Select(tensor => Text(tensor.Statistics)).ToArray(), actual.Tensors.Select(tensor => Text(tensor.Statistics))
                .ToArray());
        Assert.AreEqual(format == ModelFormat.SafeTensors, actual.Types is [{ Type: TensorType.F32 }], string.Join(", ", actual.Types));
        Assert.AreEqual(expected.Digest, actual.Digest);
    }

    [TestMethod]
    public void Statistics_are_those_of_the_decoded_values()
    {
        TestTensor[] tensors =
        [
            TestTensor.Random("big", TensorType.F16, 1, 700, 1000), TestTensor.Random("pairs", TensorType.C64, 2, 5),
            TestTensor.F32("small", 1, -2, 0, float.NaN, float.PositiveInfinity, 1e-40f),
            TestTensor.Random("empty", TensorType.F32, 3, 0, 4),
        ];
        using ModelFile file = TestModels.SafeTensors(tensors);
        Dictionary<string, TensorSummary> summaries = ModelStatistics.Compute(file).Tensors.ToDictionary(tensor => tensor.Tensor.Name);
        float[] values = new float[700 * 1000];
        TensorDecoder.Decode(TensorType.F16, tensors[0].Bytes, values);
        StatisticsAccumulator accumulator = new();
        accumulator.Add(values);
        Assert.AreEqual(Text(accumulator.ToStatistics()), Text(summaries["big"].Statistics));
        Assert.IsNull(summaries["pairs"].Statistics);
        Assert.AreEqual("C64 has no float32 reading", summaries["pairs"].NotDecoded);
        TensorStatistics small = summaries["small"].Statistics!;
        Assert.AreEqual(
            (6L, 1L, 1L, 1L, 1L, -2d, 1d),
            (small.Count, small.NaN, small.Infinity, small.Zeros, small.Subnormals, small.Minimum, small.Maximum));
        Assert.AreEqual(0, summaries["empty"].Statistics!.Count);
        Assert.IsNull(summaries["empty"].Statistics!.Minimum);
    }

    [TestMethod]
    public void One_bit_of_a_value_changes_the_digest_and_a_name_does_not()
    {
        using ModelFile file = TestModels.SafeTensors(TestTensor.F32("a", 1, 2, 3), TestTensor.F32("b", 4));
        using ModelFile renamed = TestModels.SafeTensors(TestTensor.F32("x", 1, 2, 3), TestTensor.F32("c", 4));
        using ModelFile changed = TestModels.SafeTensors(TestTensor.F32("a", 1, 2, MathF.BitIncrement(3)), TestTensor.F32("b", 4));
        using ModelFile reshaped = TestModels.SafeTensors(TestTensor.F32("a", 1, 2, 3) with { Shape = [3, 1] }, TestTensor.F32("b", 4));
        string digest = ModelStatistics.Compute(file).Digest;
        Assert.AreEqual(digest, ModelStatistics.Compute(renamed).Digest);
        Assert.AreNotEqual(digest, ModelStatistics.Compute(changed).Digest);
        Assert.AreNotEqual(digest, ModelStatistics.Compute(reshaped).Digest);
    }

    [TestMethod]
    public void Types_are_counted_the_largest_first()
    {
        using ModelFile file = TestModels.SafeTensors(
            TestTensor.F32("a", 1, 2), TestTensor.Random("b", TensorType.F16, 1, 9), TestTensor.F32("c", 3));
        TypeShare[] expected = [new(TensorType.F16, 1, 9, 18), new(TensorType.F32, 2, 3, 12)];
        CollectionAssert.AreEqual(expected, ModelStatistics.Compute(file).Types.ToArray());
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Progress_ends_with_every_byte_that_has_values()
    {
        TestTensor big = TestTensor.Random("big", TensorType.F32, 1, 20, 300, 1000);
        using ModelFile file = TestModels.SafeTensors(big, TestTensor.Random("pairs", TensorType.C64, 2, 5));
        Recorder recorder = new();
        ModelStatistics.Compute(file, recorder);
        Assert.Contains(new ConversionProgress(ConversionPhase.Proving, big.Bytes.Length, big.Bytes.Length), recorder.Reports);
        Assert.IsGreaterThan(1, recorder.Reports.Count);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Work_can_be_cancelled()
    {
        using ModelFile file = TestModels.SafeTensors(TestTensor.Random("big", TensorType.F32, 1, 20, 300, 1000));
        using CancellationTokenSource stop = new();
        CancelOnReport progress = new(stop);
        Assert.Throws<OperationCanceledException>(() => ModelStatistics.Compute(file, progress, stop.Token));
        Assert.Throws<OperationCanceledException>(() => ModelHash.Compute(file, null, stop.Token));
        Assert.Throws<OperationCanceledException>(() => ModelDiff.Compare(file, file, null, stop.Token));
        Assert.Throws<OperationCanceledException>(() => GgufHashLines.Compute(file, "x", null, stop.Token));
    }

    [TestMethod]
    public void A_file_that_shrinks_while_it_is_read_is_an_error_of_reading()
    {
        byte[] bytes = TestModels.SafeTensorsBytes([TestTensor.Random("big", TensorType.F32, 1, 300, 1000)]);
        string path = Path.Combine(folder, "m.safetensors");
        File.WriteAllBytes(path, bytes);
        using ModelFile file = ModelFiles.Open(path);
        using (FileStream stream = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            stream.SetLength(bytes.Length / 2);
        }

        Assert.ThrowsExactly<EndOfStreamException>(() => ModelStatistics.Compute(file));
        Assert.ThrowsExactly<EndOfStreamException>(() => ModelHash.Compute(file));
        Assert.ThrowsExactly<EndOfStreamException>(() => ModelDiff.Compare(file, file));
    }

    [TestMethod]
    public void Tensors_that_share_their_bytes_are_read_once_and_each_is_reported()
    {
        TensorInfo one = TestTensor.Random("a", TensorType.AprQ4KRows, 1, 4, 300).At(0);
        TensorInfo[] tensors = [
            one, one with { Name = "b" }, one with { Name = "other rows", Shape = [2, 556] },
            one with { Name = "c", Type = TensorType.Q4_K, Shape = [2048] }];
        Assert.AreEqual(one.ByteLength, tensors[3].ElementCount / 256 * 144);
        CollectionAssert.AreEqual((int[])[0, 0, 2, 3], SharedPayloads.First(tensors));
    }

    private static ModelStatistics Compute(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return ModelStatistics.Compute(file);
    }

    private static string Text(TensorStatistics? statistics) => Reports.TextOf(statistics);

    private sealed class Recorder : IProgress<ConversionProgress>
    {
        public List<ConversionProgress> Reports { get; } = [];

        public void Report(ConversionProgress value)
        {
            lock (Reports)
            {
                Reports.Add(value);
            }
        }
    }

    private sealed class CancelOnReport(CancellationTokenSource stop) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value) => stop.Cancel();
    }
}
