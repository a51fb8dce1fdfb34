using ModelPack.Models;

namespace ModelPack.Interop.Tests.Models;

/// <summary>What was edited between two conversions stays edited, and is named.</summary>
[TestClass]
public sealed class EditedFolderTests
{
    private const float Edit = 0.3125f;

    private static readonly TinyModel Model = TinyModels.Get("llama-F32");

    [TestMethod]
    public void A_tensor_edited_in_a_folder_goes_into_the_gguf()
    {
        Trip folder = FromHandMade("edited-tensor").To(ModelFormat.SafeTensors);
        EditFirstValue(folder.Path, "model.layers.1.self_attn.q_proj.weight", "model.safetensors");
        Trip back = folder.To(ModelFormat.Gguf);
        StringAssert.Contains(Notes(back), "tensor 'model.layers.1.self_attn.q_proj.weight' was edited after it was converted");
        Dictionary<string, ModelTensor> tensors = back.Tensors();
        Assert.AreEqual(Edit, tensors["blk.1.attn_q.weight"].Values[0]);
        AssertOthersAreOf(Model.NativeTensors(), tensors, "blk.1.attn_q.weight");
    }

    [TestMethod]
    public void A_tensor_edited_in_a_gguf_goes_into_the_folder()
    {
        Trip gguf = Trip.From(ConvertedFolders.Folder(Model), "edited-gguf").To(ModelFormat.Gguf);
        EditFirstValue(gguf.Path, "blk.0.attn_k.weight");
        Trip back = gguf.To(ModelFormat.SafeTensors);
        StringAssert.Contains(Notes(back), "tensor 'blk.0.attn_k.weight' was edited after it was converted");
        Dictionary<string, ModelTensor> tensors = back.Tensors();
        Assert.AreEqual(Edit, tensors["model.layers.0.self_attn.k_proj.weight"].Values[0]);
        AssertOthersAreOf(Model.Tensors, tensors, "model.layers.0.self_attn.k_proj.weight");
    }

    [TestMethod]
    [DataRow("config.json", "\"rope_theta\": 10000.0", "\"rope_theta\": 50000.0", "llama.rope.freq_base", "50000")]
    [DataRow("config.json", "\"max_position_embeddings\": 128", "\"max_position_embeddings\": 64", "llama.context_length", "64")]
    public void A_companion_edited_in_a_folder_speaks_for_itself(string file, string before, string after, string key, string value)
    {
        Trip folder = FromHandMade($"edited-{key}").To(ModelFormat.SafeTensors);
        Replace(Path.Combine(folder.Path, file), before, after);
        Trip back = folder.To(ModelFormat.Gguf);
        StringAssert.Contains(Notes(back), $"'{file}' in '{folder.Name}' was edited after it was converted");
        StringAssert.Contains(Notes(back), "its origin record was left behind");
        using ModelFile found = ModelFiles.Open(back.Path);
        Assert.AreEqual(value, found.Metadata.Single(entry => entry.Key == key).Value.Display());
    }

    [TestMethod]
    public void A_companion_that_was_removed_is_named()
    {
        Trip folder = FromHandMade("removed-companion").To(ModelFormat.SafeTensors);
        File.Delete(Path.Combine(folder.Path, "tokenizer_config.json"));
        StringAssert.Contains(
            Notes(folder.To(ModelFormat.Gguf)), $"'tokenizer_config.json' was removed from '{folder.Name}' after it was converted");
    }

    [TestMethod]
    public void A_folder_that_was_restored_converts_as_the_first_one_did()
    {
        Trip first = Trip.From(ConvertedFolders.Folder(Model), "restored").To(ModelFormat.Gguf);
        Trip again = first.To(ModelFormat.SafeTensors).To(ModelFormat.Gguf);
        CollectionAssert.AreEqual(first.Bytes(), again.Bytes());
    }

    private static Trip FromHandMade(string label)
    {
        string path = Path.Combine(WrittenFiles.Folder, $"{label}.gguf");
        HandMadeGguf.Write(Model, path);
        return Trip.From(path, label);
    }

    private static string Notes(Trip trip) => string.Join('\n', trip.Certificate!.Notes);

    private static void EditFirstValue(string path, string name, string file = "")
    {
        long offset;
        using (ModelFile model = ModelFiles.Open(path))
        {
            TensorInfo tensor = model.Tensors.Single(tensor => tensor.Name == name);
            offset = tensor.Offset - model.AllMembers[0].Start;
        }

        using FileStream stream = File.OpenWrite(Path.Combine(path, file));
        stream.Position = offset;
        stream.Write(BitConverter.GetBytes(Edit));
    }

    private static void Replace(string path, string before, string after)
    {
        string text = File.ReadAllText(path);
        Assert.AreEqual(2, text.Split(before).Length, $"{path} has no {before}");
        File.WriteAllText(path, text.Replace(before, after, StringComparison.Ordinal));
    }

    private static void AssertOthersAreOf(IEnumerable<ModelTensor> expected, Dictionary<string, ModelTensor> found, string edited)
    {
        foreach (ModelTensor tensor in expected.Where(tensor => tensor.Name != edited))
        {
            CollectionAssert.AreEqual(tensor.Values, found[tensor.Name].Values, tensor.Name);
        }
    }
}
