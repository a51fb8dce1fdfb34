using System.Diagnostics;
using ModelPack.Codec.Tests.IO.Output;
using ModelPack.IO.Output;

namespace ModelPack.Codec.Tests.Conversion.Faults;

/// <summary>The same as <see cref="OutputCommitTests"/> with the real system calls, where strace is installed: the process is killed at
/// each.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class TracedConversionTests
{
    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_process_that_is_killed_at_any_system_call_that_changes_a_name_leaves_the_old_output_or_the_new_one()
    {
        if (!File.Exists("/usr/bin/strace"))
        {
            return;
        }

        using TempFolder folder = new();
        string target = folder.At("out.apr");
        string[] sources = [folder.Write("0.gguf", SmallModels.Gguf(1)), folder.Write("1.gguf", SmallModels.Gguf(2))];
        ModelConverter.Convert(sources[0], target, ModelFormat.Apr, new());
        int killed = 0;
        int call = 1;
        foreach (string name in new[] { "rename", "fsync", "unlink", "rmdir", "mkdir" })
        {
            for (call = 1; IsKilled(name); call++)
            {
                killed++;
                AssertWhole($"killed at {name} {call}");
            }
        }

        Assert.IsGreaterThan(15, killed);

        bool IsKilled(string name)
        {
            using Process process = Start(sources[call % 2], target, $"{name}:signal=KILL:when={call}");
            process.WaitForExit();
            return process.ExitCode != 0;
        }

        void AssertWhole(string when)
        {
            OutputLock.Take(target).Dispose();
            Assert.IsTrue(ModelVerifier.Verify(ModelConverter.CertificatePath(target), target, ProofLevel.L3).Passed, when);
            Assert.IsTrue(sources.Any(model => ModelVerifier.Verify(model, target, ProofLevel.L3).Passed), when);
            OutputScene.AssertNothingIsLeft(folder, when);
        }
    }

    private static Process Start(string source, string target, string fault)
    {
        ProcessStartInfo ordered = ConvertingProcess.Order(source, target);
        ProcessStartInfo start = new("/usr/bin/strace") { UseShellExecute = false, RedirectStandardError = true };
        string[] arguments = ["-f", "-qq", "-o", target + ".trace", "-e", $"inject={fault}", ordered.FileName, .. ordered.ArgumentList];
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach ((string name, string? value) in ordered.Environment)
        {
            start.Environment[name] = value;
        }

        // The runtime's own names would be counted.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Process.Start(start)!;
    }
}
