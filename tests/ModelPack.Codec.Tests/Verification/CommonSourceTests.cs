using ModelPack.Codec.Tests.Conversion;
using ModelPack.Models;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>Outputs of one model in one format: what a conversion adds for its own sake is no difference between models, and no record
/// hides one.</summary>
[TestClass]
public sealed class CommonSourceTests
{
    private const string Key = "llama.context_length";

    private static readonly string Model = RepositoryData.Path("cases", "verify-own-record", "model.gguf");

    private readonly TempFolder folder = new();

    public static IEnumerable<string> Pairs =>
    [
        "model.gguf parts", "parts parts2", "parts parts3", "a.apr b.apr", "a.apr c.apr", "folder shards", "folder shards2",
        "shards shards2", "single.safetensors folder",
        "single.safetensors shards", "model.gguf back.gguf", "parts back.gguf", "whole.gguf whole-parts", "hf sharded", "sharded again",
        "hf again", "model.gguf parts3",
    ];

    [TestCleanup]
    public void Clean() => folder.Dispose();

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Pairs))]
    public void Two_outputs_of_one_model_are_equal(string pair)
    {
        string[] names = pair.Split(' ');
        foreach ((string first, string second) in new[] { (Made(names[0]), Made(names[1])), (Made(names[1]), Made(names[0])) })
        {
            foreach (ProofLevel level in new[] { ProofLevel.L1, ProofLevel.L2, ProofLevel.L3 })
            {
                VerificationReport report = ModelVerifier.Verify(first, second, level);
                Assert.IsTrue(report.Passed, string.Join('\n', report.Differences.Select(difference => difference.Text)));
                Assert.AreEqual(ProofLevel.L3, report.Proved);
                Assert.IsEmpty(report.Notes);
            }

            AssertDiff(first, second);
        }
    }

    [TestMethod]
    [DataRow("parts/model-00001-of-00006.gguf", "parts", "model.gguf")]
    [DataRow("parts/model-00003-of-00006.gguf", "parts", "parts2")]
    [DataRow("model.gguf", "model.gguf", "parts")]
    [DataRow("b.apr", "b.apr", "a.apr")]
    [DataRow("shards/model-00002-of-00006.safetensors", "shards", "folder")]
    [DataRow("single.safetensors", "single.safetensors", "shards")]
    public void Of_an_edited_payload_its_tensor_is_named_and_nothing_else(string edited, string first, string second)
    {
        (string own, string other) = (Made(first), Made(second));
        TensorInfo tensor;
        using (ModelFile file = ModelFiles.OpenFile(folder.At(edited)))
        {
            tensor = file.Tensors[0];
        }

        SmallModels.Flip(folder.At(edited), tensor.Offset + 5);
        foreach ((string left, string right) in new[] { (own, other), (other, own) })
        {
            VerificationReport report = ModelVerifier.Verify(left, right, ProofLevel.L3);
            Assert.IsNull(report.Proved);
            Difference difference = report.Differences.Single();
            Assert.AreEqual((DifferenceKind.Payload, 5L, 1L), (difference.Kind, difference.Payload!.FirstByte, difference.Payload.Bytes));
            Assert.Contains(tensor.Name.Contains("emb", StringComparison.Ordinal) ? "emb" : tensor.Name.Split('.')[^2], difference.Place);
            AssertDiff(left, right, difference.Place);
        }
    }

    [TestMethod]
    [DataRow("parts/model-00001-of-00006.gguf", "parts", "model.gguf", Key)]
    [DataRow("parts/model-00001-of-00006.gguf", "parts", "parts2", Key)]
    [DataRow("model.gguf", "model.gguf", "parts", Key)]
    [DataRow("b.apr", "b.apr", "a.apr", "max_position_embeddings")]
    [DataRow("folder/config.json", "folder", "shards", "config.json")]
    [DataRow("folder/config.json", "folder", "folder2", "config.json")]
    [DataRow("hf/config.json", "hf", "sharded", "config.json")]
    [DataRow("sharded/config.json", "sharded", "hf", "config.json")]
    public void Of_an_edited_key_or_companion_it_is_named_and_nothing_else(string edited, string first, string second, string place)
    {
        (string own, string other) = (Made(first), Made(second));
        bool isFile = edited.EndsWith(place, StringComparison.Ordinal);
        string changed = isFile ? place : place[..^1] + "X";
        SmallModels.Replace(folder.At(edited), isFile ? "model_type" : place, isFile ? "model_typX" : changed);
        foreach ((string left, string right) in new[] { (own, other), (other, own) })
        {
            VerificationReport report = ModelVerifier.Verify(left, right);
            Assert.AreEqual(ProofLevel.L1, report.Proved);
            CollectionAssert.AreEquivalent(
                new[] { place, changed }.Distinct().ToArray(), report.Differences.Select(difference => difference.Place.Split(':')[^1])
                    .ToArray());
            AssertDiff(left, right, [.. report.Differences.Select(difference => difference.Place)]);
        }
    }

    [TestMethod]
    public void Two_edits_of_two_splits_are_both_named()
    {
        (string own, string other) = (Made("parts"), Made("parts2"));
        SmallModels.Replace(folder.At("parts/model-00001-of-00006.gguf"), Key, "llama.context_lengtA");
        SmallModels.Replace(folder.At("parts2/model-00001-of-00003.gguf"), "llama.block_count", "llama.block_counB");
        CollectionAssert.AreEquivalent(
            new[] { Key, "llama.context_lengtA", "llama.block_count", "llama.block_counB" },
            ModelVerifier.Verify(own, other).Differences.Select(difference => difference.Place).ToArray());
    }

    [TestMethod]
    public void Of_splits_of_two_models_the_difference_of_the_models_is_named()
    {
        string other = folder.Write("other.gguf", File.ReadAllBytes(Model));
        SmallModels.Replace(other, Key, "llama.context_lengtX");
        Unflushed.Convert(other, folder.At("others/"), ModelFormat.Gguf, Split(10_000));
        VerificationReport report = ModelVerifier.Verify(Made("parts2"), folder.At("others"));
        CollectionAssert.AreEquivalent(
            new[] { Key, "llama.context_lengtX" }, report.Differences.Select(difference => difference.Place).ToArray());
    }

    [TestMethod]
    [DataRow("single.safetensors", "hf")]
    [DataRow("folder", "sharded")]
    public void Files_whose_oldest_files_have_two_formats_are_compared_by_what_they_hold(string first, string second)
    {
        foreach ((string left, string right) in new[] { (Made(first), Made(second)), (Made(second), Made(first)) })
        {
            VerificationReport report = ModelVerifier.Verify(left, right);
            Assert.AreEqual(ProofLevel.L1, report.Proved, string.Join('\n', report.Differences.Select(difference => difference.Text)));
            Assert.IsTrue(report.Differences.All(difference => difference.Kind == DifferenceKind.Metadata));
        }
    }

    [TestMethod]
    public void A_wrong_hash_in_one_of_two_records_is_a_difference_on_either_side()
    {
        (string own, string other) = (Made("single.safetensors"), folder.At("second.safetensors"));
        File.WriteAllBytes(other, OriginRecords.WithRecord(
            File.ReadAllBytes(own),
            record => record with { Files = [record.Files[0] with { Hash = new(1, 2) }, .. record.Files.Skip(1)] }));
        foreach ((string left, string right) in new[] { (own, other), (other, own) })
        {
            VerificationReport report = ModelVerifier.Verify(left, right);
            Assert.AreEqual(ProofLevel.L1, report.Proved);
            Assert.AreEqual(ModelFile.OriginKey, report.Differences.Single().Place);
        }
    }

    [TestMethod]
    public void Padding_that_no_conversion_wrote_is_a_difference_of_the_bytes_on_either_side()
    {
        // A tensor of twelve bytes is padded to 32.
        string source = folder.Write("padded.gguf", SmallModels.Gguf());
        string direct = folder.At("direct.gguf-parts/");
        string other = folder.At("other.gguf-parts/");
        Unflushed.Convert(source, direct, ModelFormat.Gguf, Split(100));
        Unflushed.Convert(source, other, ModelFormat.Gguf, Split(200));
        Assert.IsTrue(ModelVerifier.Verify(direct, other, ProofLevel.L3).Passed);
        string part = Directory.GetFiles(direct).Order(StringComparer.Ordinal).First();
        TensorInfo tensor;
        using (ModelFile file = ModelFiles.OpenFile(part))
        {
            tensor = file.Tensors[0];
        }

        SmallModels.Flip(part, tensor.Offset + tensor.ByteLength + 1);
        foreach ((string first, string second, FileSide side) in new[] { (direct, other, FileSide.First),
            (other, direct, FileSide.Second) })
        {
            Assert.AreEqual(ProofLevel.L2, ModelVerifier.Verify(first, second).Proved);
            VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L3);
            Assert.IsFalse(report.Passed);
            Assert.AreEqual((DifferenceKind.Container, side), (report.Differences.Single().Kind, report.Differences.Single().OffsetIn));
        }
    }

    [TestMethod]
    public void What_a_file_shows_beside_its_blocks_is_compared_on_either_side()
    {
        string source = folder.Write("q.gguf", TestModels.GgufBytes([TestTensor.Random("blk.0.ffn_up.weight", TensorType.Q8_0, 1, 2, 32)]));
        string direct = folder.At("direct.safetensors");
        string around = folder.At("around.safetensors");
        Unflushed.Convert(source, direct, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        Unflushed.Convert(source, folder.At("q.apr"), ModelFormat.Apr, ConversionCorpus.Allow);
        Unflushed.Convert(folder.At("q.apr"), around, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        Assert.IsTrue(ModelVerifier.Verify(direct, around, ProofLevel.L3).Passed);
        SmallModels.Flip(direct, new FileInfo(direct).Length - 3);
        foreach ((string first, string second) in new[] { (direct, around), (around, direct) })
        {
            VerificationReport report = ModelVerifier.Verify(first, second, ProofLevel.L1);
            Assert.IsFalse(report.Passed);
            Assert.IsTrue(
                report.Differences.All(difference => difference is { Kind: DifferenceKind.Payload, Place: "blk.0.ffn_up.weight" }));
            using ModelFile left = ModelFiles.Open(first);
            using ModelFile right = ModelFiles.Open(second);
            Assert.IsFalse(ModelDiff.Compare(left, right).Differences.IsEmpty);
        }
    }

    [TestMethod]
    public void A_forged_record_makes_no_two_models_equal()
    {
        // The record says that the weights are literals: those of the other file.
        string source = folder.Write(
            "s.safetensors", TestModels.SafeTensorsBytes([TestTensor.F32("w", 1, 2, 3, 4), TestTensor.F32("x", 5, 6, 7, 8)]));
        string[] splits = [folder.At("evil/"), folder.At("good/")];
        foreach (string split in splits)
        {
            Unflushed.Convert(source, split, ModelFormat.SafeTensors, Split(16));
        }

        string shard = folder.At("evil/model-00001-of-00002.safetensors");
        byte[] genuine = File.ReadAllBytes(shard)[^16..];
        SmallModels.Flip(shard, new FileInfo(shard).Length - 1);
        byte[] forged = OriginRecords.WithRecord(
            File.ReadAllBytes(shard),
            record => record with { Tensors = [record.Tensors[0] with { Payload = new LiteralPayload(genuine) }, record.Tensors[1]] });
        File.WriteAllBytes(shard, forged);
        foreach ((string first, string second) in new[] { (source, splits[0]), (splits[0], source), (splits[0], splits[1]),
            (splits[1], splits[0]) })
        {
            foreach (ProofLevel level in new[] { ProofLevel.L1, ProofLevel.L2, ProofLevel.L3 })
            {
                VerificationReport report = ModelVerifier.Verify(first, second, level);
                Assert.IsFalse(report.Passed);
                Assert.IsNull(report.Proved);
                Assert.IsTrue(report.Differences.Any(difference => difference is { Kind: DifferenceKind.Payload, Place: "w" }));
            }

            using ModelFile left = ModelFiles.Open(first);
            using ModelFile right = ModelFiles.Open(second);
            Assert.IsTrue(
                ModelDiff.Compare(left, right).Differences.Any(difference => difference is { Kind: DifferenceKind.Payload, Place: "w" }));
        }
    }

    [TestMethod]
    public void A_record_that_was_copied_to_another_model_makes_it_no_output_of_the_first()
    {
        // The metadata and the tensor list are those that the record was made for; the weights are not.
        Directory.CreateDirectory(folder.At("other"));
        string other = folder.Write("other/model.gguf", File.ReadAllBytes(Model));
        TensorInfo tensor;
        using (ModelFile file = ModelFiles.Open(other))
        {
            tensor = file.Tensors[^1];
        }

        byte[] bytes = File.ReadAllBytes(other);
        bytes.AsSpan((int)tensor.Offset, (int)tensor.ByteLength).Reverse();
        File.WriteAllBytes(other, bytes);
        Unflushed.Convert(other, folder.At("other.apr"), ModelFormat.Apr, new());
        byte[] record = Record(folder.At("other.apr"));
        byte[] copied = Record(Made("a.apr"));
        Assert.HasCount(record.Length, copied);
        SmallModels.Replace(folder.At("other.apr"), Convert.ToBase64String(record), Convert.ToBase64String(copied));
        VerificationReport report = ModelVerifier.Verify(Made("b.apr"), folder.At("other.apr"));
        Assert.IsNull(report.Proved);
        Assert.AreEqual(DifferenceKind.Payload, report.Differences.Single().Kind);
    }

    private static byte[] Record(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return file.OriginRecord!.Value.ToArray();
    }

    private static ConversionOptions Split(long bytes) =>
        ConversionCorpus.Allow with { MaxShardBytes = bytes, Naming = NamingMode.Verbatim };

    private static void AssertDiff(string first, string second, params string[] places)
    {
        using ModelFile left = ModelFiles.Open(first);
        using ModelFile right = ModelFiles.Open(second);
        CollectionAssert.AreEqual(places, ModelDiff.Compare(left, right).Differences.Select(difference => difference.Place).ToArray());
    }

    // Each output by the way that its name stands for.
    private string Made(string name)
    {
        string path = folder.At(name);
        if (Path.Exists(path))
        {
            return path;
        }

        (string from, ModelFormat format, ConversionOptions options) = name switch
        {
            "parts" => (Made("model.gguf"), ModelFormat.Gguf, Split(10_000)),
            "parts2" => (Made("model.gguf"), ModelFormat.Gguf, Split(20_000)),
            "parts3" => (Made("parts"), ModelFormat.Gguf, Split(15_000)),
            "a.apr" => (Made("model.gguf"), ModelFormat.Apr, new()),
            "b.apr" => (Made("folder"), ModelFormat.Apr, new()),
            "c.apr" => (Made("parts"), ModelFormat.Apr, new()),
            "folder" or "folder2" => (Made("model.gguf"), ModelFormat.SafeTensors, new()),
            "shards" => (Made("folder"), ModelFormat.SafeTensors, Split(10_000)),
            "shards2" => (Made("folder"), ModelFormat.SafeTensors, Split(20_000)),
            "single.safetensors" => (Made("model.gguf"), ModelFormat.SafeTensors, new()),
            "back.gguf" => (Made("a.apr"), ModelFormat.Gguf, new()),
            "whole.gguf" => (Made("hf"), ModelFormat.Gguf, new()),
            "whole-parts" => (Made("whole.gguf"), ModelFormat.Gguf, Split(20_000)),
            "sharded" => (Made("hf"), ModelFormat.SafeTensors, Split(10_000)),
            "again" => (Made("sharded"), ModelFormat.SafeTensors, Split(20_000)),
            _ => default((string, ModelFormat, ConversionOptions)),
        };
        if (name == "model.gguf")
        {
            File.WriteAllBytes(path, File.ReadAllBytes(Model));
        }
        else if (name == "hf")
        {
            // A folder that no conversion is known to have made.
            Unflushed.Convert(
                Made("model.gguf"), path + Path.DirectorySeparatorChar, ModelFormat.SafeTensors,
                ConversionCorpus.Allow with { Origin = OriginMode.None });
        }
        else
        {
            Unflushed.Convert(from, name.Contains('.') ? path : path + Path.DirectorySeparatorChar, format, options);
        }

        return path;
    }
}
