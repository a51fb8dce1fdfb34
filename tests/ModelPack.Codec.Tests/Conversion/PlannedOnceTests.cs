using System.Collections.Concurrent;
using ModelPack.Conversion;
using ModelPack.Diagnostics;
using ModelPack.IO.Output;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>A conversion is planned once, whether it is shown first or not.</summary>
[TestClass]
public sealed class PlannedOnceTests
{
    private static readonly string Model = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");
    private static readonly ConversionOptions Split = new() { MaxShardBytes = 300_000 };

    [TestMethod]
    public void A_conversion_makes_one_plan_and_the_way_back_one()
    {
        using TempFolder folder = new();
        ConcurrentQueue<string> made = MadePlans.Listen();
        ModelConverter.Convert(Model, folder.At("m.apr"), ModelFormat.Apr, new());
        Assert.AreEqual(nameof(TranscodePlan), string.Join(' ', made));
        made.Clear();
        ModelConverter.Convert(folder.At("m.apr"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(nameof(RestorePlan), string.Join(' ', made));
        made.Clear();
        ModelConverter.Convert(Model, folder.At("copy.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(nameof(CopyPlan), string.Join(' ', made));
    }

    [TestMethod]
    [DataRow(ModelFormat.Apr, "m.apr")]
    [DataRow(ModelFormat.SafeTensors, "m/")]
    public void What_was_shown_is_what_is_run(ModelFormat to, string target)
    {
        using TempFolder folder = new();
        ConcurrentQueue<string> made = MadePlans.Listen();
        using PlannedConversion plan = ModelConverter.Prepare(Model, folder.At(target), to, new());
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Root));
        Certificate proof = plan.Convert();
        Assert.HasCount(1, made);
        Assert.AreEqual(ProofLevel.L3, proof.Level);
        Assert.AreEqual(plan.Preview.OutputBytes, proof.Output.Bytes);
        CollectionAssert.AreEqual(
            plan.Preview.Tensors.Select(tensor => tensor.Name).ToArray(), proof.Tensors.Select(tensor => tensor.Name).ToArray());
        Assert.ThrowsExactly<InvalidOperationException>(() => plan.Convert());
    }

    [TestMethod]
    public void What_is_restored_in_several_files_goes_to_the_folder_with_one_plan()
    {
        using TempFolder folder = new();
        ModelConverter.Convert(Model, folder.At("parts/"), ModelFormat.Gguf, Split with { Origin = OriginMode.None });
        ModelConverter.Convert(folder.At("parts"), folder.At("m.apr"), ModelFormat.Apr, new());
        ConcurrentQueue<string> made = MadePlans.Listen();
        using PlannedConversion plan = ModelConverter.Prepare(
            folder.At("m.apr"), folder.At("back.gguf"), ModelFormat.Gguf, new(), folder.At("back/"));
        Assert.AreEqual(folder.At("back/"), plan.TargetPath);
        plan.Convert();
        Assert.AreEqual(nameof(RestorePlan), string.Join(' ', made));
        string[] parts = Directory.GetFiles(folder.At("parts"));
        Assert.IsGreaterThan(1, parts.Length);
        foreach (string part in parts)
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(part), File.ReadAllBytes(folder.At($"back/{Path.GetFileName(part)}")), part);
        }
    }

    [TestMethod]
    public void A_set_that_leads_back_to_a_set_of_its_format_is_copied_into_the_folder()
    {
        using TempFolder folder = new();
        ModelConverter.Convert(Model, folder.At("parts/"), ModelFormat.Gguf, Split with { Origin = OriginMode.None });
        ModelConverter.Convert(folder.At("parts"), folder.At("again/"), ModelFormat.Gguf, new() { MaxShardBytes = 200_000 });
        Assert.AreEqual(
            ConversionErrors.NeedsFolder,
            Assert.ThrowsExactly<ModelPackException>(
                () => ModelConverter.Plan(folder.At("again"), folder.At("m.gguf"), ModelFormat.Gguf, new())).Code);
        ConcurrentQueue<string> made = MadePlans.Listen();
        using PlannedConversion plan = ModelConverter.Prepare(
            folder.At("again"), folder.At("m.gguf"), ModelFormat.Gguf, new(), folder.At("m/"));
        plan.Convert();
        Assert.AreEqual(nameof(CopyPlan), string.Join(' ', made));
    }

    [TestMethod]
    public void A_target_that_came_meanwhile_is_not_written_over()
    {
        using TempFolder folder = new();
        using PlannedConversion plan = ModelConverter.Prepare(Model, folder.At("m.apr"), ModelFormat.Apr, new());
        File.WriteAllText(folder.At("m.apr"), "not ours");
        Assert.AreEqual(OutputErrors.TargetExists, Assert.ThrowsExactly<ModelPackException>(() => plan.Convert()).Code);
        Assert.AreEqual("not ours", File.ReadAllText(folder.At("m.apr")));
    }

    [TestMethod]
    public void An_edited_source_is_planned_again_as_it_is_now()
    {
        using TempFolder folder = new();
        ModelConverter.Convert(Model, folder.At("m.safetensors"), ModelFormat.SafeTensors, new());
        byte[] bytes = File.ReadAllBytes(folder.At("m.safetensors"));
        using (ModelFile file = ModelFiles.Open(folder.At("m.safetensors")))
        {
            bytes[file.Tensors[0].Offset] ^= 1;
        }

        File.WriteAllBytes(folder.At("m.safetensors"), bytes);
        ConcurrentQueue<string> made = MadePlans.Listen();
        Certificate proof = ModelConverter.Convert(folder.At("m.safetensors"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual($"{nameof(RestorePlan)} {nameof(TranscodePlan)}", string.Join(' ', made));
        Assert.IsTrue(proof.Notes.Any(note => note.Contains("was edited after it was converted", StringComparison.Ordinal)));
    }
}
