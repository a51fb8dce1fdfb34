using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Conversion.Faults;
using ModelPack.Conversion;
using ModelPack.IO.Output;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.IO.Output;

/// <summary>A conversion that is stopped, or fails, at each operation that changes a name or flushes: the whole old output, the whole new
/// one, or what the next run makes of it.</summary>
[TestClass]
public sealed class OutputCommitTests
{
    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("a file where nothing was")]
    [DataRow("a file for a file")]
    [DataRow("a file with a side file where nothing was")]
    [DataRow("a file with a side file for another")]
    [DataRow("a file for one with a side file")]
    [DataRow("a file with a side file for one without")]
    [DataRow("a folder where nothing was")]
    [DataRow("a folder for a folder")]
    public void A_process_that_stops_at_any_step_leaves_the_old_output_or_the_new_one(string name)
    {
        OutputScene scene = OutputScene.Of(name);
        int steps = EachStep(Fault.Stop, scene, (folder, when) =>
        {
            scene.AssertNotMixed(folder, when);
            scene.Recover(folder, new StoppingChanges());
            scene.AssertOldOrNew(folder, when);
            OutputScene.AssertNothingIsLeft(folder, when);
        });
        Assert.IsGreaterThan(15, steps);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("a file where nothing was")]
    [DataRow("a file for a file")]
    [DataRow("a file with a side file for another")]
    [DataRow("a file for one with a side file")]
    [DataRow("a file with a side file for one without")]
    [DataRow("a folder where nothing was")]
    [DataRow("a folder for a folder")]
    public void A_step_that_fails_leaves_the_old_output_or_the_new_one_at_once(string name)
    {
        OutputScene scene = OutputScene.Of(name);
        EachStep(Fault.Fail, scene, scene.AssertOldOrNew);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("a file with a side file where nothing was")]
    [DataRow("a file with a side file for another")]
    [DataRow("a folder for a folder")]
    public void What_cannot_be_put_back_at_once_is_put_back_by_the_next_run(string name)
    {
        OutputScene scene = OutputScene.Of(name);
        bool wasSaid = false;
        EachStep(Fault.FailFromThere, scene, (folder, when) =>
        {
            scene.AssertNotMixed(folder, when);
            scene.Recover(folder, new StoppingChanges());
            scene.AssertOldOrNew(folder, when);
        }, exception => wasSaid |= exception is ModelPackException { Code.Id: "MP3010" });
        Assert.IsTrue(wasSaid);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("a file with a side file for another")]
    [DataRow("a folder for a folder")]
    public void What_cannot_be_put_back_is_not_removed_with_the_left_overs(string name)
    {
        OutputScene scene = OutputScene.Of(name);
        bool wasSaid = false;
        EachStep(Fault.FailTwice, scene, (folder, when) =>
        {
            scene.Recover(folder, new StoppingChanges());
            scene.AssertOldOrNew(folder, when);
        }, exception => wasSaid |= exception is ModelPackException { Code.Id: "MP3010" });
        Assert.IsTrue(wasSaid);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("a file with a side file where nothing was")]
    [DataRow("a file with a side file for another")]
    [DataRow("a folder for a folder")]
    public void Putting_back_can_be_stopped_at_any_step_too(string name)
    {
        OutputScene scene = OutputScene.Of(name);
        int stops = 0;
        EachStep(Fault.Stop, scene, (folder, when) =>
        {
            // Each time it is stopped one step later than the last time.
            for (int step = 1; ; step++)
            {
                StoppingChanges changes = new(step);
                try
                {
                    scene.Recover(folder, changes);
                    break;
                }
                catch (StoppedException)
                {
                    stops++;
                    scene.AssertNotMixed(folder, $"{when}, and again at {changes.Log[^1]}");
                }
            }

            scene.AssertOldOrNew(folder, when);
        });
        Assert.IsGreaterThan(40, stops);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("out.apr")]
    [DataRow("out.apr.modelpack.json")]
    [DataRow("out.apr.ggml-blocks.safetensors")]
    public void A_part_that_the_system_does_not_rename_stays_and_is_not_copied(string name)
    {
        OutputScene scene = OutputScene.Of("a file with a side file for another");
        using TempFolder folder = scene.Begin();
        using (MountedFolder.MountFile(folder.At(name)))
        {
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => scene.Convert(folder, new StoppingChanges()));
            Assert.AreEqual("MP3002", exception.Code.Id, exception.Message);
            scene.AssertOldOrNew(folder, name);
            OutputScene.AssertNothingIsLeft(folder, name);
        }

        scene.AssertTheNextRunSucceeds(folder, name);
    }

    [TestMethod]
    public void Each_part_is_flushed_before_it_is_renamed_and_the_names_before_the_lock_is_given_up()
    {
        OutputScene scene = OutputScene.Of("a file with a side file for another");
        using TempFolder folder = scene.Begin();
        StoppingChanges changes = new();
        scene.Convert(folder, changes);
        string[] log = [.. changes.Log.Select(line => line.Replace(folder.Root, "", StringComparison.Ordinal))];
        int firstRename = Array.FindIndex(log, line => line.StartsWith("rename", StringComparison.Ordinal));
        int lastRename = Array.FindLastIndex(log, line => line.StartsWith("rename", StringComparison.Ordinal));
        string[] before = [
            .. log[..firstRename].Where(line => line.StartsWith("fsync", StringComparison.Ordinal))
                .Select(line => line[(line.LastIndexOf('/') + 1)..])];
        foreach (string flushed in new[] { "model", "side", "certificate" })
        {
            Assert.Contains(flushed, before);
        }

        Assert.IsTrue(before.Any(name => name.EndsWith(".modelpack-tmp", StringComparison.Ordinal)), "the names in the stage");
        Assert.IsTrue(before.Any(name => name.EndsWith(".modelpack-lock", StringComparison.Ordinal)), "what is to be done");
        Assert.AreEqual("fsync ", log[firstRename - 1], "the name of the lock");
        Assert.AreEqual("fsync ", log[lastRename + 1], "the final names");
        CollectionAssert.AreEqual(
            new[] { "old-certificate", "old-model", "old-side", "out.apr.ggml-blocks.safetensors", "out.apr", "out.apr.modelpack.json" },
            log.Where(line => line.StartsWith("rename", StringComparison.Ordinal)).Select(line => line[(line.LastIndexOf('/') + 1)..])
                .ToArray());
    }

    [TestMethod]
    public void A_report_is_flushed_before_it_is_renamed()
    {
        using TempFolder folder = new();
        StoppingChanges changes = new();
        OutputFile.Write(folder.At("report.json"), "x"u8, ExistingTarget.Replace, changes);
        string[] log = [.. changes.Log.Select(line => line.Replace(folder.Root, "", StringComparison.Ordinal))];
        int rename = Array.FindIndex(log, line => line.StartsWith("rename", StringComparison.Ordinal));
        string[] before = [
            .. log[..rename].Where(line => line.StartsWith("fsync", StringComparison.Ordinal))
                .Select(line => line[(line.LastIndexOf('/') + 1)..])];
        Assert.Contains("model", before);
        Assert.IsTrue(before.Any(name => name.EndsWith(".modelpack-tmp", StringComparison.Ordinal)), "the name in the stage");
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("a file with a side file for another")]
    [DataRow("a folder for a folder")]
    public void What_the_lock_says_is_flushed_before_the_next_step_and_what_was_put_back_before_that_is_said(string name)
    {
        OutputScene scene = OutputScene.Of(name);
        EachStep(Fault.Stop, scene, (folder, when) =>
        {
            StoppingChanges changes = new();
            scene.Recover(folder, changes);
            AssertLockIsFlushed(changes.Log, when);
            int last = changes.Log.FindLastIndex(line => line.StartsWith("rename", StringComparison.Ordinal));
            Assert.IsTrue(last < 0 || changes.Log[last + 1] == $"fsync {folder.Root}", $"{when}: the names that were put back");
        });
        using TempFolder whole = scene.Begin();
        StoppingChanges undisturbed = new();
        scene.Convert(whole, undisturbed);
        AssertLockIsFlushed(undisturbed.Log, name);
    }

    [TestMethod]
    [DataRow("out.apr")]
    [DataRow("out.apr.ggml-blocks.safetensors")]
    public void What_somebody_put_in_the_place_of_an_output_that_was_being_replaced_is_not_lost_nor_is_the_output(string taken)
    {
        OutputScene scene = OutputScene.Of("a file with a side file for another");
        using TempFolder folder = scene.Begin();
        int step = StepOf(scene, $"rename {taken}");
        Assert.ThrowsExactly<StoppedException>(() => scene.Convert(folder, new StoppingChanges(step)));
        folder.Write(taken, "precious"u8);
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => scene.Recover(folder, new StoppingChanges()));
        Assert.AreEqual("MP3009", exception.Code.Id);
        Assert.Contains($"'{folder.At(taken)}'", exception.Detail);
        Assert.AreEqual("precious", File.ReadAllText(folder.At(taken)));

        // As the message advises.
        File.Move(folder.At(taken), folder.At("aside"));
        scene.Recover(folder, new StoppingChanges());
        File.Delete(folder.At("aside"));
        scene.AssertOldOrNew(folder, taken);
    }

    [TestMethod]
    public void A_new_output_that_was_edited_after_the_stop_is_not_lost()
    {
        OutputScene scene = OutputScene.Of("a file for a file");
        using TempFolder folder = scene.Begin();
        Assert.ThrowsExactly<StoppedException>(
            () => scene.Convert(folder, new StoppingChanges(StepOf(scene, "rename out.apr.modelpack.json"))));
        File.AppendAllText(folder.At("out.apr"), "edited");
        Assert.AreEqual("MP3009", Assert.ThrowsExactly<ModelPackException>(() => scene.Recover(folder, new StoppingChanges())).Code.Id);
        Assert.EndsWith("edited", File.ReadAllText(folder.At("out.apr")));
    }

    [TestMethod]
    public void The_left_over_of_a_target_is_no_business_of_another_with_a_similar_name()
    {
        using TempFolder folder = new();
        folder.Write("source.gguf", SmallModels.Gguf());
        foreach (float first in new[] { 1f, 2f })
        {
            folder.Write("source.gguf", SmallModels.Gguf(first));
            StoppingChanges changes = new(first == 1 ? 0 : StepOfFolder());
            try
            {
                Convert("qwen.v2/", changes);
            }
            catch (StoppedException)
            {
            }
        }

        Assert.IsFalse(Directory.Exists(folder.At("qwen.v2")), "the old one is in the stage: its only copy");
        Convert("qwen/", new StoppingChanges());
        Convert("qwen.apr", new StoppingChanges());
        OutputLock.Take(folder.At("qwen.v2/")).Dispose();
        Assert.IsTrue(File.Exists(folder.At("qwen.v2/model.safetensors")), string.Join(", ", folder.Names()));
        OutputScene.AssertNothingIsLeft(folder, "");

        void Convert(string target, StoppingChanges changes) => ModelConverter.Convert(
            folder.At("source.gguf"), folder.At(target), target.EndsWith('/') ? ModelFormat.SafeTensors : ModelFormat.Apr,
            new() { Existing = ExistingTarget.Replace }, changes);

        int StepOfFolder() => StepOf(OutputScene.Of("a folder for a folder"), "rename set");
    }

    [TestMethod]
    public void A_model_whose_replacement_was_stopped_is_said_to_be_just_that_when_it_is_opened()
    {
        OutputScene scene = OutputScene.Of("a file for a file");
        using TempFolder folder = scene.Begin();
        Assert.ThrowsExactly<StoppedException>(() => scene.Convert(folder, new StoppingChanges(StepOf(scene, "rename out.apr"))));
        Assert.AreEqual("MP3012", Assert.ThrowsExactly<ModelPackException>(() => ModelFiles.Open(folder.At("out.apr"))).Code.Id);
        scene.AssertTheNextRunSucceeds(folder, "as the message advises");
        ModelFiles.Open(folder.At("out.apr")).Dispose();
        Assert.Throws<FileNotFoundException>(() => ModelFiles.Open(folder.At("none.apr")));
    }

    // What nothing depends on is written over, or removed, at once.
    private static void AssertLockIsFlushed(List<string> log, string when)
    {
        for (int i = 0; i < log.Count - 1; i++)
        {
            if (log[i].Split(' ', 2) is ["write", { } path])
            {
                Assert.Contains(log[i + 1], new[] { $"fsync {path}", $"write {path}", $"unlink {path}" }, $"{when}: step {i + 1}");
            }
        }
    }

    private static int EachStep(Fault fault, OutputScene scene, Action<TempFolder, string> check, Action<Exception>? hear = null)
    {
        for (int step = 1; ; step++)
        {
            using TempFolder folder = scene.Begin();
            StoppingChanges changes = new(step, fault);
            try
            {
                scene.Convert(folder, changes);
            }
            catch (Exception exception) when (exception is StoppedException or ModelPackException)
            {
                hear?.Invoke(exception);
            }

            string when = $"{scene.Name}, step {step}: {changes.Log[Math.Min(step, changes.Log.Count) - 1]}";
            check(folder, when);
            scene.AssertTheNextRunSucceeds(folder, when);
            if (!changes.WasReached)
            {
                return step;
            }
        }
    }

    private static int StepOf(OutputScene scene, string step)
    {
        using TempFolder folder = scene.Begin();
        StoppingChanges changes = new();
        scene.Convert(folder, changes);
        string[] words = step.Split(' ');
        return 1 + changes.Log.FindIndex(line => line == $"{words[0]} {folder.At(words[1])}");
    }
}
