using Microsoft.Build.Framework;
using ModelPack.Build.Tests.Consumers;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The metadata <c>Dtype</c>, <c>AllowLossy</c> and <c>Epsilon</c>.</summary>
[TestClass]
public sealed class NarrowingTests
{
    [TestMethod]
    [DataRow("bf16", TensorType.BF16)]
    [DataRow("F16", TensorType.F16)]
    public void The_matrices_of_the_output_get_the_type_and_the_certificate_has_the_error(string dtype, TensorType type)
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        Assert.AreEqual("converted", folder.Build(("Dtype", dtype), ("AllowLossy", "true"), ("Epsilon", "0.5")));
        using ModelFile output = ModelFiles.Open(folder.Output);
        Assert.Contains(type, output.Tensors.Where(tensor => tensor.Shape.Length == 2).Select(tensor => tensor.Type).ToArray());
        Certificate certificate = CertificateJson.Read(folder.Certificate);
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        double worst = certificate.Tensors.Max(tensor => tensor.Loss?.Absolute ?? 0);
        Assert.IsGreaterThan(0, worst);
        Assert.IsLessThanOrEqualTo(0.5, worst);
    }

    [TestMethod]
    public void A_loss_that_is_not_allowed_or_too_large_is_refused_and_nothing_is_written()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        BuildErrorEventArgs refused = folder.Fail(("To", "apr"), ("Dtype", "bf16"));
        Assert.AreEqual("MP2011", refused.Code);
        Assert.Contains("AllowLossy", refused.Message!);

        BuildErrorEventArgs beyond = folder.Fail(("To", "apr"), ("Dtype", "bf16"), ("AllowLossy", "true"), ("Epsilon", "1e-9"));
        Assert.AreEqual("MP2011", beyond.Code);
        StringAssert.Matches(beyond.Message, new("tensor '[^']+': element [0-9]+ is .* in BF16, more than 1E-09 apart"));
        Assert.IsFalse(File.Exists(folder.Output));
    }

    [TestMethod]
    public void A_change_of_any_of_them_converts_again()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        (string Name, string Value)[][] steps =
        [
            [],
            [("AllowLossy", "true")],
            [("AllowLossy", "true"), ("Dtype", "bf16")],
            [("AllowLossy", "true"), ("Dtype", "f16")],
            [("AllowLossy", "true"), ("Dtype", "f16"), ("Epsilon", "0.5")],
            [("AllowLossy", "true"), ("Dtype", "f16"), ("Epsilon", "0.25")],
        ];
        foreach ((string Name, string Value)[] step in steps)
        {
            Assert.AreEqual("converted", folder.Build(step), string.Join(' ', step));
            Assert.AreEqual("up to date", folder.Build(step), string.Join(' ', step));
        }

        Assert.AreEqual(
            "up to date", folder.Build(("AllowLossy", "True"), ("Dtype", "F16"), ("Epsilon", " 2.5e-1 ")), "another spelling of the same");
    }

    [TestMethod]
    public void A_byte_flipped_in_a_narrowed_output_is_found_and_placed()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        (string Name, string Value)[] metadata = [("To", "apr"), ("Dtype", "bf16"), ("AllowLossy", "true")];
        folder.Build(metadata[1..]);
        long offset;
        using (ModelFile output = ModelFiles.Open(folder.Output))
        {
            offset = output.Tensors.First(tensor => tensor.Type == TensorType.BF16).Offset;
        }

        Consumer.FlipByte(folder.Output, offset);
        BuildErrorEventArgs error = folder.Fail(metadata);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, error.Code);
        Assert.AreEqual(folder.Output, error.File);
        Assert.Contains($"at byte {offset}", error.Message!);
    }

    [TestMethod]
    public void The_task_has_them_as_parameters()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        var engine = new RecordingEngine();
        using ModelConvert task = new()
        {
            BuildEngine = engine,
            Include = [TaskFolder.Item(folder.Source)],
            Target = "safetensors",
            Dtype = "f16",
            Epsilon = "1e-9",
            OutputDirectory = folder.In("out"),
        };
        Assert.IsFalse(task.Execute());
        Assert.Contains("AllowLossy", engine.Errors[0].Message!);

        task.AllowLossy = "true";
        Assert.IsFalse(task.Execute());
        Assert.Contains("more than 1E-09 apart", engine.Errors[1].Message!);

        task.Epsilon = "1";
        Assert.IsTrue(task.Execute());
        using ModelFile output = ModelFiles.Open(task.ConvertedFiles[0].ItemSpec);
        Assert.Contains(TensorType.F16, output.Tensors.Select(tensor => tensor.Type).ToArray());
    }
}
