using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

[TestClass]
public sealed class RequestTests
{
    [TestMethod]
    public void A_model_without_a_target_is_refused()
    {
        using TaskFolder folder = new();
        BuildErrorEventArgs error = folder.Fail();
        Assert.AreEqual(BuildErrors.NoTarget.Id, error.Code);
        Assert.AreEqual(folder.Source, error.File);
    }

    [TestMethod]
    [DataRow("To", "onnx", "apr, gguf, safetensors")]
    [DataRow("Quantized", "always", "auto, blocks, native")]
    [DataRow("Naming", "other", "native, verbatim")]
    [DataRow("AllowNonFinite", "yes", "false, true")]
    [DataRow("Mmproj", "yes", "false, true")]
    [DataRow("Dtype", "f32", "bf16, f16")]
    [DataRow("AllowLossy", "1", "false, true")]
    [DataRow("Epsilon", "-0.1", "a number from 0 on, for example 0.01 or 1e-3")]
    [DataRow("Epsilon", "4ulp", "a number from 0 on, for example 0.01 or 1e-3")]
    [DataRow("Epsilon", "0,01", "a number from 0 on, for example 0.01 or 1e-3")]
    [DataRow("Epsilon", "NaN", "a number from 0 on, for example 0.01 or 1e-3")]
    [DataRow("CopyToOutputDirectory", "Sometimes", "preservenewest, never, always, ifdifferent")]
    [DataRow("MaxShardSize", "5GiB", "a size like 300KB, 500MB or 5GB")]
    [DataRow("MaxShardSize", "0", "a size like 300KB, 500MB or 5GB")]
    [DataRow("Folder", "maybe", "false, true")]
    [DataRow("Verify", "loose", "strict, structural, none")]
    [DataRow("ExpectedHash", "1234", "64 hexadecimal digits, or the 32")]
    [DataRow("ExpectedHash", "sha256:1234", "64 hexadecimal digits, or the 32")]
    [DataRow("ExpectedHash", "0123456789abcdef0123456789abcdeg", "64 hexadecimal digits, or the 32")]
    public void A_value_that_is_not_understood_is_refused_with_those_that_are(string name, string value, string choices)
    {
        using TaskFolder folder = new();
        BuildErrorEventArgs error = folder.Fail(name == "To" ? [(name, value)] : [("To", "apr"), (name, value)]);
        Assert.AreEqual(BuildErrors.UnknownValue.Id, error.Code);
        Assert.Contains($"{name} is '{value}'", error.Message!);
        Assert.Contains(choices, error.Message!);
    }

    [TestMethod]
    public void The_part_that_sees_has_an_output_of_its_own_and_needs_a_folder_with_one()
    {
        using TaskFolder folder = new();
        BuildErrorEventArgs error = folder.Fail(("To", "gguf"), ("Mmproj", "true"));
        Assert.AreEqual("MP2207", error.Code);
        Assert.Contains("only a Hugging Face folder holds the part that sees", error.Message!);
        ItemPlacement placement = new(folder.Path, "out");
        string plain = placement.Of(TaskFolder.Item(folder.Source), "gguf").Output;
        string part = placement.Of(TaskFolder.Item(folder.Source, ("Mmproj", "true")), "gguf").Output;
        Assert.AreEqual(Path.Combine(Path.GetDirectoryName(plain)!, "mmproj-" + Path.GetFileName(plain)), part);
    }

    [TestMethod]
    public void A_limit_for_narrowing_without_narrowing_is_refused_not_ignored()
    {
        using TaskFolder folder = new();
        BuildErrorEventArgs error = folder.Fail(("To", "apr"), ("Epsilon", "0.001"));
        Assert.AreEqual(BuildErrors.Conflict.Id, error.Code);
        Assert.AreEqual(folder.Source, error.File);
        Assert.Contains("Epsilon is '0.001'; it limits what Dtype does, which is not set", error.Message!);
        Assert.IsFalse(File.Exists(folder.Output));
    }

    [TestMethod]
    public void To_and_target_must_agree()
    {
        using TaskFolder folder = new();
        Assert.AreEqual(BuildErrors.TwoTargets.Id, folder.Fail(("To", "apr"), ("target", "gguf")).Code);
        Assert.AreEqual("converted", folder.Build(("target", "APR")));
    }

    [TestMethod]
    public void Two_models_with_one_output_are_refused()
    {
        using TaskFolder folder = new();
        File.Copy(folder.Source, folder.In("models", "small.bin"));
        BuildErrorEventArgs error = folder.FailItems(
            TaskFolder.Item("models/small.gguf", ("To", "apr")), TaskFolder.Item("models/small.bin", ("To", "apr")));
        Assert.AreEqual(BuildErrors.OutputClash.Id, error.Code);
        Assert.Contains(folder.Output, error.Message!);
    }

    [TestMethod]
    [DataRow("weights/main.bin")]
    [DataRow("weights/main.bin.safetensors")]
    public void Two_models_with_one_place_for_their_copies_are_refused(string link)
    {
        using TaskFolder folder = new();
        TaskItem first = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Link", "weights/main.bin"));
        TaskItem second = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("OutputPath", "out/"), ("Link", link));
        BuildErrorEventArgs error = folder.FailItems(first, second);
        Assert.AreEqual(BuildErrors.OutputClash.Id, error.Code);
        Assert.Contains(link == "weights/main.bin" ? $"'{link}'" : "'weights/main.bin.ggml-blocks.safetensors'", error.Message!);

