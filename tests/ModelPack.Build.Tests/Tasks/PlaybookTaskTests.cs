using System.Text.Json;
using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The items <c>ModelPackQa</c>.</summary>
[TestClass]
public sealed class PlaybookTaskTests
{
    private static readonly string Playbook = RepositoryData.Path("playbooks", "small-qwen2-quick.playbook.yaml");

    [TestMethod]
    public void A_sound_model_has_evidence_and_is_looked_at_again_when_something_changes()
    {
        using TaskFolder folder = new();
        File.Copy(Playbook, folder.In("qa", "quick.playbook.yaml"));
        TaskItem item = TaskFolder.Item("qa/quick.playbook.yaml", ("ModelPath", "models/small.gguf"));
        string output = folder.In("obj", "qa", "quick", "small.gguf", "evidence.json");
        Assert.StartsWith("quick.playbook.yaml on small.gguf: 22 corroborated, 0 falsified", Run(folder, item));
        using (JsonDocument evidence = JsonDocument.Parse(File.ReadAllText(output)))
        {
            Assert.IsGreaterThan(20, evidence.RootElement.GetArrayLength());
        }

        Assert.AreEqual("", Run(folder, item));
        foreach (string file in new[] { folder.Source, folder.In("qa", "quick.playbook.yaml"), output })
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
            Assert.Contains("22 corroborated", Run(folder, item), file);
            Assert.AreEqual("", Run(folder, item));
        }

