using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats.Gguf;
using ModelPack.Models;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Validation;

[TestClass]
public sealed class HyperparameterTests : ValidationTest
{
    [TestMethod]
    [DataRow("token_embd.weight")]
    [DataRow("blk.1.attn_v.weight")]
    [DataRow("blk.0.ffn_down.weight")]
    public void A_transposed_shape_is_found_with_both_shapes_and_their_source(string name)
    {
        EditableGguf model = TinyModel.Gguf();
        model[name].Type = TensorType.F16;
        model[name].Payload = FinitePayload.Make(TensorType.F16, model[name].Shape, seed: 1);
        long[] right = model[name].Shape;
        model[name].Shape = [right[1], right[0]];
        Finding[] findings = [.. Findings(model).Where(finding => finding.Code == ValidationErrors.Shape)];
        Assert.HasCount(1, findings);
        Assert.AreEqual(name, findings[0].Place);
        StringAssert.Contains(findings[0].Text, $"[{right[1]}, {right[0]}]");
        StringAssert.Contains(findings[0].Text, "qwen2.embedding_length (256)");
        using ModelFile file = ModelFiles.Open(Folder["model.gguf"]);
        Assert.AreEqual(file.Tensors.Single(tensor => tensor.Name == name).Offset, findings[0].ByteOffset);
    }