        second.SetMetadata("CopyToOutputDirectory", "Never");
        using ConvertModelItems task = folder.Task(first, second);
        Assert.IsTrue(task.Execute());
    }

    [TestMethod]
    public void A_source_that_does_not_exist_is_refused()
    {
        using TaskFolder folder = new();
        BuildErrorEventArgs error = folder.FailItems(TaskFolder.Item("models/absent.gguf", ("To", "apr")));
        Assert.AreEqual(BuildErrors.SourceMissing.Id, error.Code);
        Assert.AreEqual(folder.In("models", "absent.gguf"), error.File);
    }

    [TestMethod]
    public void An_output_that_is_its_source_is_refused()
    {
        using TaskFolder folder = new();
        Assert.AreEqual(BuildErrors.OutputIsSource.Id, folder.Fail(("To", "gguf"), ("OutputPath", "models/")).Code);
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "gguf"), ("OutputPath", "copies/")));
        Assert.IsTrue(task.Execute(), "another OutputPath, as the remedy says");
    }

    [TestMethod]
    public void An_unexpected_source_is_refused_before_and_after_a_conversion()
    {
        using TaskFolder folder = new();
        string hash = FileHash.Xxh128(folder.Source);
        string wrong = hash[0] == '0' ? "1" + hash[1..] : "0" + hash[1..];

        BuildErrorEventArgs error = folder.Fail(("To", "apr"), ("ExpectedHash", wrong));
        Assert.AreEqual(BuildErrors.UnexpectedSource.Id, error.Code);
        Assert.Contains(hash, error.Message!);
        Assert.IsFalse(File.Exists(folder.Output));

        Assert.AreEqual("converted", folder.Build(("ExpectedHash", hash.ToUpperInvariant())));
        Assert.AreEqual("up to date", folder.Build(("ExpectedHash", hash)));
        Assert.AreEqual(BuildErrors.UnexpectedSource.Id, folder.Fail(("To", "apr"), ("ExpectedHash", wrong)).Code);
    }

    [TestMethod]
    public void Two_files_of_one_XXH128_are_told_apart_by_a_pinned_SHA256_and_by_a_build_that_ran_before()
    {
        using TaskFolder folder = new();
        byte[] first = File.ReadAllBytes(RepositoryData.Path("cases", "hostile", "collision", "a.gguf"));
        byte[] second = File.ReadAllBytes(RepositoryData.Path("cases", "hostile", "collision", "b.gguf"));
        File.WriteAllBytes(folder.Source, first);
        string weak = FileHash.Xxh128(folder.Source);
        string strong = "sha256:" + FileHash.Sha256(folder.Source);
        Assert.AreEqual("converted", folder.Build(("ExpectedHash", strong)));
        Assert.AreEqual("up to date", folder.Build(("ExpectedHash", strong.ToUpperInvariant())));

        File.WriteAllBytes(folder.Source, second);
        File.SetLastWriteTimeUtc(folder.Source, DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual(weak, FileHash.Xxh128(folder.Source));
        BuildErrorEventArgs error = folder.Fail(("To", "apr"), ("ExpectedHash", strong));
        Assert.AreEqual(BuildErrors.UnexpectedSource.Id, error.Code);
        Assert.Contains(FileHash.Sha256(folder.Source), error.Message!);

        // Without a pin too, the state of the build knows that it is another file.
        File.WriteAllBytes(folder.Source, first);
        folder.Build();
        File.WriteAllBytes(folder.Source, second);
        File.SetLastWriteTimeUtc(folder.Source, DateTime.UtcNow.AddMinutes(2));
        Assert.AreEqual("converted", folder.Build());
    }

    [TestMethod]
    public void A_path_that_cannot_be_written_is_an_error_with_a_code()
    {
        using TaskFolder folder = new();
        File.WriteAllText(folder.In("file"), "not a folder");
        Assert.AreEqual(BuildErrors.FileAccess.Id, folder.Fail(("To", "apr"), ("OutputPath", "file/small.apr")).Code);
    }

    [TestMethod]
    public void Outputs_carry_the_metadata_of_copied_items()
    {
        using TaskFolder folder = new();
        using ConvertModelItems task = folder.Task(
            TaskFolder.Item("models/small.gguf", ("To", "apr")),
            TaskFolder.Item(
                "models/small.gguf", ("To", "safetensors"), ("Quantized", "blocks"), ("OutputPath", "out/weights.st"),
                ("CopyToOutputDirectory", "Never")));

        Assert.IsTrue(task.Execute());

        ITaskItem[] files = task.ConvertedFiles;
        CollectionAssert.AreEqual(new[] { folder.Output, folder.In("out", "weights.st") }, files.Select(file => file.ItemSpec).ToArray());
        CollectionAssert.AreEqual(
            new[] { Path.Combine("models", "small.apr"), Path.Combine("models", "weights.st") },
            files.Select(file => file.GetMetadata("TargetPath")).ToArray());
        CollectionAssert.AreEqual(
            new[] { "PreserveNewest", "Never" }, files.Select(file => file.GetMetadata("CopyToOutputDirectory")).ToArray());
        Assert.AreEqual(folder.Certificate, task.Certificates[0].ItemSpec);
        Assert.IsTrue(task.Certificates.All(certificate => File.Exists(certificate.ItemSpec)));
    }
}
