using System.Text;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;
using ModelPack.Models;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Verification.Mutations;

/// <summary>Corruption of models that consist of several files.</summary>
[TestClass]
public sealed class SetMutationTests
{
    private const string Index = "model.safetensors.index.json";
    private const string Pooling = "1_Pooling/config.json";
    private const string FirstShard = "model-00001-of-00003.safetensors";
    private const string SecondShard = "model-00002-of-00003.safetensors";

    private static readonly ModelFolder Originals = new();

    private readonly ModelFolder folder = new();

    private static readonly (string Name, Action<string> Damage, ErrorCode Code)[] Refused =
    [
        ("a shard is missing", path => File.Delete(Path.Combine(path, SecondShard)), SafeTensorsSetErrors.MissingFile),
        ("two shards swapped", path => Swap(path, FirstShard, SecondShard), SafeTensorsSetErrors.TensorNotFound),
        ("a shard stands twice", path => File.Copy(Path.Combine(path, FirstShard), Path.Combine(path, SecondShard), overwrite: true),
            SafeTensorsSetErrors.TensorInTwoFiles),
        ("the index names another shard", path => Replace(path, Index, SecondShard, FirstShard), SafeTensorsSetErrors.TensorNotFound),
        ("the index names another tensor", path => Replace(path, Index, "\"lookup\"", "\"look_up\""), SafeTensorsSetErrors.TensorNotFound),
        ("the index leaves a tensor out", path => RemoveFromIndex(path, "lookup"), SafeTensorsSetErrors.TensorNotInIndex),
    ];

    private static readonly (string Name, Action<string> Damage, DifferenceKind Kind, string Place, ErrorCode? Finding)[] Opened =
    [
        ("a companion edited", path => Replace(path, "README.md", "tiny", "tinz"), DifferenceKind.Metadata, "README.md", null),
        ("a hyperparameter edited", path => Replace(path, "config.json", "\"hidden_size\":256", "\"hidden_size\":257"),
            DifferenceKind.Metadata, "config.json", ValidationErrors.Shape),
        ("a tokenizer edited", path => Replace(path, "tokenizer.json", "[\"d\",\"f\"]", "[\"d\",\"g\"]"), DifferenceKind.Metadata,
            "tokenizer.json", ValidationErrors.Merge),
        ("a template edited", path => Replace(path, "tokenizer_config.json", "m[", "m.__class__["), DifferenceKind.Metadata,
            "tokenizer_config.json", ValidationErrors.Template),
        ("a companion broken", path => Replace(path, "config.json", "}", ""), DifferenceKind.Metadata, "config.json",
            ValidationErrors.Companion),
        ("a companion removed", path => File.Delete(Path.Combine(path, "README.md")), DifferenceKind.Metadata, "README.md", null),
        ("a companion added", path => File.WriteAllText(Path.Combine(path, "zzz.txt"), ""), DifferenceKind.Metadata, "zzz.txt", null),
        ("a companion renamed", path => File.Move(Path.Combine(path, "README.md"), Path.Combine(path, "README2.md")),
            DifferenceKind.Metadata, "README2.md", null),
        ("a companion in a sub-folder edited", path => Replace(path, Pooling, "true", "false"), DifferenceKind.Metadata, Pooling, null),
        ("a companion in a sub-folder broken", path => Replace(path, Pooling, "}", ""), DifferenceKind.Metadata, Pooling,
            ValidationErrors.Companion),
        ("a companion in a sub-folder removed", path => File.Delete(Path.Combine(path, Pooling)), DifferenceKind.Metadata, Pooling, null),
        ("a companion in a sub-folder added", path => File.WriteAllText(Path.Combine(path, "1_Pooling", "more.txt"), ""),
            DifferenceKind.Metadata, "1_Pooling/more.txt", null),
        ("a companion moved out of its sub-folder", path => File.Move(Path.Combine(path, Pooling), Path.Combine(path, "pooling.json")),
            DifferenceKind.Metadata, "pooling.json", null),
        ("a sub-folder renamed", path => Directory.Move(Path.Combine(path, "1_Pooling"), Path.Combine(path, "2_Pooling")),
            DifferenceKind.Metadata, "2_Pooling/config.json", null),
        ("a sub-folder hidden", path => Directory.Move(Path.Combine(path, "1_Pooling"), Path.Combine(path, ".1_Pooling")),
            DifferenceKind.Metadata, Pooling, null),
        ("weights put into a sub-folder", path => File.WriteAllText(Path.Combine(path, "1_Pooling", "pytorch_model.bin"), ""),
            DifferenceKind.Metadata, Pooling, null),
        ("the stated size", path => Replace(path, Index, "\"total_size\": ", "\"total_size\": 1"), DifferenceKind.Metadata, Index, null),
        ("a bit in a shard", path => FlipLast(path, SecondShard), DifferenceKind.Payload, "", null),
        ("a metadata value of a shard", path => Replace(path, FirstShard, "\"format\":\"pt\"", "\"format\":\"tf\""),
            DifferenceKind.Metadata, "format", null),
    ];

    public static IEnumerable<object[]> RefusedRows => Refused.Select(row => new object[] { row.Name });

