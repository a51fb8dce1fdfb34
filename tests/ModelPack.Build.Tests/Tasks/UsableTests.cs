using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The words runs, carried and partial in a build.</summary>
[TestClass]
public sealed class UsableTests
{
    [TestMethod]
    public void A_model_that_its_programs_load_gives_no_warning_and_can_be_required_to()
    {
        using TaskFolder folder = new();
        RecordingEngine engine = Run(folder, TaskFolder.Item("models/small.gguf", ("To", "apr"), ("RequireUsable", "true")));
        Assert.IsEmpty(engine.Errors, engine.Errors.FirstOrDefault()?.Message);
        Assert.IsEmpty(engine.Warnings);
    }

    [TestMethod]
    public void A_carried_output_is_a_warning_with_the_reasons_in_every_build()
    {
        using TaskFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Quantized", "blocks"));
        string[] texts = [
            .. Enumerable.Range(0, 2).Select(_ => Run(folder, item).Warnings.Single())
                .Select(warning => $"{warning.Code} {warning.File} {warning.Message}")];
        StringAssert.StartsWith(texts[0], $"MP4020 {folder.Source} the output is carried: ");
        Assert.AreEqual(texts[0], texts[1], "the second build is up to date");
    }

    [TestMethod]
    public void RequireUsable_makes_an_error_of_it_before_and_after_a_conversion()
    {
        using TaskFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Quantized", "blocks"));
        TaskItem required = new(item);
        required.SetMetadata("RequireUsable", "true");
        Assert.AreEqual(BuildErrors.Carried.Id, Run(folder, required).Errors.Single().Code);
        Assert.IsFalse(File.Exists(folder.In("obj", "models", "small.safetensors")));
        Run(folder, item);
        Assert.AreEqual(BuildErrors.Carried.Id, Run(folder, required).Errors.Single().Code);
    }

    [TestMethod]
    public void The_remedy_for_SafeTensors_without_companions_brings_them()
    {
        using TaskFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Quantized", "auto"));
        string carried = Run(folder, item).Warnings.Single().Message!;
        Assert.Contains("config.json and the tokenizer, which transformers needs, are written into a folder only", carried);
        Assert.Contains("Folder=\"true\"", carried);

        item.SetMetadata("Folder", "true");
        Assert.IsEmpty(Run(folder, item).Warnings);
    }

    [TestMethod]
    public void A_part_of_a_model_is_partial()
    {
        using SetFolder folder = new();
        string first = Directory.GetFiles(folder.WithShards("qwen"), "*.safetensors").Order(StringComparer.Ordinal).First();
        string alone = folder.In("models", Path.GetFileName(first));
        File.Copy(first, alone);
        using TaskFolder project = new();
        RecordingEngine engine = Run(project, TaskFolder.Item(alone, ("To", "gguf")));
        Assert.AreEqual(BuildErrors.Partial.Id, engine.Warnings.Single().Code);
        Assert.Contains("the output is partial: ", engine.Warnings.Single().Message!);
    }

    [TestMethod]
    public void The_facts_of_an_output_are_one_line_and_another_line_is_none()
    {
        OutputFacts facts = new(3, Meaning.Carried, ["no tensor 'a b'", "new\nline"]);
        OutputFacts? read = OutputFacts.Parse(facts.Format());
        Assert.AreEqual(facts.Format(), read?.Format());
        CollectionAssert.AreEqual(facts.Reasons.ToArray(), read!.Reasons.ToArray());
        foreach (string line in new[] { "", "3", "x Runs", "3 Perfect", "3 1", "-1 Runs" })
        {
            Assert.IsNull(OutputFacts.Parse(line), line);
        }
    }

    private static RecordingEngine Run(TaskFolder folder, TaskItem item)
    {
        using ConvertModelItems task = folder.Task(item);
        var engine = (RecordingEngine)task.BuildEngine;
        Assert.AreEqual(task.Execute(), engine.Errors.Count == 0);
        return engine;
    }
}
