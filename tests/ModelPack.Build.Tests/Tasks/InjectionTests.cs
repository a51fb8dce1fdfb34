using System.Text.RegularExpressions;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>Models whose names are commands to terminals and CI services, in a build.</summary>
[TestClass]
public sealed partial class InjectionTests
{
    [TestMethod]
    [DataRow("all.gguf")]
    [DataRow("esc.safetensors")]
    public void No_message_of_a_task_passes_them_on(string model)
    {
        using TaskFolder folder = new();
        string path = RepositoryData.Path("cases", "hostile", "inject", model);
        using VerifyModelItems verify = new()
        {
            BuildEngine = new RecordingEngine(),
            Models = [TaskFolder.Item(path, ("Against", folder.Source))],
            ProjectDirectory = folder.Path,
            OutputDirectory = folder.In("obj") + Path.DirectorySeparatorChar,
        };
        using ConvertModelItems convert = folder.Task(TaskFolder.Item(path, ("To", "apr"), ("ExpectedHash", new string('0', 32))));
        Assert.IsFalse(verify.Execute());
        Assert.IsFalse(convert.Execute());
        foreach (RecordingEngine engine in new[] { verify.BuildEngine, convert.BuildEngine }.Cast<RecordingEngine>())
        {
            foreach (string text in engine.Messages.Concat(engine.Errors.Select(error => error.Message!)))
            {
                Assert.IsFalse(Heard().IsMatch(text), text);
                Assert.IsFalse(text.Any(char.IsControl), text);
            }
        }
    }

    // MSBuild writes 'file : error CODE: text', and a colon stands behind the name of a tensor.
    [TestMethod]
    public void Names_that_are_a_diagnostic_with_the_colon_behind_them_are_escaped()
    {
        using TaskFolder folder = new();
        string path = folder.In("models", "x : warning CS1");
        new ModelBuilder(ModelFormat.SafeTensors).Add("a error x", [1], new float[] { float.NaN }).Save(path);
        using VerifyModelItems verify = new()
        {
            BuildEngine = new RecordingEngine(),
            Models = [TaskFolder.Item(path)],
            ProjectDirectory = folder.Path,
            OutputDirectory = folder.In("obj") + Path.DirectorySeparatorChar,
        };
        using ConvertModelItems convert = folder.Task(TaskFolder.Item(path, ("To", "gguf")));
        Assert.IsFalse(verify.Execute());
        Assert.IsFalse(convert.Execute());
        foreach (RecordingEngine engine in new[] { verify.BuildEngine, convert.BuildEngine }.Cast<RecordingEngine>())
        {
            Assert.IsNotEmpty(engine.Errors);
            foreach (string text in engine.Errors.Select(error => $"{error.File} : {error.Message}"))
            {
                Assert.Contains("a erro\\u0072 x", text);
                Assert.IsFalse(Heard().IsMatch(text), text);
            }
        }
    }

    [TestMethod]
    public void Names_of_files_are_escaped_in_messages_warnings_and_errors()
    {
        const string Name = "a ##vso[task.x]b.gguf";
        using TaskFolder folder = new();
        File.Copy(folder.Source, folder.In("models", Name));
        using ConvertModelItems converts = folder.Task(
            TaskFolder.Item("models/" + Name, ("To", "safetensors"), ("Quantized", "blocks")),
            TaskFolder.Item("absent ##vso[x].gguf", ("To", "apr"), ("Optional", "true")));
        using ConvertModelItems fails = folder.Task(
            TaskFolder.Item("models/" + Name, ("To", "apr"), ("ExpectedHash", new string('0', 32))));
        Assert.IsTrue(converts.Execute());
        Assert.IsFalse(fails.Execute());
        RecordingEngine engine = (RecordingEngine)converts.BuildEngine;
        Assert.IsNotEmpty(engine.Warnings);
        Assert.IsTrue(engine.Messages.Any(text => text.Contains("is optional", StringComparison.Ordinal)));
        string?[] texts =
        [
            .. engine.Messages, .. engine.Notes.Select(note => note.Text),
            .. engine.Warnings.SelectMany(warning => new[] { warning.File, warning.Message }),
            .. ((RecordingEngine)fails.BuildEngine).Errors.SelectMany(error => new[] { error.File, error.Message }),
        ];
        Assert.IsEmpty(texts.Where(text => text is not null && Heard().IsMatch(text)));
    }

    [GeneratedRegex(@"^\s*::|##[a-z]*\[|(?:error|warning)(?: \s*[^: ]*)?\s*:", RegexOptions.IgnoreCase)]
    private static partial Regex Heard();
}
