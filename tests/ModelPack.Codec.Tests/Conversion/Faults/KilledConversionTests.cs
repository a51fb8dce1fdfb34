using System.Diagnostics;
using ModelPack.IO.Output;

namespace ModelPack.Codec.Tests.Conversion.Faults;

[TestClass]
public sealed class KilledConversionTests
{
    private const long Bytes = 200L << 20;

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Killed_conversion_leaves_nothing_under_the_final_name_and_the_next_one_clears_up()
    {
        using TempFolder folder = new();
        string source = SmallModels.WriteLarge(folder, "source.gguf", Bytes);
        string target = folder.At("out.apr");
        Random random = new(7);
        int killed = 0;
        for (int i = 0; i < 5; i++)
        {
            using Process process = ConvertingProcess.Start(source, target);
            WaitForTemporary(folder, process);
            Thread.Sleep(random.Next(0, 150));
            process.Kill();
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                // It was faster than the kill: then the output is whole.
                Assert.IsTrue(ModelVerifier.Verify(ModelConverter.CertificatePath(target), target, ProofLevel.L3).Passed);
                File.Delete(target);
                File.Delete(ModelConverter.CertificatePath(target));
                continue;
            }

            killed++;
            Assert.IsFalse(File.Exists(target));
        }

        Assert.IsGreaterThan(0, killed);
        Assert.IsNotEmpty(StaleFiles(folder));
        string small = folder.Write("small.gguf", SmallModels.Gguf());
        ModelConverter.Convert(small, target, ModelFormat.Apr, new());
        Assert.IsEmpty(StaleFiles(folder));
        Assert.IsTrue(ModelVerifier.Verify(small, target, ProofLevel.L3).Passed);
        CollectionAssert.AreEqual(
            new[] { "out.apr", "out.apr.ggml-blocks.safetensors", "out.apr.modelpack.json", "small.gguf", "source.gguf" }, folder.Names());
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Temporary_file_of_a_living_conversion_is_left_alone()
    {
        using TempFolder folder = new();
        string source = SmallModels.WriteLarge(folder, "source.gguf", Bytes);
        string small = folder.Write("small.gguf", SmallModels.Gguf());
        string target = folder.At("out.apr");
        using Process process = ConvertingProcess.Start(source, target);
        string living = WaitForTemporary(folder, process);
        Signal(process, "STOP");
        try
        {
            Assert.AreEqual(
                "MP3007",
                Assert.ThrowsExactly<ModelPackException>(() => ModelConverter.Convert(small, target, ModelFormat.Apr, new())).Code.Id);
            Assert.Contains(living, StaleFiles(folder));
        }
        finally
        {
            Signal(process, "CONT");
        }

        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode);
        Assert.IsEmpty(StaleFiles(folder));
        Assert.IsTrue(ModelVerifier.Verify(source, target, ProofLevel.L3).Passed);
    }

    private static string WaitForTemporary(TempFolder folder, Process process)
    {
        string[] before = StaleFiles(folder);
        while (!process.HasExited)
        {
            if (StaleFiles(folder).Except(before)
                .FirstOrDefault(name => new FileInfo(Path.Combine(folder.At(name), "model")) is { Exists: true, Length: > 0 }) is { } name)
            {
                return name;
            }
        }

        Assert.AreEqual(0, process.ExitCode, "the conversion failed by itself");
        throw new AssertFailedException("the conversion did not begin");
    }

    private static string[] StaleFiles(TempFolder folder) => [.. folder.Names().Where(OutputTarget.IsTemporaryName)];

    private static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
        Assert.AreEqual(0, kill.ExitCode);
    }
}
