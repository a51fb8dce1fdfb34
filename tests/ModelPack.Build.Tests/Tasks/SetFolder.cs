using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>A project folder with a model in each form that consists of several files.</summary>
internal sealed class SetFolder : IDisposable
{
    private readonly TaskFolder folder;

    public SetFolder() => folder = new();

    public SetFolder(string model) => folder = new(model);

    /// <summary>The project's folder.</summary>
    public string Path => folder.Path;

    public string In(params string[] parts) => folder.In(parts);

    /// <summary>A Hugging Face folder: shards, index and a companion.</summary>
    public string WithShards(string name)
    {
        string folder = In("models", name);
        Split(this.folder.Source, folder, ModelFormat.SafeTensors);
        File.WriteAllText(System.IO.Path.Combine(folder, "config.json"), "{\"model_type\": \"qwen2\"}\n");
        File.Delete(ModelConverter.CertificatePath(folder));
        return folder;
    }

    /// <summary>The same with companions in sub-folders.</summary>
    public string WithSubfolders(string name)
    {
        string folder = WithShards(name);
        AddSubfolders(folder);
        return folder;
    }

    /// <summary>Puts companions into sub-folders of a model folder.</summary>
    public static void AddSubfolders(string folder)
    {
        foreach ((string name, string text) in new[] { ("1_Pooling/config.json", "{}"), ("deep/er/notes.txt", "notes") })
        {
            string path = System.IO.Path.Combine(folder, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    /// <summary>The names of all files in a folder and its sub-folders, with '/'.</summary>
    public static string[] Names(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>A split GGUF model; returns its first part.</summary>
    public string WithSplit(string name)
    {
        string folder = In("models", name);
        Split(this.folder.Source, folder, ModelFormat.Gguf);
        return Directory.GetFiles(folder).Order(StringComparer.Ordinal).First();
    }

    public static void Split(string model, string folder, ModelFormat to)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(folder)!);
        ModelConverter.Convert(model, folder + "/", to, new() { MaxShardBytes = 500_000, Origin = OriginMode.None });
    }

    /// <summary>A split GGUF model with a side file, which holds what narrowing rounded; returns its first part.</summary>
    public static string SplitWithSideFile(string model, string folder)
    {
        string wide = folder + ".safetensors";
        ModelConverter.Convert(model, wide, ModelFormat.SafeTensors, new() { Origin = OriginMode.None });
        ModelConverter.Convert(
            wide, folder + "/", ModelFormat.Gguf, new() { MaxShardBytes = 500_000, Dtype = TensorType.BF16, Loss = LossPolicy.Allow });
        return Directory.GetFiles(folder, "*-00001-of-*").Single();
    }

    /// <summary>Runs the task of the targets; says what it did to each model, or the codes of its errors.</summary>
    public SetBuild Build(params TaskItem[] items)
    {
        using ConvertModelItems task = folder.Task(items);
        var engine = (RecordingEngine)task.BuildEngine;
        bool succeeded = task.Execute();
        Assert.AreEqual(succeeded, engine.Errors.Count == 0);
        string[] outcomes = succeeded
            ? [.. engine.Outcomes.Select(message => message.Contains("converted and proved", StringComparison.Ordinal) ? "converted"
                : message.Contains("the bytes of", StringComparison.Ordinal) ? "rehashed" : "up to date")]
            : [.. engine.Errors.Select(error => error.Code)];
        return new(string.Join(", ", outcomes), engine.Errors, task.ConvertedFiles, task.Certificates);
    }

    public void Dispose() => folder.Dispose();
}

/// <summary>What a build did.</summary>
internal sealed record SetBuild(string Outcome, IReadOnlyList<BuildErrorEventArgs> Errors, ITaskItem[] Files, ITaskItem[] Certificates)
{
    /// <summary>Where the files go below the output folder of the project.</summary>
    public string[] Links => [.. Files.Select(file => file.GetMetadata("TargetPath").Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
