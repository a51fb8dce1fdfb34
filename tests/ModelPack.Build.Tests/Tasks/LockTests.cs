namespace ModelPack.Build.Tests.Tasks;

[TestClass]
public sealed class LockTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [TestMethod]
    public async Task A_build_waits_for_another_that_wants_the_same_output_and_then_finds_it_done()
    {
        using TaskFolder folder = new();
        Task<string>[] builds = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => Outcome(folder)))];
        string[] outcomes = await Task.WhenAll(builds);
        Assert.AreEqual(1, outcomes.Count(outcome => outcome == "converted"), string.Join(", ", outcomes));
    }

    [TestMethod]
    public async Task Cancelling_ends_the_wait_and_the_build()
    {
        using TaskFolder folder = new();
        Directory.CreateDirectory(Path.GetDirectoryName(folder.State)!);
        using FileStream held = new(folder.State, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "apr")));
        var engine = (RecordingEngine)task.BuildEngine;

        Task<bool> running = Task.Run(task.Execute);
        Assert.IsTrue(engine.WaitForMessage(Limit), "it says that it waits");
        Assert.IsFalse(running.IsCompleted);
        task.Cancel();

        Assert.IsFalse(await running.WaitAsync(Limit));
        Assert.IsEmpty(engine.Errors);
        Assert.AreEqual("Yield Reacquire", string.Join(' ', engine.Calls));
        Assert.IsFalse(File.Exists(folder.Output));
    }

    [TestMethod]
    public async Task Cancelling_a_conversion_leaves_neither_output_nor_temporary_file_nor_state()
    {
        using TaskFolder folder = new();
        LargeModel.Write(folder.Source);
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "apr")));
        string directory = Path.GetDirectoryName(folder.Output)!;

        Task<bool> running = Task.Run(task.Execute);
        Assert.IsTrue(
            SpinWait.SpinUntil(() => running.IsCompleted || Directory.GetFiles(directory).Length > 1, Limit), "it begins to write");
        Assert.IsFalse(running.IsCompleted);
        task.Cancel();

        Assert.IsFalse(await running.WaitAsync(Limit));
        Assert.IsEmpty(((RecordingEngine)task.BuildEngine).Errors);
        Assert.AreEqual(folder.State, Directory.GetFiles(directory).Single());
        Assert.AreEqual(0, new FileInfo(folder.State).Length);
    }

    private static string Outcome(TaskFolder folder)
    {
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "apr")));
        Assert.IsTrue(task.Execute());
        bool converted = ((RecordingEngine)task.BuildEngine).Messages.Any(
            text => text.Contains("converted and proved", StringComparison.Ordinal));
        return converted ? "converted" : "waited";
    }
}
