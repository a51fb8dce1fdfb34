using System.Globalization;
using Microsoft.Build.Utilities;
using ModelPack.Build.Tests.Consumers;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The items <c>ModelVerify</c>.</summary>
[TestClass]
public sealed class VerifyTaskTests
{
    [TestMethod]
    public void A_sound_model_is_read_once_and_again_when_it_changes()
    {
        using SetFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf");
        Assert.AreEqual("small.gguf verified", Verify(folder, item));
        using (FileStream locked = new(folder.In("models", "small.gguf"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Contains("as it was", Verify(folder, item), "nothing is opened");
        }

        File.SetLastWriteTimeUtc(folder.In("models", "small.gguf"), DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("small.gguf verified", Verify(folder, item));
        Assert.Contains("as it was", Verify(folder, item));
    }

    // Windows tells no time of the last change that no program sets.
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_model_or_what_it_is_compared_with_is_read_again_if_bytes_changed_under_their_old_time()
    {
        using SetFolder folder = new();
        string model = folder.In("models", "small.gguf");
        string certificate = folder.In("reference", "small.apr.modelpack.json");
        ModelConverter.Convert(model, folder.In("reference", "small.apr"), ModelFormat.Apr, new());
        TaskItem item = TaskFolder.Item("models/small.gguf", ("Against", certificate));
        Assert.AreEqual("small.gguf verified", Verify(folder, item));
        Assert.Contains("as it was", Verify(folder, item));

        Consumer.FlipByteUnderItsTime(model, new FileInfo(model).Length - 1);
        Assert.StartsWith(BuildErrors.NotEqual.Id, Verify(folder, item));
        Consumer.FlipByteUnderItsTime(model, new FileInfo(model).Length - 1);
        Assert.AreEqual("small.gguf verified", Verify(folder, item));

        Consumer.FlipByteUnderItsTime(certificate, 0);
        Assert.DoesNotContain("verified", Verify(folder, item));
    }

    [TestMethod]
    public void Every_model_is_looked_at_and_every_finding_is_an_error_with_its_place()
    {
        using SetFolder folder = new();
        string nan = Hostile(folder, "nan-f32-quiet.gguf");
        string broken = Hostile(folder, "count-n-tensors-max.gguf");
        var engine = new RecordingEngine();
        Assert.IsFalse(Run(folder, engine, TaskFolder.Item(nan), TaskFolder.Item(broken), TaskFolder.Item("models/small.gguf")));

        Assert.HasCount(2, engine.Errors);
        Assert.AreEqual(("MP2102", nan), (engine.Errors[0].Code, engine.Errors[0].File));
        Assert.Contains("victim", engine.Errors[0].Message!);
        StringAssert.Matches(engine.Errors[0].Message, new(@"\(at byte \d+\)"));
        StringAssert.Matches(engine.Errors[1].Code, new("^MP10"));
        Assert.AreEqual(broken, engine.Errors[1].File);
        Assert.AreEqual("small.gguf verified", engine.Messages.Single());
        Assert.IsFalse(Run(folder, new(), TaskFolder.Item(nan)), "a finding is not forgotten");
    }

    [TestMethod]
    public void A_pinned_SHA256_finds_what_an_XXH128_does_not()
    {
        using SetFolder folder = new();
        string model = folder.In("models", "small.gguf");
        File.Copy(RepositoryData.Path("cases", "hostile", "collision", "a.gguf"), model, overwrite: true);
        string strong = "sha256:" + FileHash.Sha256(model);
        Assert.AreEqual(
            "small.gguf verified", Verify(folder, TaskFolder.Item("models/small.gguf", ("ExpectedHash", strong), ("Verify", "Structural")))
                .Replace(" (structure only)", "", StringComparison.Ordinal));
        File.Copy(RepositoryData.Path("cases", "hostile", "collision", "b.gguf"), model, overwrite: true);
        File.SetLastWriteTimeUtc(model, DateTime.UtcNow.AddMinutes(1));
        Assert.StartsWith(
            BuildErrors.UnexpectedSource.Id,
            Verify(folder, TaskFolder.Item("models/small.gguf", ("ExpectedHash", strong), ("Verify", "Structural"))));
    }

    [TestMethod]
    public void NaN_passes_only_where_it_is_allowed_or_values_are_not_looked_at()
    {
        using SetFolder folder = new();
        string nan = Hostile(folder, "nan-f32-quiet.gguf");
        Assert.StartsWith("MP2102", Verify(folder, TaskFolder.Item(nan)));
        Assert.AreEqual("nan-f32-quiet.gguf verified", Verify(folder, TaskFolder.Item(nan, ("AllowNonFinite", "true"))));
        Assert.AreEqual("nan-f32-quiet.gguf verified (structure only)", Verify(folder, TaskFolder.Item(nan, ("Verify", "Structural"))));
        Assert.Contains("is not verified", Verify(folder, TaskFolder.Item(nan, ("Verify", "None"))));
        Assert.StartsWith("MP2102", Verify(folder, TaskFolder.Item(nan)), "what passed in another way is not taken for sound");
    }

    [TestMethod]
    public void A_broken_structure_is_found_unless_the_model_is_not_looked_at()
    {
        using SetFolder folder = new();
        string broken = Hostile(folder, "count-n-tensors-max.gguf");
        StringAssert.Matches(Verify(folder, TaskFolder.Item(broken, ("Verify", "Structural"))), new("^MP10"));
        Assert.Contains("is not verified", Verify(folder, TaskFolder.Item(broken, ("Verify", "None"))));
        Assert.StartsWith(BuildErrors.UnknownValue.Id, Verify(folder, TaskFolder.Item(broken, ("Verify", "Most"))));
    }

    [TestMethod]
    public void Hash_and_comparison_are_asked_for_by_themselves()
    {
        using SetFolder folder = new();
        string apr = folder.In("reference", "small.apr");
        ModelConverter.Convert(folder.In("models", "small.gguf"), apr, ModelFormat.Apr, new());
        Flip(folder.In("models", "small.gguf"));
        Assert.StartsWith(
            BuildErrors.NotEqual.Id, Verify(folder, TaskFolder.Item("models/small.gguf", ("Against", apr), ("Verify", "Structural"))));
        Assert.StartsWith(
            BuildErrors.UnexpectedSource.Id,
            Verify(folder, TaskFolder.Item("models/small.gguf", ("ExpectedHash", new string('0', 32)), ("Verify", "Structural"))));
    }

    [TestMethod]
    public void An_unexpected_hash_is_an_error()
    {
        using SetFolder folder = new();
        string hash = FileHash.Xxh128(folder.In("models", "small.gguf"));
        Assert.AreEqual(
            "small.gguf verified", Verify(folder, TaskFolder.Item("models/small.gguf", ("ExpectedHash", hash.ToUpperInvariant()))));
        string wrong = (hash[0] == '0' ? "1" : "0") + hash[1..];
        Assert.StartsWith(BuildErrors.UnexpectedSource.Id, Verify(folder, TaskFolder.Item("models/small.gguf", ("ExpectedHash", wrong))));
    }

    [TestMethod]
    public void A_model_is_compared_with_another_one_whatever_its_format()
    {
        using SetFolder folder = new();
        string apr = folder.In("reference", "small.apr");
        ModelConverter.Convert(folder.In("models", "small.gguf"), apr, ModelFormat.Apr, new());
        TaskItem item = TaskFolder.Item("models/small.gguf", ("Against", "reference/small.apr"));
        Assert.AreEqual("small.gguf verified", Verify(folder, item));
        Assert.Contains("as it was", Verify(folder, item));

        (string tensor, long offset) = Flip(folder.In("models", "small.gguf"));
        string error = Verify(folder, item);
        Assert.StartsWith($"{BuildErrors.NotEqual.Id} {folder.In("models", "small.gguf")}", error);
        Assert.Contains($"'{tensor}'", error);
        Assert.Contains($"(at byte {offset})", error);
        Assert.AreEqual("small.gguf verified", Verify(folder, TaskFolder.Item("models/small.gguf")), "by itself it is sound");
    }

    [TestMethod]
    public void The_level_says_what_the_comparison_has_to_prove()
    {
        using SetFolder folder = new();
        string bare = folder.In("reference", "small.apr");
        ModelConverter.Convert(folder.In("models", "small.gguf"), bare, ModelFormat.Apr, new() { Origin = OriginMode.None });
        Assert.AreEqual(
            "small.gguf verified",
            Verify(folder, TaskFolder.Item("models/small.gguf", ("Against", "reference/small.apr"), ("Level", "L1"))));
        string error = Verify(folder, TaskFolder.Item("models/small.gguf", ("Against", "reference/small.apr"), ("Level", "L3")));
        Assert.StartsWith(BuildErrors.NotEqual.Id, error);
        Assert.StartsWith(BuildErrors.UnknownValue.Id, Verify(folder, TaskFolder.Item("models/small.gguf", ("Level", "L9"))));
    }

    [TestMethod]
    public void Values_are_compared_with_a_limit_whatever_the_types()
    {
        using SetFolder folder = new();
        ModelConverter.Convert(folder.In("models", "small.gguf"), folder.In("models", "half.safetensors"), ModelFormat.SafeTensors, new()
        {
            Origin = OriginMode.None, Dtype = TensorType.BF16, Loss = LossPolicy.Allow,
        });
        TaskItem item = TaskFolder.Item("models/half.safetensors", ("Against", "models/small.gguf"), ("Epsilon", "0.5"));
        Assert.AreEqual("half.safetensors verified", Verify(folder, item));
        Assert.Contains("as it was", Verify(folder, item));

        item.SetMetadata("Epsilon", "1e-9");
        string error = Verify(folder, item);
        Assert.StartsWith(
            $"{BuildErrors.NotEqual.Id} {folder.In("models", "half.safetensors")}: not within 1E-09 of 'small.gguf': ", error);
        StringAssert.Matches(error, new(@"\(at byte \d+\)"));
        Assert.Contains(
            "as it was", Verify(folder, TaskFolder.Item("models/half.safetensors", ("Against", "models/small.gguf"), ("Epsilon", "0.50"))),
            "the same limit");
    }

    [TestMethod]
    public void A_limit_for_values_needs_a_reference_and_goes_with_no_level()
    {
        using SetFolder folder = new();
        string alone = Verify(folder, TaskFolder.Item("models/small.gguf", ("Epsilon", "1e-3")));
        Assert.StartsWith($"{BuildErrors.Conflict.Id} {folder.In("models", "small.gguf")}", alone);
        Assert.Contains("Against, which is not set", alone);
        string both = Verify(
            folder, TaskFolder.Item("models/small.gguf", ("Against", "models/small.gguf"), ("Epsilon", "1e-3"), ("Level", "L2")));
        Assert.StartsWith(BuildErrors.Conflict.Id, both);
        Assert.Contains("Level, which is 'L2'", both);
        string wrong = Verify(folder, TaskFolder.Item("models/small.gguf", ("Against", "models/small.gguf"), ("Epsilon", "much")));
        Assert.StartsWith(BuildErrors.UnknownValue.Id, wrong);
        Assert.Contains("Epsilon is 'much'; it can be a limit like 1e-3, 1e-3rel or 4ulp", wrong);
    }

    [TestMethod]
    public void A_folder_is_compared_with_its_certificate_file_by_file()
    {
        using SetFolder folder = new();
        string qwen = folder.WithShards("qwen");
        ModelConverter.Convert(qwen, folder.In("reference", "qwen.apr"), ModelFormat.Apr, new());
        TaskItem item = TaskFolder.Item("models/qwen/", ("Against", "reference/qwen.apr.modelpack.json"));
        Assert.AreEqual("qwen verified", Verify(folder, item));

        string config = Path.Combine(qwen, "config.json");
        byte[] untouched = File.ReadAllBytes(config);
        File.AppendAllText(config, "\n");
        Assert.StartsWith($"{BuildErrors.NotEqual.Id} {config}", Verify(folder, item));
        File.WriteAllBytes(config, untouched);
        File.Delete(Path.Combine(qwen, "generation_config.json"));
        Assert.Contains("the file 'generation_config.json' is missing", Verify(folder, item));
        File.Delete(config);
        Assert.StartsWith("MP2125", Verify(folder, item));
    }

    [TestMethod]
    public void The_parts_of_a_split_are_one_model()
    {
        using SetFolder folder = new();
        string first = folder.WithSplit("split");
        TaskItem[] glob = [.. Directory.GetFiles(Path.GetDirectoryName(first)!, "*.gguf").Select(part => TaskFolder.Item(part))];
        Assert.IsGreaterThan(2, glob.Length);
        Assert.AreEqual($"{Path.GetFileName(first)} verified", Verify(folder, glob));
        Assert.Contains("as it was", Verify(folder, glob));
        string second = first.Replace("-00001-of-", "-00002-of-", StringComparison.Ordinal);
        File.SetLastWriteTimeUtc(second, DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual($"{Path.GetFileName(first)} verified", Verify(folder, glob));
        File.Delete(second);
        Assert.StartsWith("MP1303", Verify(folder, TaskFolder.Item(first)));
    }

    [TestMethod]
    public void A_model_or_reference_that_does_not_exist_is_refused()
    {
        using SetFolder folder = new();
        Assert.StartsWith(BuildErrors.SourceMissing.Id, Verify(folder, TaskFolder.Item("models/absent.gguf")));
        Assert.StartsWith(BuildErrors.SourceMissing.Id, Verify(folder, TaskFolder.Item("models/small.gguf", ("Against", "absent.apr"))));
    }

    /// <summary>The one message of a build that passes, or code, file and text of the first error.</summary>
    private static string Verify(SetFolder folder, params TaskItem[] items)
    {
        var engine = new RecordingEngine();
        return Run(folder, engine, items)
            ? engine.Messages.Single()
            : string.Create(CultureInfo.InvariantCulture, $"{engine.Errors[0].Code} {engine.Errors[0].File}: {engine.Errors[0].Message}");
    }

    private static bool Run(SetFolder folder, RecordingEngine engine, params TaskItem[] items)
    {
        using VerifyModelItems task = new()
        {
            BuildEngine = engine,
            Models = items,
            ProjectDirectory = folder.Path,
            OutputDirectory = folder.In("obj") + Path.DirectorySeparatorChar,
        };
        return task.Execute();
    }

    /// <summary>Reverses the sign of a weight: another value, and a finite one.</summary>
    private static (string Tensor, long Offset) Flip(string path)
    {
        string tensor;
        long offset;
        using (ModelFile file = ModelFiles.Open(path))
        {
            var norm = file.Tensors.First(tensor => tensor.Type == TensorType.F32);
            (tensor, offset) = (norm.Name, norm.Offset + 3);
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        int value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ 0x80));
        return (tensor, offset);
    }

    private static string Hostile(SetFolder folder, string name)
    {
        string copy = folder.In("models", name);
        File.Copy(RepositoryData.Path("corpus", "gguf", "hostile", name), copy);
        return copy;
    }
}
