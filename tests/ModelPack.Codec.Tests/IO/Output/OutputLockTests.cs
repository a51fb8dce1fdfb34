using System.Diagnostics;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.IO.Output;

namespace ModelPack.Codec.Tests.IO.Output;

/// <summary>One writer a target, and a lock file that nobody has to trust.</summary>
[TestClass]
public sealed class OutputLockTests
{
    [TestMethod]
    [DataRow("out.apr")]
    [DataRow("set/")]
    public void A_conversion_to_a_target_that_another_one_writes_is_refused(string name)
    {
        using TempFolder folder = new();
        string source = SmallModels.Write(folder, ModelFormat.Gguf);
        ModelFormat to = name == "set/" ? ModelFormat.SafeTensors : ModelFormat.Apr;
        using (OutputLock.Take(folder.At(name)))
        {
            Assert.AreEqual("MP3007", Refusal(() => ModelConverter.Convert(source, folder.At(name), to, new())));
            ModelConverter.Convert(source, folder.At("other.apr"), ModelFormat.Apr, new());
        }

        ModelConverter.Convert(source, folder.At(name), to, new());
        OutputScene.AssertNothingIsLeft(folder, name);
    }

    [TestMethod]
    public void Of_many_conversions_to_one_target_each_is_whole_or_refused()
    {
        using TempFolder folder = new();
        string[] sources = [.. Enumerable.Range(0, 6).Select(i => folder.Write($"{i}.gguf", SmallModels.Gguf(i)))];
        string target = folder.At("out.apr");
        int done = 0;
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i =>
        {
            try
            {
                ModelConverter.Convert(
                    sources[i % 6], target, ModelFormat.Apr, new() { Existing = ExistingTarget.Replace }, new StoppingChanges());
                Interlocked.Increment(ref done);
            }
            catch (ModelPackException exception)
            {
                Assert.AreEqual("MP3007", exception.Code.Id, exception.Describe());
            }
        });
        Assert.IsGreaterThan(0, done);
        Assert.IsTrue(ModelVerifier.Verify(ModelConverter.CertificatePath(target), target, ProofLevel.L3).Passed);
        OutputScene.AssertNothingIsLeft(folder, "");
    }

    [TestMethod]
    public void A_lock_is_never_held_twice_however_often_it_is_given_up()
    {
        using TempFolder folder = new();
        int holders = 0;
        int taken = 0;
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 2000; i++)
            {
                try
                {
                    using OutputLock place = OutputLock.Take(folder.At("out"), new StoppingChanges());
                    Assert.AreEqual(1, Interlocked.Increment(ref holders));
                    Interlocked.Increment(ref taken);
                    Interlocked.Decrement(ref holders);
                }
                catch (ModelPackException exception)
                {
                    Assert.AreEqual("MP3007", exception.Code.Id);
                }
            }
        });
        Assert.IsGreaterThan(0, taken);
        Assert.IsEmpty(folder.Names());
    }

    [TestMethod]
    public void A_link_that_leads_to_the_target_has_the_same_lock()
    {
        using TempFolder folder = new();
        File.CreateSymbolicLink(folder.At("link.apr"), "out.apr");
        using OutputLock place = OutputLock.Take(folder.At("out.apr"));
        Assert.AreEqual("MP3007", Refusal(() => OutputLock.Take(folder.At("link.apr"))));
    }

    [TestMethod]
    public void A_lock_that_is_a_link_is_not_followed()
    {
        using TempFolder folder = new();
        string precious = folder.Write("precious", "precious"u8);
        File.CreateSymbolicLink(new OutputTarget(folder.At("out.apr")).LockPath, precious);
        Assert.AreEqual("MP3008", Refusal(() => OutputLock.Take(folder.At("out.apr"))));
        File.CreateSymbolicLink(new OutputTarget(folder.At("other.apr")).LockPath, folder.At("nothing"));
        Assert.AreEqual("MP3008", Refusal(() => OutputLock.Take(folder.At("other.apr"))));
        Assert.AreEqual("precious", File.ReadAllText(precious));
        Assert.IsFalse(File.Exists(folder.At("nothing")));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_lock_of_another_user_is_not_read()
    {
        using TempFolder folder = new();
        OutputTarget target = new(folder.At("out.apr"));
        folder.Write("out.apr", "old"u8);
        string stage = OutputJournal.NewStage();
        Directory.CreateDirectory(Path.GetDirectoryName(target.New(OutputPart.Model, stage))!);
        File.WriteAllText(target.New(OutputPart.Model, stage), "a stranger's");
        WriteJournal(target, stage);
        using Process chown = Process.Start("chown", ["65534", target.LockPath]);
        chown.WaitForExit();
        Assert.AreEqual(0, chown.ExitCode, "needs the right to give a file away");
        Assert.AreEqual("MP3008", Refusal(() => OutputLock.Take(target.Path)));
        Assert.AreEqual("old", File.ReadAllText(target.Path));
    }

    [TestMethod]
    public void A_lock_that_speaks_of_another_target_is_refused_and_what_it_names_stays()
    {
        using TempFolder folder = new();
        OutputTarget other = new(folder.At("other.apr"));
        string stage = OutputJournal.NewStage();
        Directory.CreateDirectory(Path.GetDirectoryName(other.New(OutputPart.Model, stage))!);
        WriteJournal(other, stage);
        File.Move(other.LockPath, new OutputTarget(folder.At("out.apr")).LockPath);
        Assert.AreEqual("MP3008", Refusal(() => OutputLock.Take(folder.At("out.apr"))));
        Assert.IsTrue(Directory.Exists(Path.GetDirectoryName(other.New(OutputPart.Model, stage))));
    }

    [TestMethod]
    [DataRow("../precious")]
    [DataRow("/etc")]
    [DataRow("..%2fprecious")]
    [DataRow("0123456789ABCDEF0123456789ABCDEF")]
    [DataRow("")]
    public void A_stage_is_named_by_its_number_alone(string name)
    {
        OutputTarget target = new("/folder/out.apr");
        byte[] text = [
            .. System.Text.Encoding.UTF8.GetBytes(
                $"{OutputJournal.FirstLine(target)}{OutputJournal.StageLine(name)}part Model 1 1\nend\n")];
        OutputJournal journal = OutputJournal.Parse(text, target)!;
        Assert.IsEmpty(journal.Stages);
        Assert.IsEmpty(journal.Parts);
    }

    [TestMethod]
    [DataRow("part Model 1 1\n")]
    [DataRow("part Model 1 1\nend")]
    [DataRow("part Model 1\nend\n")]
    [DataRow("part Model 1 1\npart Model 1 1\nend\n")]
    [DataRow("part 1 1 1\nend\n")]
    [DataRow("part Other 1 1\nend\n")]
    [DataRow("part Model x 1\nend\n")]
    public void What_is_to_be_done_counts_only_as_a_whole(string lines)
    {
        OutputTarget target = new("/folder/out.apr");
        string stage = OutputJournal.NewStage();
        byte[] text = [.. System.Text.Encoding.UTF8.GetBytes($"{OutputJournal.FirstLine(target)}{OutputJournal.StageLine(stage)}{lines}")];
        OutputJournal journal = OutputJournal.Parse(text, target)!;
        CollectionAssert.AreEqual(new[] { stage }, journal.Stages.ToArray());
        Assert.IsEmpty(journal.Parts);
    }

    [TestMethod]
    public void A_lock_file_of_random_bytes_changes_nothing_but_itself()
    {
        Random random = new(4);
        using TempFolder folder = new();
        folder.Write("out.apr", "old"u8);
        for (int i = 0; i < 300; i++)
        {
            OutputTarget target = new(folder.At("out.apr"));
            byte[] bytes = [
                .. System.Text.Encoding.ASCII.GetBytes(random.Next(2) == 0 ? OutputJournal.FirstLine(target) : ""),
                .. new byte[random.Next(40_000)]];
            random.NextBytes(bytes.AsSpan(Math.Min(bytes.Length, random.Next(100))));
            File.WriteAllBytes(target.LockPath, bytes);
            try
            {
                OutputLock.Take(target.Path, new StoppingChanges()).Dispose();
            }
            catch (ModelPackException exception)
            {
                Assert.AreEqual("MP3008", exception.Code.Id);
                File.Delete(target.LockPath);
            }

            CollectionAssert.AreEqual(new[] { "out.apr" }, folder.Names());
        }
    }

    private static void WriteJournal(OutputTarget target, string stage) => File.WriteAllText(
        target.LockPath,
        OutputJournal.FirstLine(target) + OutputJournal.StageLine(stage) + OutputJournal.CommitLines(
            [new(OutputPart.Model, new(12, 1)), new(OutputPart.Certificate, new(1, 1))]));

    private static string Refusal(Action action) => Assert.ThrowsExactly<ModelPackException>(action).Code.Id;
}
