using System.Text.Json;
using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The findings of a build as a file, and the line of an item where services ask for one.</summary>
[TestClass]
public sealed class FindingLogTests
{
    [TestMethod]
    public void Tasks_of_one_build_share_the_file_and_another_build_begins_anew()
    {
        using SetFolder folder = new();
        string nan = Broken(folder);
        RecordingEngine engine = new();
        Run(folder, engine, nan);
        Run(folder, engine, nan);
        Assert.HasCount(2, Results(folder));
        Run(folder, new(), folder.In("models", "small.gguf"));
        Assert.IsEmpty(Results(folder));
    }

    [TestMethod]
    [DataRow("[]")]
    [DataRow("{}")]
    [DataRow("GGUF, or sarif")]
    public void A_file_that_is_no_log_is_not_replaced(string text)
    {
        using SetFolder folder = new();
        File.WriteAllText(folder.In("log.sarif"), text);
        RecordingEngine engine = new();
        Assert.IsFalse(Run(folder, engine, folder.In("models", "small.gguf")));
        Assert.AreEqual(BuildErrors.NoSarif.Id, engine.Errors.Single().Code);
        Assert.AreEqual(text, File.ReadAllText(folder.In("log.sarif")));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_pipe_in_place_of_the_log_is_refused_at_once()
    {
        using SetFolder folder = new();
        SpecialFileTests.MakePipe(folder.In("log.sarif"));
        RecordingEngine engine = new();
        Assert.IsFalse(Run(folder, engine, folder.In("models", "small.gguf")));
        Assert.AreEqual("MP3006", engine.Errors.Single().Code);
    }

    [TestMethod]
    public void Where_the_line_of_an_item_is_not_known_it_is_the_first_of_the_model()
    {
        using SetFolder folder = new();
        string nan = Broken(folder);
        RecordingEngine engine = new();
        Run(folder, engine, nan, "GitHubActions");
        Assert.AreEqual((nan, 1), (engine.Errors.Single().File, engine.Errors[0].LineNumber));
        engine = new();
        Run(folder, engine, nan);
        Assert.AreEqual((nan, 0), (engine.Errors.Single().File, engine.Errors[0].LineNumber), "and elsewhere there is none");
    }

    [TestMethod]
    public void A_name_forges_nothing_in_the_line_for_Azure()
    {
        using SetFolder folder = new();
        string hostile = folder.In("models", "a;]##vso[task.complete].gguf");
        File.Copy(Broken(folder), hostile);
        RecordingEngine engine = new();
        Run(folder, engine, hostile, "AzurePipelines");
        string line = engine.Messages.Single(message => message.StartsWith("##vso[task.logissue type=error;", StringComparison.Ordinal));
        Assert.AreEqual(1, line.Split("##vso[").Length - 1, line);
        Assert.HasCount(5, line[..line.IndexOf(']', StringComparison.Ordinal)].Split(';'), line);
    }

    private static string Broken(SetFolder folder)
    {
        string copy = folder.In("models", "nan.gguf");
        File.Copy(RepositoryData.Path("corpus", "gguf", "hostile", "nan-f32-quiet.gguf"), copy);
        return copy;
    }

    private static bool Run(SetFolder folder, RecordingEngine engine, string model, string service = "")
    {
        using VerifyModelItems task = new()
        {
            BuildEngine = engine,
            Models = [new TaskItem(MSBuildText.Escape(model))],
            ProjectDirectory = folder.Path,
            OutputDirectory = folder.In("obj") + Path.DirectorySeparatorChar,
            LogService = service,
            Sarif = folder.In("log.sarif"),
        };
        return task.Execute();
    }

    private static JsonElement[] Results(SetFolder folder)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(folder.In("log.sarif")));
        return [.. document.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(result => result.Clone())];
    }
}
