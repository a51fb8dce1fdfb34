using ModelPack.Codec.IO;
using ModelPack.Codec.Tests.Conversion;

namespace ModelPack.Codec.Tests.InputOutput;

[TestClass]
public sealed class LeftOversTests
{
    private static readonly ModelPlan Plan = new([new("a", new FilePlan([new ZeroSegment(100)])), new("in/b", new FilePlan([new ZeroSegment(10)]))]);

    [TestMethod]
    public void A_file_of_a_killed_process_is_removed_and_other_files_are_not()
    {
        using TempFolder folder = new();
        folder.Write(".model.apr.0123.modelpack-tmp", new byte[10]);
        folder.Write(".other.apr.0123.modelpack-tmp", new byte[10]);
        folder.Write(".model.apr.0123", new byte[10]);
        LeftOvers.RemoveFor(folder.At("model.apr"));
        CollectionAssert.AreEqual(new[] { ".model.apr.0123", ".other.apr.0123.modelpack-tmp" }, folder.Names());
    }

    [TestMethod]
    public void A_locked_file_stays()
    {
        using TempFolder folder = new();
        string path = folder.Write(".model.apr.0123.modelpack-tmp", new byte[10]);
        using (File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            LeftOvers.RemoveFor(folder.At("model.apr"));
            Assert.IsTrue(File.Exists(path));
        }

        LeftOvers.RemoveFor(folder.At("model.apr"));
        Assert.IsFalse(File.Exists(path));
    }

    [TestMethod]
    public void A_folder_is_removed_with_what_is_in_it_and_not_with_what_its_links_lead_to()
    {
        using TempFolder folder = new();
        string precious = folder.Write("precious", new byte[10]);
        Directory.CreateDirectory(folder.At("precious.d"));
        folder.Write("precious.d/file", new byte[10]);
        string left = folder.At(".set.0123.modelpack-tmp");
        Directory.CreateDirectory(Path.Combine(left, "in"));
        folder.Write(".set.0123.modelpack-tmp/in/b", new byte[10]);
        File.CreateSymbolicLink(Path.Combine(left, "link"), precious);
        Directory.CreateSymbolicLink(Path.Combine(left, "link.d"), folder.At("precious.d"));
        Directory.CreateSymbolicLink(folder.At(".set.0124.modelpack-tmp"), folder.At("precious.d"));
        LeftOvers.RemoveFor(folder.At("set"));
        CollectionAssert.AreEqual(new[] { ".set.0124.modelpack-tmp", "precious", "precious.d" }, folder.Names());
        Assert.IsTrue(File.Exists(folder.At("precious.d/file")));
    }

    [TestMethod]
    public void A_folder_that_was_moved_aside_stays_until_another_has_its_place()
    {
        using TempFolder folder = new();
        string old = LeftOvers.NameOfOld(LeftOvers.NewName(folder.At("set")));
        Directory.CreateDirectory(old);
        File.WriteAllBytes(Path.Combine(old, "a"), new byte[10]);
        LeftOvers.RemoveFor(folder.At("set"));
        Assert.IsTrue(File.Exists(Path.Combine(old, "a")), "it is the only copy");
        Directory.CreateDirectory(folder.At("set"));
        LeftOvers.RemoveFor(folder.At("set"));
        CollectionAssert.AreEqual(new[] { "set" }, folder.Names());
    }

    [TestMethod]
    [DataRow("model.apr")]
    [DataRow("set/")]
    public void A_file_is_not_removed_from_under_the_process_that_creates_it(string name)
    {
        using TempFolder folder = new();
        string target = folder.At(name);
        using CancellationTokenSource done = new();
        Task removing = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                LeftOvers.RemoveFor(Path.TrimEndingDirectorySeparator(target));
            }
        });
        ModelPlan plan = name.EndsWith('/') ? Plan : ModelPlan.Single(new FilePlan([new ZeroSegment(100)]));
        try
        {
            for (int i = 0; i < 3000; i++)
            {
                using TemporaryModel model = new(target, plan);
                model.Write("x"u8, 0);
                Assert.HasCount(1, folder.Names());
            }
        }
        finally
        {
            done.Cancel();
            removing.Wait();
        }

        Assert.IsEmpty(folder.Names());
    }
}
