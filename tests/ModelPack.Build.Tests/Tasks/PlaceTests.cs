using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>Where outputs go, however their paths are spelled.</summary>
[TestClass]
public sealed class PlaceTests
{
    [TestMethod]
    public void Another_spelling_of_a_folder_converts_nothing_again()
    {
        using TaskFolder folder = new();
        Assert.AreEqual("converted", folder.Build());
        foreach (string spelling in new[] { folder.Path + "/obj//", folder.Path + "/./obj/", folder.Path + "/models/../obj", "obj" })
        {
            using ConvertModelItems task = folder.Task(TaskFolder.Item("models//small.gguf", ("To", "apr")));
            task.OutputDirectory = spelling;
            Assert.IsTrue(task.Execute());
            Assert.Contains("is up to date.", ((RecordingEngine)task.BuildEngine).Messages.Single(), spelling);
            Assert.AreEqual(folder.Output, task.ConvertedFiles.Single().ItemSpec);
        }
    }

    [TestMethod]
    [DataRow("a%2Bb")]
    [DataRow("a%25b")]
    [DataRow("a;b")]
    [DataRow("a'b")]
    [DataRow("$(a)")]
    [DataRow("@(a)")]
    [DataRow("%(a)")]
    public void A_name_with_letters_that_the_engine_escapes_arrives_as_it_is(string name)
    {
        using TaskFolder folder = new();
        string source = folder.In("models", name + ".gguf");
        File.Move(folder.Source, source);
        using ConvertModelItems task = folder.Task(
            new TaskItem(MSBuildText.Escape($"models/{name}.gguf"), new Dictionary<string, string> { ["To"] = "apr" }));
        Assert.IsTrue(task.Execute(), ((RecordingEngine)task.BuildEngine).Errors.FirstOrDefault()?.Message);
        ITaskItem file = task.ConvertedFiles.Single();
        Assert.AreEqual(folder.In("obj", "models", name + ".apr"), file.ItemSpec);
        Assert.IsTrue(File.Exists(file.ItemSpec));
        Assert.AreEqual(Path.Combine("models", name + ".apr"), file.GetMetadata("TargetPath"));
        Assert.AreEqual(source, file.GetMetadata(OutputItem.Source));
    }

    [TestMethod]
    public void Two_models_of_one_name_live_in_one_project_by_their_Links()
    {
        using TaskFolder folder = new();
        string elsewhere = Directory.CreateTempSubdirectory("modelpack-elsewhere-").FullName;
        string[] models = [
            .. new[] { "a", "b" }.Select(
                name => Path.Combine(Directory.CreateDirectory(Path.Combine(elsewhere, name)).FullName, "model.gguf"))];
        Array.ForEach(models, model => File.Copy(folder.Source, model));
        try
        {
            TaskItem[] items = [.. models.Select(model => TaskFolder.Item(model, ("To", "apr")))];
            BuildErrorEventArgs clash = folder.FailItems(items);
            Assert.AreEqual(BuildErrors.OutputClash.Id, clash.Code);
            Assert.Contains("another Link, like Link=\"second/model.apr\"", clash.Message!);

            items[1].SetMetadata("Link", "second/model.apr");
            CollectionAssert.AreEqual(new[] { "model.apr", Path.Combine("second", "model.apr") }, Links(items));
            items[1].SetMetadata("Link", @"second\");
            CollectionAssert.AreEqual(new[] { "model.apr", Path.Combine("second", "model.apr") }, Links(items), "a folder");
            items[1].SetMetadata("Link", "");
            items[1].SetMetadata("LinkBase", "third");
            CollectionAssert.AreEqual(
                new[] { "model.apr", Path.Combine("third", "model.apr") }, Links(items), "as it does for any item from elsewhere");

            items[0].SetMetadata("OutputPath", "out/");
            items[1].SetMetadata("OutputPath", "out/");
            Assert.Contains("another OutputPath too", folder.FailItems(items).Message!);
            items[1].SetMetadata("OutputPath", "out2/");
            CollectionAssert.AreEqual(new[] { "model.apr", Path.Combine("third", "model.apr") }, Links(items));
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }

        string[] Links(TaskItem[] items)
        {
            using ConvertModelItems task = folder.Task(items);
            Assert.IsTrue(task.Execute(), ((RecordingEngine)task.BuildEngine).Errors.FirstOrDefault()?.Message);
            Assert.IsTrue(task.ConvertedFiles.All(file => File.Exists(file.ItemSpec)));
            return [.. task.ConvertedFiles.Select(file => file.GetMetadata("TargetPath"))];
        }
    }

    [TestMethod]
    public void In_the_task_a_second_call_with_another_folder_keeps_models_of_one_name_apart()
    {
        Assert.Contains("In the task <ModelConvert>: call it once more, with another OutputDirectory", BuildErrors.OutputClash.Remedy);
        using TaskFolder folder = new();
        string other = folder.In("other", "small.gguf");
        File.Copy(folder.Source, other);
        foreach ((string model, string output) in new[] { (folder.Source, "out1"), (other, "out2") })
        {
            using ModelConvert task = new()
            {
                BuildEngine = new RecordingEngine(),
                Include = [TaskFolder.Item(model)],
                Target = "apr",
                OutputDirectory = folder.In(output),
            };
            Assert.IsTrue(task.Execute());
            Assert.StartsWith(folder.In(output), task.ConvertedFiles.Single().ItemSpec);
        }
    }

    [TestMethod]
    public void Where_nothing_may_be_built_a_model_that_is_missing_or_old_is_an_error()
    {
        using TaskFolder folder = new();
        Assert.AreEqual(BuildErrors.NotBuilt.Id, Check());
        Assert.IsFalse(File.Exists(folder.Output));
        folder.Build();
        Assert.IsNull(Check());
        File.SetLastWriteTimeUtc(folder.Source, DateTime.UtcNow.AddMinutes(1));
        Assert.IsNull(Check(), "the bytes are the same");
        File.Delete(folder.Output);
        Assert.AreEqual(BuildErrors.NotBuilt.Id, Check());
        Assert.IsFalse(File.Exists(folder.Output));
        folder.Build();
        File.Copy(RepositoryData.Path("corpus", "gguf", "models", TaskFolder.Q8), folder.Source, overwrite: true);
        Assert.AreEqual(BuildErrors.NotBuilt.Id, Check(), "another model");

        string? Check()
        {
            using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "apr")));
            task.NoBuild = true;
            bool succeeded = task.Execute();
            var engine = (RecordingEngine)task.BuildEngine;
            Assert.AreEqual(succeeded, engine.Errors.Count == 0);
            return engine.Errors.SingleOrDefault()?.Code;
        }
    }
}
