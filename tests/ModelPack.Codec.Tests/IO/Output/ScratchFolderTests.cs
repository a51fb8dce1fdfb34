using ModelPack.Codec.Tests.Conversion;
using ModelPack.IO.Output;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.IO.Output;

[TestClass]
public sealed class ScratchFolderTests
{
    [TestMethod]
    public void What_a_killed_process_left_is_removed_by_the_next_and_nothing_else_is()
    {
        using TempFolder folder = new();
        string precious = folder.Write("precious", "precious"u8);
        string left = Leave(folder, "a", "modelpack-scratch 1\n");
        File.CreateSymbolicLink(Path.Combine(left, "link"), precious);
        Directory.CreateSymbolicLink(Path.Combine(left, "up"), folder.Root);
        string[] others = [Leave(folder, "b", null), Leave(folder, "c", "something else\n"), folder.At("precious")];
        Directory.CreateSymbolicLink(folder.At("modelpack-scratch-d"), others[1]);
        using (ScratchFolder living = ScratchFolder.Create(folder.Root))
        {
            File.WriteAllText(Path.Combine(living.Path, "1.apr"), "x");
            using ScratchFolder second = ScratchFolder.Create(folder.Root);
            Assert.IsTrue(File.Exists(Path.Combine(living.Path, "1.apr")));
        }

        CollectionAssert.AreEqual(
            new[] { "modelpack-scratch-b", "modelpack-scratch-c", "modelpack-scratch-d", "precious" }, folder.Names());
        Assert.IsTrue(File.Exists(Path.Combine(others[1], "1.gguf")));
        Assert.AreEqual("precious", File.ReadAllText(precious));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void The_folder_of_another_user_is_left_alone()
    {
        using TempFolder folder = new();
        string left = Leave(folder, "a", "modelpack-scratch 1\n");
        using System.Diagnostics.Process chown = System.Diagnostics.Process.Start("chown", ["65534", left]);
        chown.WaitForExit();
        Assert.AreEqual(0, chown.ExitCode, "needs the right to give a folder away");
        ScratchFolder.Create(folder.Root).Dispose();
        CollectionAssert.AreEqual(new[] { "modelpack-scratch-a" }, folder.Names());
    }

    [TestMethod]
    public void A_round_trip_leaves_nothing()
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        Assert.IsTrue(RoundTrip.Run(source, [ModelFormat.Apr, ModelFormat.SafeTensors], new()).Identical);
        CollectionAssert.AreEqual(new[] { "source.gguf" }, folder.Names());
    }

    private static string Leave(TempFolder folder, string name, string? marker)
    {
        string path = Directory.CreateDirectory(folder.At($"modelpack-scratch-{name}")).FullName;
        File.WriteAllText(Path.Combine(path, "1.gguf"), "x");
        if (marker is not null)
        {
            File.WriteAllText(Path.Combine(path, ".modelpack-lock"), marker);
        }

        return path;
    }
}
