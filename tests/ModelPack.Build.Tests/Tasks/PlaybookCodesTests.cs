using Microsoft.Build.Utilities;
using ModelPack.Qa;
using ModelPack.Qa.Comparison;
using ModelPack.Qa.Engines;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Playbooks;
using ModelPack.Qa.Reports;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>Each code of playbooks, gates and engines has an input that leads to it.</summary>
[TestClass]
public sealed class PlaybookCodesTests
{
    private const string Sound = "name: p\nversion: 1.0.0\nmodel: { hf_repo: a/b }\ntest_matrix: { modalities: [run], backends: [cpu] }\n";

    private static readonly Dictionary<string, Func<TaskFolder, string?>> Triggers = new()
    {
        ["MP7001"] = folder => Read(folder, "- a list"),
        ["MP7002"] = folder => Read(folder, "nmae: p"),
        ["MP7003"] = folder => Read(folder, Sound.Replace("[run]", "[walk]", StringComparison.Ordinal)),
        ["MP7004"] = folder => Task(folder),
        ["MP7005"] = folder => Task(folder, ("ModelPath", "models/small.gguf")),
        ["MP7010"] = folder => Task(folder, ("ModelPath", "none.gguf")),
        ["MP7011"] = folder => Code(() => EvidenceJson.Read(folder.Source)),
        ["MP7012"] = folder => Code(
            () => PublishManifest.Of(ModelConverter.Convert(folder.Source, folder.Output, ModelFormat.Apr, new()))),
        ["MP7013"] = folder => Code(() => Fingerprints.Read(folder.Source)),
        ["MP7020"] = folder => Code(() => new Engine("/no/such/engine").Answer(folder.Source, "x", 1, CancellationToken.None)),
        ["MP7030"] = folder => Task(folder, ("ModelPath", "models/small.gguf"), ("Runner", "echo {model}"), ("OutputPath", "%(Filename)")),
    };

    public static IEnumerable<string> Codes => QaErrors.All.Select(code => code.Id);

    [TestMethod]
    [DynamicData(nameof(Codes))]
    public void Each_code_has_an_input_that_leads_to_it(string code)
    {
        using TaskFolder folder = new();
        Assert.AreEqual(code, Triggers[code](folder));
    }

    private static string? Read(TaskFolder folder, string text)
    {
        string path = folder.In("p.yaml");
        File.WriteAllText(path, text);
        return Code(() => PlaybookReader.Read(path));
    }

    private static string? Code(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (ModelPackException exception)
        {
            return exception.Code.Id;
        }
    }

    // Two playbooks on one model: they share a folder if they have one name and no place of their own.
    private static string? Task(TaskFolder folder, params (string Name, string Value)[] metadata)
    {
        TaskItem[] items = [.. new[] { "a/p.yaml", "b/p.yaml" }.Select(name =>
        {
            File.WriteAllText(folder.In(name), Sound);
            return TaskFolder.Item(
                folder.In(name), [.. metadata.Select(one => (one.Name, one.Value == "%(Filename)" ? name[..1] : one.Value))]);
        })];
        RecordingEngine engine = new();
        using QualifyModelItems task = new()
        {
            BuildEngine = engine, Playbooks = items, ProjectDirectory = folder.Path, OutputDirectory = Path.Combine(folder.Path, "obj"),
        };
        task.Execute();
        return engine.Errors.FirstOrDefault()?.Code;
    }
}