    [TestMethod]
    public void A_wrong_hyperparameter_is_found_in_every_format()
    {
        EditableGguf gguf = TinyModel.Gguf();
        gguf.Set("qwen2.feed_forward_length", GgufValue.FromUInt32(TinyModel.FeedForward * 2));
        EditableApr apr = TinyModel.Apr();
        apr.SetJson("intermediate_size", "1024");
        Dictionary<string, object?> config = TinyFolder.Config();
        config["intermediate_size"] = 1024;
        string folder = TinyFolder.Write(Folder, "tiny", null, ("config.json", config));
        foreach (IReadOnlyList<Finding> findings in new IReadOnlyList<Finding>[] { Findings(gguf), Findings(apr),
            ModelValidator.Validate(folder).Findings })
        {
            Assert.HasCount(3 * TinyModel.Layers, findings);
            Assert.IsTrue(
                findings.All(finding => finding.Code == ValidationErrors.Shape && finding.Text.Contains("1024", StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    [DataRow("n_inner", true)]
    [DataRow("unrelated", false)]
    public void An_APR_alias_counts_as_the_field(string key, bool counts)
    {
        EditableApr model = TinyModel.Apr();
        model.RemoveKey("intermediate_size");
        model.SetJson(key, "1024");
        Assert.AreEqual(counts, Findings(model).Any(finding => finding.Code == ValidationErrors.Shape));
    }

    [TestMethod]
    public void Heads_that_do_not_divide_the_hidden_size_are_found_unless_a_head_length_is_stated()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Set("qwen2.attention.head_count", GgufValue.FromUInt32(6));
        Finding finding = Findings(model).Single(finding => finding.Code == ValidationErrors.Heads);
        Assert.AreEqual("qwen2.attention.head_count", finding.Place);
        StringAssert.Contains(finding.Text, "256");
        StringAssert.Contains(finding.Text, "6");
        Assert.IsNotNull(finding.ByteOffset);

        model.Set("qwen2.attention.key_length", GgufValue.FromUInt32(64));
        model.Set("qwen2.attention.value_length", GgufValue.FromUInt32(64));
        Assert.IsFalse(Findings(model).Any(found => found.Code == ValidationErrors.Heads));
    }

    [TestMethod]
    [DataRow(3u)]
    [DataRow(0u)]
    public void Key_heads_that_do_not_divide_the_heads_are_found(uint count)
    {
        EditableGguf model = TinyModel.Gguf();
        model.Set("qwen2.attention.head_count_kv", GgufValue.FromUInt32(count));
        Assert.AreEqual("qwen2.attention.head_count_kv", Findings(model).Single(finding => finding.Code == ValidationErrors.Heads).Place);
    }

    [TestMethod]
    public void A_model_without_heads_is_found()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Set("qwen2.attention.head_count", GgufValue.FromUInt32(0));
        Assert.IsTrue(Findings(model).Any(finding => finding.Code == ValidationErrors.Heads));
    }

    [TestMethod]
    [DataRow(3u, "layer 2 is missing")]
    [DataRow(1u, "layer 1 is one too many")]
    public void Layers_that_are_missing_or_too_many_are_named(uint count, string text)
    {
        EditableGguf model = TinyModel.Gguf();
        model.Set("qwen2.block_count", GgufValue.FromUInt32(count));
        Finding finding = Finding(model);
        Assert.AreEqual(ValidationErrors.Layers, finding.Code);
        StringAssert.Contains(finding.Text, text);
    }

    [TestMethod]
    [DataRow("blk.1.attn_norm.weight", "attention norm")]
    [DataRow("blk.1.attn_k.weight", "query, key and value")]
    [DataRow("blk.1.attn_output.weight", "attention output")]
    [DataRow("blk.1.ffn_down.weight", "feed-forward")]
    public void A_layer_that_lacks_something_is_named(string name, string what)
    {
        foreach (ModelFormat format in new[] { ModelFormat.Gguf, ModelFormat.Apr })
        {
            EditableModel model = TinyModel.In(format);
            model.Tensors.Remove(model[name]);
            Finding finding = Finding(model);
            Assert.AreEqual(ValidationErrors.Layers, finding.Code);
            Assert.AreEqual("layer 1", finding.Place);
            StringAssert.Contains(finding.Text, what);
        }
    }

    [TestMethod]
    public void A_model_without_embedding_is_found()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Tensors.Remove(model["token_embd.weight"]);
        Assert.AreEqual(ValidationErrors.Layers, Finding(model).Code);
    }

    [TestMethod]
    public void An_architecture_that_the_hyperparameters_are_not_of_is_found()
    {
        EditableGguf model = TinyModel.Gguf();
        model.SetText("general.architecture", "llama");
        Finding finding = Findings(model).Single(finding => finding.Code == ValidationErrors.Architecture);
        StringAssert.Contains(finding.Text, "'llama'");
        StringAssert.Contains(finding.Text, "qwen2.block_count");
    }

    [TestMethod]
    [DataRow("model.architecture", "\"llama\"")]
    [DataRow("model.hidden_size", "128")]
    [DataRow("hidden_dim", "128")]
    public void An_APR_field_and_its_copy_that_differ_are_found(string key, string json)
    {
        EditableApr model = TinyModel.Apr();
        model.SetJson(key, json);
        Finding finding = Finding(model);
        Assert.AreEqual(ValidationErrors.Contradiction, finding.Code);
        Assert.AreEqual(key, finding.Place);
        StringAssert.Contains(finding.Text, key == "model.architecture" ? "qwen2" : "256");
        string text = System.Text.Encoding.UTF8.GetString(
            File.ReadAllBytes(Folder["model.apr"]), (int)finding.ByteOffset!.Value, json.Length);
        Assert.AreEqual(json, text);
    }

    [TestMethod]
    public void An_adapter_need_not_be_a_whole_model()
    {
        EditableGguf model = TinyModel.Gguf();
        model.SetText("general.type", "adapter");
        model.Tensors.RemoveRange(0, 4);
        Sound(Validate(model));
    }

    [TestMethod]
    public void Numbers_beyond_every_tensor_give_findings_and_no_other_error()
    {
        foreach (string key in TinyModel.Gguf().Metadata.Select(entry => entry.Key)
            .Where(key => key.StartsWith("qwen2.", StringComparison.Ordinal)).ToArray())
        {
            EditableGguf model = TinyModel.Gguf();
            model.Set(key, GgufValue.FromUInt64(long.MaxValue));
            bool isCompared = !key.EndsWith("context_length", StringComparison.Ordinal)
                && !key.EndsWith("epsilon", StringComparison.Ordinal);
            Assert.AreEqual(isCompared, !Findings(model).IsEmpty, key);
        }
    }
}
