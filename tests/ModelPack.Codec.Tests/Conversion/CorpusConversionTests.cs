using System.Security.Cryptography;
using System.Text.Json;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class CorpusConversionTests
{
    private static readonly ModelFormat[] Formats = Enum.GetValues<ModelFormat>();

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void The_same_conversion_twice_gives_identical_files_and_certificates() =>
    ConversionCorpus.ForEach(ConversionCorpus.Valid, atLeast: 150, path =>
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("other"));
        foreach (ModelFormat format in Formats)
        {
            string first = folder.At($"out.{format.Extension()}");
            string second = folder.At($"other/out.{format.Extension()}");
            Unflushed.Convert(path, first, format, ConversionCorpus.Allow with { Threads = 1 });
            Unflushed.Convert(path, second, format, ConversionCorpus.Allow with { Threads = 3 });
            ByteAssert.AreEqual(File.ReadAllBytes(first), File.ReadAllBytes(second), $"{format}");
            ByteAssert.AreEqual(
                File.ReadAllBytes(ModelConverter.CertificatePath(first)), File.ReadAllBytes(ModelConverter.CertificatePath(second)),
                $"certificate of {format}");
        }
    });

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(QuantizedMode.Auto)]
    [DataRow(QuantizedMode.Blocks)]
    public void The_way_taken_does_not_change_a_tensor(QuantizedMode quantized) =>
    ConversionCorpus.ForEach(ConversionCorpus.Valid, atLeast: 150, path =>
    {
        using TempFolder folder = new();
        ConversionOptions options = ConversionCorpus.Allow with { Quantized = quantized };
        using ModelFile source = ModelFiles.Open(path);
        foreach (ModelFormat target in Formats.Where(format => format != source.Format))
        {
            ModelFormat other = Formats.Single(format => format != source.Format && format != target);
            string direct = folder.At($"direct.{target.Extension()}");
            string half = folder.At($"half-to-{target}.{other.Extension()}");
            string around = folder.At($"around.{target.Extension()}");
            Unflushed.Convert(path, direct, target, options);
            Unflushed.Convert(path, half, other, options);
            Unflushed.Convert(half, around, target, options);
            using ModelFile first = ModelFiles.Open(direct);
            using ModelFile second = ModelFiles.Open(around);
            bool named = target == ModelFormat.SafeTensors || first.Architecture is null;
            CollectionAssert.AreEqual(Describe(first, named), Describe(second, named), $"{target} through {other}");
        }
    });

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Converted_tensors_have_the_bytes_that_the_corpus_describes()
    {
        Dictionary<string, string[]> expected = ExpectedHashes();
        ConversionCorpus.ForEach(expected.Keys, atLeast: 100, path =>
        {
            using TempFolder folder = new();
            // A part of a split is looked at by itself.
            using ModelFile source = ModelFiles.Open(path, PathScope.FileAlone);
            foreach (ModelFormat target in Formats.Where(format => format != source.Format))
            {
                string output = folder.At($"out.{target.Extension()}");
                Certificate certificate = Unflushed.Convert(
                    path, output, target, ConversionCorpus.Allow with { Quantized = QuantizedMode.Blocks, Scope = PathScope.FileAlone });
                using ModelFile converted = ModelFiles.Open(output);
                Dictionary<string, TensorInfo> byName = TensorDescriptions.Logical(converted).Zip(converted.Tensors)
                    .ToDictionary(pair => pair.Second.Name, pair => pair.First, StringComparer.Ordinal);
                string[] actual = [.. certificate.Tensors.Select(tensor => Hash(converted, byName[tensor.Name], tensor.Action))];
                CollectionAssert.AreEqual(expected[path], actual, $"{target}");
            }
        });
    }

    private static string Hash(ModelFile file, TensorInfo tensor, TensorAction action)
    {
        byte[] bytes = file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);
        if (action == TensorAction.Swap)
        {
            PayloadByteOrder.Reverse(tensor.Type, bytes);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    // SafeTensors does not name an architecture, so that names are not translated on the way out of it.
    private static string[] Describe(ModelFile file, bool named) =>
    [
        .. TensorDescriptions.Logical(file).Concat(file.AllTensors.Skip(file.Tensors.Count))
            .Select(tensor =>
                $"{(named ? tensor.Name : "")} {tensor.Type} {tensor.ByteOrder} {TensorShape.Format(tensor.Shape.AsSpan())} "
                    + $"{Hash(file, tensor, TensorAction.Copy)}")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>SHA-256 of each payload, in the order of the file's records, from the descriptions beside the files.</summary>
    private static Dictionary<string, string[]> ExpectedHashes()
    {
        Dictionary<string, string[]> hashes = [];
        foreach (string path in ConversionCorpus.Valid.Where(
            path => File.Exists(Path.ChangeExtension(path, ".json")) && !path.Contains("00001-of", StringComparison.Ordinal)))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(path, ".json")));
            JsonElement[] tensors = [.. document.RootElement.GetProperty("tensors").EnumerateArray()];
            if (tensors.All(tensor => tensor.TryGetProperty("sha256", out _)) && !path.Contains("tied", StringComparison.Ordinal))
            {
                hashes.Add(path, [.. tensors.Select(tensor => tensor.GetProperty("sha256").GetString()!)]);
            }
        }

        using JsonDocument list = JsonDocument.Parse(
            File.ReadAllBytes(RepositoryData.Path("corpus", "safetensors", "valid", "expected.json")));
        foreach (JsonElement entry in list.RootElement.GetProperty("entries").EnumerateArray()
            .Where(entry => entry.TryGetProperty("tensors_in_header_order", out _)))
        {
            if (!entry.TryGetProperty("tensors_listed", out _))
            {
                hashes.Add(
                    RepositoryData.Path("corpus", "safetensors", "valid", entry.GetProperty("file").GetString()!),
                    [.. entry.GetProperty("tensors_in_header_order").EnumerateArray()
                        .Select(tensor => tensor.GetProperty("sha256").GetString()!)]);
            }
        }

        return hashes;
    }
}
