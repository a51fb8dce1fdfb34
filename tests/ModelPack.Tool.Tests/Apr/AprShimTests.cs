using ModelPack.Qa.Apr;

namespace ModelPack.Tool.Tests.Apr;

/// <summary>How the shim ends where the program behind it does not end by itself.</summary>
[TestClass]
public sealed class AprShimTests
{
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(7, "exit 7")]
    [DataRow(128 + 9, "kill -9 $$")]
    [DataRow(128 + 15, "kill -15 $$")]
    [DataRow(128 + 6, "ulimit -c 0; kill -6 $$")]
    public void The_shim_ends_as_the_program_ends(int exitCode, string line) =>
        Assert.AreEqual(exitCode, Run(["sh", "-c", line]).ExitCode);

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_program_that_is_gone_ends_with_127_and_one_that_cannot_be_run_with_126()
    {
        using TestFolder folder = new();
        ToolResult gone = Run([folder.File("gone")]);
        Assert.AreEqual((127, ""), (gone.ExitCode, gone.Output));
        Assert.Contains("gone", gone.Error);
        Assert.AreEqual(126, Run([folder.Write("text", "no program"u8)]).ExitCode);
    }

    private static ToolResult Run(string[] program)
    {
        using TestFolder folder = new();
        string shim = folder.File("apr");
        File.WriteAllText(shim, AprShim.Shell(program, null));
        return ToolProcess.RunProgram("sh", shim, "check", "x");
    }
}