        File.Delete(Path.Combine(Path.GetDirectoryName(output)!, "junit.xml"));
        Assert.Contains("22 corroborated", Run(folder, item));
        item.SetMetadata("Runner", "sh -c \"cksum < $1\" sh {model}");
        Assert.Contains("24 corroborated", Run(folder, item));
    }

    [TestMethod]
    public void A_falsified_gate_is_an_error_of_its_playbook_in_every_build_and_leaves_its_evidence()
    {
        using TaskFolder folder = new();
        TaskItem item = TaskFolder.Item(
            Playbook, ("ModelPath", "models/small.gguf"), ("Runner", "echo {model}"), ("OutputPath", "reports/qa"));
        for (int i = 0; i < 2; i++)
        {
            RecordingEngine engine = new();
            Assert.IsFalse(Run(folder, engine, item));
            Assert.AreEqual(("MP7030", Playbook), (engine.Errors.Single().Code, engine.Errors.Single().File));
            Assert.Contains("F-CONV-INFER-001", engine.Errors[0].Message!);
            Assert.Contains("F-CONV-INFER-001", File.ReadAllText(folder.In("reports", "qa", "junit.xml")));
        }
    }

    [TestMethod]
    public void A_damaged_model_is_no_more_than_twenty_errors()
    {
        using TaskFolder folder = new();
        File.WriteAllBytes(folder.Source, File.ReadAllBytes(folder.Source)[..1_000_000]);
        RecordingEngine engine = new();
        string playbook = folder.In("p.yaml");
        File.WriteAllText(playbook, File.ReadAllText(Playbook) + "failure_policy: collect_all\n");
        Assert.IsFalse(Run(folder, engine, TaskFolder.Item(playbook, ("ModelPath", "models/small.gguf"))));
        Assert.HasCount(20, engine.Errors);
    }

    [TestMethod]
    public void An_engine_that_fails_is_an_error_of_its_own()
    {
        using TaskFolder folder = new();
        RecordingEngine engine = new();
        Assert.IsFalse(Run(folder, engine, TaskFolder.Item(Playbook, ("ModelPath", "models/small.gguf"), ("Runner", "sh -c \"exit 3\""))));
        Assert.AreEqual("MP7020", engine.Errors[0].Code);
    }

    [TestMethod]
    public void An_engine_is_found_relative_to_the_project_and_started_in_its_folder()
    {
        using TaskFolder folder = new();
        string engine = folder.In("tools", "engine.sh");
        File.WriteAllText(engine, "#!/bin/sh\ncat answer.txt\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(engine, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        File.WriteAllText(folder.In("answer.txt"), "4");
        Assert.Contains(
            "24 corroborated",
            Run(folder, TaskFolder.Item(Playbook, ("ModelPath", "models/small.gguf"), ("Runner", "tools/engine.sh {model}"))));
    }

    [TestMethod]
    [DataRow("MP7004", "has no ModelPath", "")]
    [DataRow("MP7010", "there is no model 'none.gguf'", "none.gguf")]
    public void What_an_item_lacks_is_named(string code, string message, string model)
    {
        using TaskFolder folder = new();
        RecordingEngine engine = new();
        Assert.IsFalse(Run(folder, engine, TaskFolder.Item(Playbook, ("ModelPath", model))));
        Assert.AreEqual(code, engine.Errors.Single().Code);
        Assert.Contains(message, engine.Errors.Single().Message!);
        Assert.AreEqual(Playbook, engine.Errors.Single().File);
        Assert.AreEqual(
            model.Length > 0, Run(folder, new(), TaskFolder.Item(Playbook, ("ModelPath", model), ("Optional", "true"))), "optional");
    }

    [TestMethod]
    public void A_playbook_that_is_missing_or_wrong_is_an_error_with_its_line()
    {
        using TaskFolder folder = new();
        RecordingEngine engine = new();
        Assert.IsFalse(Run(folder, engine, TaskFolder.Item("none.yaml", ("ModelPath", "models/small.gguf"))));
        Assert.AreEqual("MP7010", engine.Errors.Single().Code);
        File.WriteAllText(folder.In("p.yaml"), "name: x\nnmae: y\n");
        engine = new();
        Assert.IsFalse(Run(folder, engine, TaskFolder.Item("p.yaml", ("ModelPath", "models/small.gguf"))));
        Assert.AreEqual("MP7002", engine.Errors.Single().Code);
        Assert.Contains("line 2", engine.Errors.Single().Message!);
        Assert.AreEqual(folder.In("p.yaml"), engine.Errors.Single().File);
    }

    [TestMethod]
    public void Two_items_do_not_share_a_folder_and_a_slip_is_a_warning()
    {
        using TaskFolder folder = new();
        File.Copy(folder.Source, folder.In("other", "small.gguf"));
        RecordingEngine engine = new();
        Assert.IsFalse(
            Run(
                folder, engine, TaskFolder.Item(Playbook, ("ModelPath", "models/small.gguf")),
                TaskFolder.Item(Playbook, ("ModelPath", "other/small.gguf"))));
        Assert.AreEqual("MP7005", engine.Errors.Single().Code);
        engine = new();
        engine.Expected.Add(BuildErrors.UnknownMetadata.Id);
        Assert.IsTrue(
            Run(
                folder, engine, TaskFolder.Item(Playbook, ("ModelPath", "models/small.gguf"), ("Runer", "x")),
                TaskFolder.Item(Playbook, ("ModelPath", "other/small.gguf"), ("OutputPath", "second"))));
        Assert.Contains("the known name is 'Runner'", engine.Warnings.Single().Message!);
    }

    private static bool Run(TaskFolder folder, RecordingEngine engine, params TaskItem[] items)
    {
        using QualifyModelItems task = new()
        {
            BuildEngine = engine, Playbooks = items, ProjectDirectory = folder.Path, OutputDirectory = Path.Combine(folder.Path, "obj"),
        };
        return task.Execute();
    }

    // What a build shows of a run that must succeed; nothing if it was up to date.
    private static string Run(TaskFolder folder, TaskItem item)
    {
        RecordingEngine engine = new();
        Assert.IsTrue(Run(folder, engine, item), string.Join('\n', engine.Errors.Select(error => error.Message)));
        return engine.Messages.FirstOrDefault(message => message.Contains("corroborated,", StringComparison.Ordinal)) ?? "";
    }
}