    public static IEnumerable<object[]> OpenedRows => Opened.Select(row => new object[] { row.Name });

    [ClassInitialize]
    public static void WriteOriginal(TestContext _) => WriteShards(Originals);

    [ClassCleanup]
    public static void RemoveOriginal() => Originals.Dispose();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    public void An_untouched_copy_is_equal_and_sound()
    {
        string copy = WriteShards(folder);
        Assert.HasCount(3, Directory.GetFiles(copy, "*.safetensors"));
        Assert.IsTrue(ModelVerifier.Verify(Originals["shards"], copy, ProofLevel.L3).Passed);
        Assert.IsEmpty(ModelValidator.Validate(copy).Findings);
    }

    [TestMethod]
    [DynamicData(nameof(RefusedRows))]
    public void Files_that_do_not_belong_together_are_refused_by_every_verb(string name)
    {
        (_, Action<string> damage, ErrorCode code) = Refused.Single(row => row.Name == name);
        string damaged = WriteShards(folder);
        damage(damaged);
        foreach (Action verb in new Action[] { () => ModelFiles.Open(damaged).Dispose(),
            () => ModelVerifier.Verify(Originals["shards"], damaged), () => ModelValidator.Validate(damaged) })
        {
            Assert.AreEqual(code, Assert.ThrowsExactly<ModelFormatException>(verb).Code);
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(OpenedRows))]
    public void A_change_in_any_file_of_the_set_is_found(string name)
    {
        (_, Action<string> damage, DifferenceKind kind, string place, ErrorCode? code) = Opened.Single(row => row.Name == name);
        string damaged = WriteShards(folder);
        damage(damaged);
        VerificationReport report = ModelVerifier.Verify(Originals["shards"], damaged);
        Assert.IsFalse(report.Passed);
        Assert.IsTrue(
            report.Differences.Any(difference => difference.Kind == kind && (place.Length == 0 || difference.Place == place)),
            string.Join("\n", report.Differences));
        Assert.IsFalse(ModelVerifier.Verify(damaged, Originals["shards"]).Passed);
        Finding[] findings = [.. ModelValidator.Validate(damaged).Findings];
        Assert.AreEqual(code is null, findings.Length == 0);
        Assert.IsTrue(code is null || findings.Any(finding => finding.Code == code));
    }

    [TestMethod]
    public void Parts_of_a_split_that_are_swapped_or_missing_are_refused()
    {
        string source = folder.Write("model", TinyModel.Gguf());
        Unflushed.Convert(
            source, folder["parts"] + "/", ModelFormat.Gguf, new() { MaxShardBytes = 400_000, Origin = OriginMode.None });
        string[] parts = [.. Directory.GetFiles(folder["parts"], "*.gguf").Order(StringComparer.Ordinal)];
        Assert.IsGreaterThanOrEqualTo(3, parts.Length);
        Assert.IsEmpty(ModelValidator.Validate(parts[0]).Findings);

        Swap(folder["parts"], Path.GetFileName(parts[1]), Path.GetFileName(parts[2]));
        Assert.AreEqual(ModelSetErrors.WrongPart, Assert.ThrowsExactly<ModelFormatException>(() => ModelValidator.Validate(parts[0])).Code);
        File.Delete(parts[2]);
        Assert.AreEqual(
            ModelSetErrors.MissingPart, Assert.ThrowsExactly<ModelFormatException>(() => ModelValidator.Validate(parts[0])).Code);
    }

    private static string WriteShards(ModelFolder folder)
    {
        string whole = TinyFolder.Write(
            folder, "whole", null, ("README.md", "a tiny model"), (Pooling, "{\"pooling_mode_mean_tokens\":true}"));
        string shards = folder["shards"];
        Unflushed.Convert(
            Path.Combine(whole, "model.safetensors"), shards + "/", ModelFormat.SafeTensors,
            new() { MaxShardBytes = 1_000_000, Origin = OriginMode.None, Scope = PathScope.FileAlone });
        Directory.CreateDirectory(Path.Combine(shards, "1_Pooling"));
        foreach (string companion in Directory.GetFiles(whole, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "model.safetensors"))
        {
            File.Copy(companion, Path.Combine(shards, Path.GetRelativePath(whole, companion)));
        }

        return shards;
    }

    private static void Swap(string path, string left, string right)
    {
        File.Move(Path.Combine(path, left), Path.Combine(path, "aside"));
        File.Move(Path.Combine(path, right), Path.Combine(path, left));
        File.Move(Path.Combine(path, "aside"), Path.Combine(path, right));
    }

    private static void Replace(string path, string name, string what, string with)
    {
        string file = Path.Combine(path, name);
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
        StringAssert.Contains(text, what);
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(text.Replace(what, with, StringComparison.Ordinal)));
    }

    private static void RemoveFromIndex(string path, string tensor)
    {
        string file = Path.Combine(path, Index);
        System.Text.Json.Nodes.JsonNode index = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(file))!;
        Assert.IsTrue(index["weight_map"]!.AsObject().Remove(tensor));
        File.WriteAllText(file, index.ToJsonString());
    }

    private static void FlipLast(string path, string name)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(path, name));
        bytes[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(path, name), bytes);
    }
}
