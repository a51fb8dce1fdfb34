using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Conversion.Faults;
using ModelPack.IO;
using ModelPack.IO.Output;

namespace ModelPack.Codec.Tests.IO;

[TestClass]
public sealed class TemporaryModelTests
{
    private static readonly ModelPlan Plan = ModelPlan.Single(new FilePlan([new ZeroSegment(100)]));

    [TestMethod]
    public void What_is_committed_has_the_final_name_and_nothing_else_is_left()
    {
        using TempFolder folder = new();
        string path = folder.Write("model.apr", "old"u8);
        using (OutputLock place = OutputLock.Take(path))
        using (TemporaryModel model = new(place, isFolder: false, Plan))
        {
            model.Write("new"u8, 97);
            Assert.AreEqual(3, new FileInfo(path).Length, "the old file is there until the commit");
            model.Commit(Earlier.Replaced);
        }

        CollectionAssert.AreEqual(new[] { "model.apr" }, folder.Names());
        CollectionAssert.AreEqual((byte[])[.. new byte[97], .. "new"u8], File.ReadAllBytes(path));
    }

    [TestMethod]
    public void What_is_not_committed_leaves_nothing_and_the_old_file_as_it_was()
    {
        using TempFolder folder = new();
        string path = folder.Write("model.apr", "old"u8);
        using (OutputLock place = OutputLock.Take(path))
        using (TemporaryModel model = new(place, isFolder: false, Plan))
        {
            model.Write("new"u8, 0);
            Assert.HasCount(3, folder.Names(), "with the lock and the stage");
        }

        CollectionAssert.AreEqual(new[] { "model.apr" }, folder.Names());
        CollectionAssert.AreEqual("old"u8.ToArray(), File.ReadAllBytes(path));
    }

    [TestMethod]
    public void The_file_of_a_live_writer_is_left_alone()
    {
        using TempFolder folder = new();
        string path = folder.At("model.apr");
        using (OutputLock place = OutputLock.Take(path))
        using (TemporaryModel live = new(place, isFolder: false, Plan))
        {
            Assert.AreEqual("MP3007", Assert.ThrowsExactly<ModelPackException>(() => OutputLock.Take(path)).Code.Id);
            live.Write("live"u8, 0);
            live.Commit(Earlier.Stays);
        }

        CollectionAssert.AreEqual("live"u8.ToArray(), File.ReadAllBytes(path)[..4]);
    }

    [TestMethod]
    public void A_side_file_goes_with_the_model_that_is_replaced_and_only_with_that()
    {
        using TempFolder folder = new();
        string side = folder.Write("model.ggml-blocks.safetensors", "blocks"u8);
        folder.Write("model.safetensors", "came while the other one was written"u8);
        Replace("model");
        Assert.IsTrue(File.Exists(side), "it may be that of model.safetensors");
        File.Delete(folder.At("model"));
        Replace("model.apr");
        Assert.IsTrue(File.Exists(side));
        Replace("model.safetensors");
        Assert.IsFalse(File.Exists(side), "a reader would take it for a part of what is there now");

        void Replace(string name)
        {
            using OutputLock place = OutputLock.Take(folder.At(name));
            using TemporaryModel model = new(place, isFolder: false, Plan);
            model.Commit(Earlier.Replaced);
        }
    }

    [TestMethod]
    public void A_place_that_does_not_exist_is_refused_and_nothing_is_created()
    {
        using TempFolder folder = new();
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => OutputLock.Take(folder.At("missing/model.apr")));
        Assert.IsEmpty(folder.Names());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_folder_that_has_its_name_keeps_it_whatever_becomes_of_the_old_one()
    {
        using TempFolder folder = new();
        string set = folder.At("set");
        using MountedFolder busy = MountedFolder.Mount(Path.Combine(set, "busy"), "size=1m");
        using (OutputLock place = OutputLock.Take(set))
        using (TemporaryModel model = new(place, isFolder: true, new([new("a", new FilePlan([new ZeroSegment(100)]))])))
        {
            model.Write("new"u8, 97);
            model.Commit(Earlier.Replaced);
        }

        busy.Path = Path.Combine(
            folder.At(folder.Names().Single(name => name.EndsWith(".modelpack-tmp", StringComparison.Ordinal))), "old-model", "busy");
        OutputLock.Take(set).Dispose();
        Assert.IsTrue(Directory.Exists(busy.Path), "what cannot be removed stands in nobody's way");
        CollectionAssert.AreEqual((byte[])[.. new byte[97], .. "new"u8], File.ReadAllBytes(Directory.GetFiles(set).Single()));
    }

    [TestMethod]
    public void Offsets_run_on_from_file_to_file()
    {
        using TempFolder folder = new();
        ModelPlan plan = new([new("a", new FilePlan([new ZeroSegment(4)])), new("b", new FilePlan([new ZeroSegment(3)]))]);
        using (OutputLock place = OutputLock.Take(folder.At("set")))
        using (TemporaryModel model = new(place, isFolder: true, plan))
        {
            model.Write("AB"u8, 2);
            model.Write("cd"u8, 5);
            model.Commit(Earlier.Stays);
        }

        CollectionAssert.AreEqual("\0\0AB"u8.ToArray(), File.ReadAllBytes(folder.At("set/a")));
        CollectionAssert.AreEqual("\0cd"u8.ToArray(), File.ReadAllBytes(folder.At("set/b")));
    }
}
