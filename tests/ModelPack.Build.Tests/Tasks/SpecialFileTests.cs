using System.Diagnostics;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>A build reads and replaces files only, and follows links.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class SpecialFileTests
{
    [TestMethod]
    public void A_pipe_as_model_fails_the_build_at_once()
    {
        using TaskFolder folder = new();
        File.Delete(folder.Source);
        MakePipe(folder.Source);
        Assert.AreEqual("MP3005", folder.Fail(("To", "apr")).Code);
    }

    [TestMethod]
    public void A_pipe_as_output_is_not_replaced()
    {
        using TaskFolder folder = new();
        MakePipe(folder.In("out", "m.apr"));
        Assert.AreEqual("MP3006", folder.Fail(("To", "apr"), ("OutputPath", "out/m.apr")).Code);
        Process test = Process.Start("test", ["-p", folder.In("out", "m.apr")]);
        test.WaitForExit();
        Assert.AreEqual(0, test.ExitCode);
    }

    [TestMethod]
    public void A_link_as_output_is_followed_and_the_next_build_has_nothing_to_do()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        string real = folder.In("store", "real.apr");
        File.CreateSymbolicLink(folder.In("out", "m.apr"), real);
        Assert.AreEqual("converted", folder.Build(("OutputPath", "out/m.apr")));
        Assert.AreEqual(real, new FileInfo(folder.In("out", "m.apr")).LinkTarget);
        Assert.IsTrue(ModelVerifier.Verify(folder.Source, real, ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(folder.Source, folder.In("out", "m.apr"), ProofLevel.L3).Passed);
        Assert.AreEqual("up to date", folder.Build(("OutputPath", "out/m.apr")));
    }

    [TestMethod]
    public void An_output_that_another_process_writes_fails_the_build()
    {
        using TaskFolder folder = new();
        Assert.AreEqual("converted", folder.Build(("OutputPath", "out/m.apr")));
        File.Delete(folder.In("out", "m.apr"));
        using FileStream held = new(LockOf(folder), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Assert.AreEqual("MP3007", folder.Fail(("To", "apr"), ("OutputPath", "out/m.apr")).Code);
    }

    // docs/output.md: the lock is called after the target's own name.
    private static string LockOf(TaskFolder folder)
    {
        byte[] hash = System.IO.Hashing.XxHash128.Hash("m.apr"u8);
        return folder.In("out", $".{Convert.ToHexStringLower(hash)}.modelpack-lock");
    }

    internal static void MakePipe(string path)
    {
        using Process make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        Assert.AreEqual(0, make.ExitCode);
    }
}
