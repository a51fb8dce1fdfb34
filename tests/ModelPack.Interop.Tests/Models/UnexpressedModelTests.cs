using ModelPack.Formats.Gguf;
using ModelPack.Interop.Tests.Models.Architectures;
using ModelPack.Models;

namespace ModelPack.Interop.Tests.Models;

/// <summary>Models for which GGUF has keys that llama.cpp does not read, or takes otherwise: with these keys it computes something else, so
/// a folder does not become such a file.</summary>
[TestClass]
public sealed class UnexpressedModelTests
{
    private static readonly Dictionary<string, (TinyModel Model, string Why)> Models = new()
    {
        ["groups by their best expert"] =
            (new LimitedDeepseekModel(), "topk_method is 'group_limited_greedy' with n_group 4 and topk_group 2"),
    };

    private static readonly Dictionary<string, (TinyModel Model, string Note)> Expressed = new()
    {
        ["turns"] =
            (YarnOlmo3Model.WithTurns(8), "rope_scaling.beta_fast is 8 and has its key, but a runtime that does not read the key takes 32"),
        ["multiplier"] =
            (YarnOlmo3Model.WithMultiplier(1.5),
                "rope_scaling.attention_factor is 1.5 and has its key, but a runtime that does not read the key takes 1.2079442"),
    };

    public static IEnumerable<string> Names => Models.Keys;

    public static IEnumerable<string> ExpressedNames => Expressed.Keys;

    [TestMethod]
    [DynamicData(nameof(ExpressedNames))]
    public void What_has_a_key_that_not_every_runtime_reads_is_noted(string name)
    {
        (TinyModel model, string note) = Expressed[name];
        string folder = Path.Combine(WrittenFiles.Folder, $"{model.Label}.folder");
        HuggingFaceFolder.Write(model, folder);
        Trip converted = Trip.From(folder, $"{model.Label}.converted").To(ModelFormat.Gguf);
        Assert.IsTrue(
            converted.Certificate!.Notes.Any(text => text.Contains(note, StringComparison.Ordinal)),
            string.Join('\n', converted.Certificate.Notes));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Llama_computes_something_else_and_the_folder_keeps_its_names(string name)
    {
        (TinyModel model, string why) = Models[name];
        string file = Path.Combine(WrittenFiles.Folder, $"{model.Label}.by-hand.gguf");
        HandMadeGguf.Write(model, file);
        Assert.IsGreaterThan(1000 * model.Tolerance, LogitsComparison.Difference(model, LogitsComparison.Run(model, file)));

        string folder = Path.Combine(WrittenFiles.Folder, $"{model.Label}.folder");
        HuggingFaceFolder.Write(model, folder);
        Trip converted = Trip.From(folder, $"{model.Label}.converted").To(ModelFormat.Gguf);
        Assert.IsTrue(
            converted.Certificate!.Notes.Any(note => note.Contains(why, StringComparison.Ordinal)),
            string.Join('\n', converted.Certificate.Notes));
        using ModelFile kept = ModelFiles.Open(converted.Path);
        Assert.IsFalse(
            kept.Metadata.Any(entry => entry.Key == "general.architecture" && ((GgufValue)entry.Value).Text == model.Architecture));
        CollectionAssert.AreEquivalent(
            model.Tensors.Select(tensor => tensor.Name).ToArray(), kept.Tensors.Select(tensor => tensor.Name).ToArray());
    }
}
