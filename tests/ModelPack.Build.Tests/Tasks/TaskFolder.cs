using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>A project folder with a small model, and the task of the targets called in this process.</summary>
internal sealed class TaskFolder : IDisposable
{
    /// <summary>A model that APR holds as it is.</summary>
    private const string Q4 = "random-qwen2-small-Q4_K_M.gguf";

    /// <summary>A model of a type that APR lacks.</summary>
    public const string Q8 = "random-qwen2-small-Q8_0.gguf";

    public TaskFolder(string model = Q4)
    {
        Path = Directory.CreateTempSubdirectory("modelpack-task-").FullName;
        File.Copy(RepositoryData.Path("corpus", "gguf", "models", model), Source);
    }

    public string Path { get; }

    public string Source => In("models", "small.gguf");

    public string Output => In("obj", "models", "small.apr");

    public string Certificate => Output + ".modelpack.json";

    public string State => Output + ".modelpack.state";

    public string In(params string[] parts)
    {
        string path = System.IO.Path.Combine([Path, .. parts]);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }

    public static TaskItem Item(string include, params (string Name, string Value)[] metadata)
    {
        var item = new TaskItem(include);
        foreach ((string name, string value) in metadata)
        {
            item.SetMetadata(name, value);
        }

        return item;
    }

    public ConvertModelItems Task(params TaskItem[] items) => new()
    {
        BuildEngine = new RecordingEngine(),
        Models = items,
        ProjectDirectory = Path,
        OutputDirectory = In("obj") + System.IO.Path.DirectorySeparatorChar,
        CopyDirectory = In("bin"),
    };

    /// <summary>Converts models/small.gguf to APR, and says which of the three ways it went.</summary>
    public string Build(params (string Name, string Value)[] metadata)
    {
        using ConvertModelItems task = Task(Item("models/small.gguf", [("To", "apr"), .. metadata]));
        var engine = (RecordingEngine)task.BuildEngine;
        Assert.IsTrue(task.Execute(), string.Join('\n', engine.Errors.Select(error => error.Message)));
        Assert.AreEqual("Yield Reacquire", string.Join(' ', engine.Calls));
        string message = engine.Outcomes.Single();
        return message.Contains("converted and proved", StringComparison.Ordinal) ? "converted"
            : message.Contains("the bytes of", StringComparison.Ordinal) ? "rehashed" : "up to date";
    }

    /// <summary>The one error of a build that must fail.</summary>
    public BuildErrorEventArgs Fail(params (string Name, string Value)[] metadata) =>
        FailItems(Item("models/small.gguf", metadata));

    public BuildErrorEventArgs FailItems(params TaskItem[] items)
    {
        using ConvertModelItems task = Task(items);
        Assert.IsFalse(task.Execute());
        return ((RecordingEngine)task.BuildEngine).Errors.Single();
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
