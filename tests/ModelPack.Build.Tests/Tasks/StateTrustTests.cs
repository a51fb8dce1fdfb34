using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>Anybody can have written what lies below obj: no name in it leads to a file outside the folders that the project and its items
/// name.</summary>
[TestClass]
public sealed class StateTrustTests
{
    [TestMethod]
    [DataRow("../precious.txt")]
    [DataRow("..")]
    [DataRow("a/../../precious.txt")]
    [DataRow("/precious.txt")]
    [DataRow("./precious.txt")]
    [DataRow("a//b")]
    [DataRow("")]
    public void A_name_that_leads_elsewhere_makes_a_state_unknown(string name)
    {
        Assert.IsFalse(SafePath.IsBelow(name));
        Assert.IsNull(FileRecord.Parse($"1 2 - {Uri.EscapeDataString(name)}"));
        Assert.IsNotNull(FileRecord.Parse($"1 2 - {Uri.EscapeDataString("1_Pooling/config.json")}"));
    }

    [TestMethod]
    public void A_forged_state_of_a_file_deletes_nothing_beside_it()
    {
        using TaskFolder folder = new();
        folder.Build();
        string precious = folder.In("obj", "models", "precious.txt");
        File.WriteAllText(precious, "not ours");
        Forge(folder.State, "small.apr", "precious.txt");
        Assert.AreEqual("converted", folder.Build(("Naming", "verbatim")));
        Assert.IsTrue(File.Exists(precious));
    }

    [TestMethod]
    [DataRow("../../outside.txt")]
    [DataRow("link/outside.txt")]
    public void A_forged_state_of_a_folder_deletes_nothing_outside_of_it(string name)
    {
        using TaskFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Folder", "true"), ("Quantized", "auto"));
        Run(folder, item);
        string outside = folder.In("outside.txt");
        File.WriteAllText(outside, "not ours");
        Directory.CreateSymbolicLink(folder.In("obj", "models", "small", "link"), folder.Path);
        Forge(folder.In("obj", "models", "small.safetensors.modelpack.state"), "config.json", name);

        // The item is gone: what its state lists is removed.
        Run(folder);
        Assert.IsTrue(File.Exists(outside));
        Assert.IsTrue(File.Exists(folder.Source));
    }

    [TestMethod]
    public void A_forged_list_of_outputs_deletes_nothing_outside()
    {
        using TaskFolder folder = new();
        Run(folder, TaskFolder.Item("models/small.gguf", ("To", "apr")));
        string victim = folder.In("elsewhere", "model.apr");
        File.Copy(folder.Output, victim);
        File.Copy(folder.State, victim + ".modelpack.state");
        string list = folder.In("obj", "App.modelpack.items");
        File.WriteAllText(list, File.ReadAllText(list) + "../elsewhere/model.apr\t../elsewhere/model/\n");

        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "apr")));
        task.ListName = "App";
        var engine = (RecordingEngine)task.BuildEngine;
        engine.Expected.Add(BuildErrors.StaleOutput.Id);
        Assert.IsTrue(task.Execute());
        Assert.IsTrue(File.Exists(victim));
        Assert.AreEqual(victim, engine.Warnings.Single(warning => warning.Code == BuildErrors.StaleOutput.Id).File);
    }

    [TestMethod]
    public void Clean_deletes_what_the_item_places_and_nothing_else_that_its_list_names()
    {
        using TaskFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Quantized", "auto"), ("OutputPath", "weights/"));
        Run(folder, item);
        string list = Directory.GetFiles(folder.In("obj", ""), "*.modelpack.outside").Single();
        string[] made = [.. Directory.GetFiles(folder.In("weights", ""))];
        Assert.HasCount(4, made);
        string[] kept = [folder.In("weights", "precious.txt"), folder.In("elsewhere", "precious.txt"), folder.Source];
        File.WriteAllText(kept[0], "not ours");
        File.WriteAllText(kept[1], "not ours");
        string[] forged = [
            .. kept, folder.In("weights", "..", "elsewhere", "precious.txt"), folder.In("elsewhere", ""), folder.In("models", "")];
        File.WriteAllLines(list, File.ReadAllLines(list).Concat(forged));

        using CleanModelItems clean = new()
        {
            BuildEngine = new RecordingEngine(),
            Models = [item],
            ProjectDirectory = folder.Path,
            OutputDirectory = folder.In("obj"),
            ListName = "App",
        };
        Assert.IsTrue(clean.Execute());

        Assert.IsTrue(kept.All(File.Exists));
        Assert.IsFalse(made.Any(File.Exists));
    }

    [TestMethod]
    public void Clean_works_for_an_item_that_no_build_would_take()
    {
        using TaskFolder folder = new();
        TaskItem[] items =
        [
            TaskFolder.Item("models/small.gguf", ("To", "onnx"), ("OutputPath", "weights/")),
            TaskFolder.Item("absent.gguf", ("To", "apr"), ("OutputPath", "weights/")),
            TaskFolder.Item("models/small.gguf", ("To", "apr"), ("OutputPath", "weights/"), ("Link", "../x")),
        ];
        using CleanModelItems clean = new()
        {
            BuildEngine = new RecordingEngine(),
            Models = items,
            ProjectDirectory = folder.Path,
            OutputDirectory = folder.In("obj"),
            ListName = "App",
        };
        Assert.IsTrue(clean.Execute());
    }

    private static void Run(TaskFolder folder, params TaskItem[] items)
    {
        using ConvertModelItems task = folder.Task(items);
        task.ListName = "App";
        Assert.IsTrue(task.Execute(), ((RecordingEngine)task.BuildEngine).Errors.FirstOrDefault()?.Message);
    }

    /// <summary>Puts another file into the place of one in the list of outputs, and adds one.</summary>
    private static void Forge(string state, string known, string name)
    {
        string[] lines = File.ReadAllLines(state);
        int at = Array.FindIndex(lines, line => line.EndsWith(' ' + known, StringComparison.Ordinal));
        string[] output = [.. lines[..at]];
        int count = Array.FindLastIndex(output, line => int.TryParse(line, out _));
        lines[count] = (int.Parse(lines[count], System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(
            System.Globalization.CultureInfo.InvariantCulture);
        string[] forged = [.. lines[..(at + 1)], $"1 2 - {Uri.EscapeDataString(name)}", .. lines[(at + 1)..]];
        File.WriteAllText(state, string.Join('\n', forged) + "\n");
    }
}
