using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>One model in several layouts: older checkpoints, and those of another version of transformers, become the same
/// GGUF.</summary>
[TestClass]
public sealed class OtherLayoutTests
{
    [TestMethod]
    public void Fused_matrices_of_old_checkpoints_become_the_same_tensors() => AssertSame("ernie4_5", tensors =>
    {
        foreach (string layer in tensors.Keys.Where(name => name.EndsWith("q_proj.weight", StringComparison.Ordinal))
            .Select(name => name[..^"self_attn.q_proj.weight".Length]).ToArray())
        {
            Fuse(tensors, layer + "self_attn.qkv_proj.weight", [.. "qkv".Select(part => $"{layer}self_attn.{part}_proj.weight")]);
            Fuse(tensors, layer + "mlp.up_gate_proj.weight", [layer + "mlp.gate_proj.weight", layer + "mlp.up_proj.weight"]);
        }
    });

    [TestMethod]
    public void Fused_matrices_beside_experts_become_the_same_tensors() => AssertSame("ernie4_5-moe", tensors =>
    {
        foreach (string layer in tensors.Keys.Where(name => name.EndsWith("q_proj.weight", StringComparison.Ordinal))
            .Select(name => name[..^"self_attn.q_proj.weight".Length]).ToArray())
        {
            Fuse(tensors, layer + "self_attn.qkv_proj.weight", [.. "qkv".Select(part => $"{layer}self_attn.{part}_proj.weight")]);
            string feedForward = layer + (tensors.ContainsKey(layer + "mlp.up_proj.weight") ? "mlp." : "mlp.shared_experts.");
            Fuse(
                tensors, feedForward + "up_gate_proj.weight", [feedForward + "gate_proj.weight", feedForward + "up_proj.weight"]);
        }
    });

    /// <summary>transformers 5 may keep them as it computes with them (formats/architectures, qwen2moe).</summary>
    [TestMethod]
    [DataRow("qwen2moe-shared", "qwen2moe", "gate_proj", "up_proj", "down_proj")]
    [DataRow("qwen3moe-a3b", "qwen3moe", "gate_proj", "up_proj", "down_proj")]
    [DataRow("qwen3next-mtp", "qwen3next", "gate_proj", "up_proj", "down_proj")]
    [DataRow("olmoe", "olmoe", "gate_proj", "up_proj", "down_proj")]
    [DataRow("deepseek2-v3", "deepseek2", "gate_proj", "up_proj", "down_proj")]
    [DataRow("glm4moe-mtp", "glm4moe", "gate_proj", "up_proj", "down_proj")]
    [DataRow("ernie45moe-tied", "ernie4_5-moe", "gate_proj", "up_proj", "down_proj")]
    [DataRow("lfm2moe-bias", "lfm2moe", "w1", "w3", "w2")]
    [DataRow("nemotronh-moe", "nemotron_h_moe", null, "up_proj", "down_proj")]
    public void Stacked_experts_become_the_same_tensors(string name, string architecture, string? gate, string up, string down) =>
        AssertSame(FamilyCheckpoint.Named(name), architecture, tensors =>
        {
            foreach (string experts in tensors.Keys.Where(name => name.EndsWith($"experts.0.{up}.weight", StringComparison.Ordinal))
                .Select(name => name[..^$"0.{up}.weight".Length]).ToArray())
            {
                int count = tensors.Keys.Count(
                    name => name.StartsWith(experts, StringComparison.Ordinal)
                        && name.EndsWith($".{up}.weight", StringComparison.Ordinal));
                Stack(tensors, experts + (gate is null ? "up_proj" : "gate_up_proj"), experts, count, gate is null ? [up] : [gate, up]);
                Stack(tensors, experts + "down_proj", experts, count, down);
            }
        });

    [TestMethod]
    public void Experts_of_either_layout_become_the_same_tensors() => AssertSame("qwen3vlmoe", tensors =>
    {
        foreach (string name in tensors.Keys.Where(IsExperts).ToArray())
        {
            tensors[name] = Turned(tensors[name]);
        }
    });

    [TestMethod]
    public void Experts_that_do_not_lie_the_same_way_are_an_error()
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find("qwen3vlmoe")!).First();
        string last = checkpoint.Tensors.Last(tensor => tensor.Name.EndsWith("experts.down_proj", StringComparison.Ordinal)).Name;
        TensorInfo[] tensors = [
            .. checkpoint.Tensors.Select(
                tensor => tensor.Name == last ? tensor with { Shape = [tensor.Shape[0], tensor.Shape[2], tensor.Shape[1]] } : tensor)];
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => checkpoint.Derive(tensors: tensors));
        Assert.Contains("do not lie the same way", error.Detail);
    }

    [TestMethod]
    [DataRow("llama-3", "layers.1.input_layernorm.weight")]
    [DataRow("gpt2-small", "h.1.ln_2.bias")]
    [DataRow("qwen3-tied", "layers.0.post_attention_layernorm.weight")]
    public void A_norm_of_another_length_than_the_model_s_width_is_an_error(string name, string ending)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Named(name);
        TensorInfo[] tensors = [
            .. checkpoint.Tensors.Select(
                tensor => tensor.Name.EndsWith(ending, StringComparison.Ordinal) ? tensor with { Shape = [tensor.Shape[0] / 2] } : tensor)];
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => checkpoint.Derive(tensors: tensors));
        Assert.Contains(ending, error.Detail);
        Assert.Contains("values", error.Detail);
    }

    [TestMethod]
    public void Experts_of_another_shape_are_refused_by_name()
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find("qwen3vlmoe")!).First();
        string last = checkpoint.Tensors.Last(tensor => tensor.Name.EndsWith("experts.down_proj", StringComparison.Ordinal)).Name;
        TensorInfo[] tensors = [
            .. checkpoint.Tensors.Select(
                tensor => tensor.Name == last ? tensor with { Shape = tensor.Shape.SetItem(2, tensor.Shape[2] + 1) } : tensor)];
        DerivedGguf derived = checkpoint.Derive(tensors: tensors);
        Assert.IsNull(derived.Architecture);
        Assert.Contains($"the tensor {last} has shape", string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("command-r", null)]
    [DataRow("cohere2", null)]
    [DataRow("lfm2", "output.weight")]
    public void An_output_that_is_a_copy_of_the_embedding_changes_nothing(string architecture, string? copy)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();
        using GgufFile before = Converted(checkpoint, "before.gguf");
        string path = Path.Combine(checkpoint.Folder, "model.safetensors");
        SortedDictionary<string, StoredTensor> tensors = StoredTensor.Read(File.ReadAllBytes(path));
        StoredTensor embedding = tensors["model.embed_tokens.weight"];
        tensors["lm_head.weight"] = embedding;
        File.WriteAllBytes(path, StoredTensor.Write(tensors));
        using (GgufFile after = Converted(checkpoint, "after.gguf"))
        {
            Assert.AreEqual(architecture, after.Architecture);
            CollectionAssert.AreEquivalent(
                before.Tensors.Select(tensor => tensor.Name).Concat(copy is null ? [] : [copy]).ToArray(),
                after.Tensors.Select(tensor => tensor.Name).ToArray());
        }

        byte[] other = [.. embedding.Bytes];
        other[^1] ^= 1;
        tensors["lm_head.weight"] = embedding with { Bytes = other };
        File.WriteAllBytes(path, StoredTensor.Write(tensors));
        using GgufFile untied = Converted(checkpoint, "untied.gguf");
        Assert.AreEqual(copy is null, untied.Find($"{architecture}.block_count") is null);
    }

    [TestMethod]
    public void Multipliers_that_a_tied_output_would_share_are_refused()
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find("falcon-h1")!).First();
        DerivedGguf derived = checkpoint.Derive(
            config => config["tie_word_embeddings"] = true,
            [.. checkpoint.Tensors.Where(tensor => tensor.Name != "lm_head.weight")]);
        Assert.IsNull(derived.Architecture);
        Assert.Contains("the embedding is the output too", string.Join('\n', derived.Notes));
    }

    [TestMethod]
    public void Multipliers_of_codes_are_refused()
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find("falcon-h1")!).First();
        DerivedGguf derived = checkpoint.Derive(
            tensors: [
                .. checkpoint.Tensors.Select(
                    tensor => tensor.Name.EndsWith("0.self_attn.q_proj.weight", StringComparison.Ordinal)
                        ? tensor with { Type = TensorType.F64 } : tensor)]);
        Assert.IsNull(derived.Architecture);
        Assert.Contains("weights are multiplied by numbers of config.json", string.Join('\n', derived.Notes));
    }

    private static bool IsExperts(string name) => name.EndsWith("experts.down_proj", StringComparison.Ordinal)
        || name.EndsWith("experts.gate_up_proj", StringComparison.Ordinal);

    private static void AssertSame(string architecture, Action<SortedDictionary<string, StoredTensor>> change) =>
        AssertSame(FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First(), architecture, change);

    private static void AssertSame(FamilyCheckpoint made, string architecture, Action<SortedDictionary<string, StoredTensor>> change)
    {
        using FamilyCheckpoint checkpoint = made;
        using GgufFile before = Converted(checkpoint, "before.gguf");
        string path = Path.Combine(checkpoint.Folder, "model.safetensors");
        SortedDictionary<string, StoredTensor> tensors = StoredTensor.Read(File.ReadAllBytes(path));
        change(tensors);
        File.WriteAllBytes(path, StoredTensor.Write(tensors));
        using GgufFile after = Converted(checkpoint, "after.gguf");
        Assert.AreEqual(architecture, after.Architecture);
        Assert.IsEmpty(ModelValidator.Validate(checkpoint.Folder).Findings);
        CollectionAssert.AreEquivalent(
            before.Tensors.Select(tensor => tensor.Name).ToArray(), after.Tensors.Select(tensor => tensor.Name).ToArray());
        foreach (TensorInfo tensor in before.Tensors)
        {
            TensorInfo other = after.Tensors.Single(found => found.Name == tensor.Name);
            CollectionAssert.AreEqual(tensor.Shape.ToArray(), other.Shape.ToArray(), tensor.Name);
            CollectionAssert.AreEqual(
                before.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength), after.Source.ReadBytes(other.Offset, (int)other.ByteLength),
                tensor.Name);
        }
    }

    private static GgufFile Converted(FamilyCheckpoint checkpoint, string name)
    {
        // The way back gives each layout as it was.
        Certificate certificate = Unflushed.Convert(checkpoint.Folder, checkpoint.At(name), ModelFormat.Gguf, new());
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        return GgufFile.Open(new MemoryByteSource(File.ReadAllBytes(checkpoint.At(name))));
    }

    private static void Fuse(SortedDictionary<string, StoredTensor> tensors, string name, string[] parts)
    {
        StoredTensor[] all = [.. parts.Select(part => tensors[part])];
        tensors[name] = new(all[0].Type, [all.Sum(part => part.Shape[0]), .. all[0].Shape[1..]], [.. all.SelectMany(part => part.Bytes)]);
        foreach (string part in parts)
        {
            tensors.Remove(part);
        }
    }

    private static void Stack(
        SortedDictionary<string, StoredTensor> tensors, string name, string experts, int count, params string[] parts)
    {
        string[] names = [
            .. from expert in Enumerable.Range(0, count)
               from part in parts
               select $"{experts}{expert}.{part}.weight"];
        StoredTensor first = tensors[names[0]];
        tensors[name] = new(
            first.Type, [count, parts.Length * first.Shape[0], first.Shape[1]],
            [.. names.SelectMany(part => tensors[part].Bytes)]);
        foreach (string part in names)
        {
            tensors.Remove(part);
        }
    }

    private static StoredTensor Turned(StoredTensor tensor)
    {
        (long count, long rows, long columns) = (tensor.Shape[0], tensor.Shape[1], tensor.Shape[2]);
        byte[] made = new byte[tensor.Bytes.Length];
        for (long at = 0; at < count * rows * columns; at++)
        {
            (long matrix, long place) = Math.DivRem(at, rows * columns);
            (long row, long column) = Math.DivRem(place, columns);
            tensor.Bytes.AsSpan((int)at * 2, 2).CopyTo(made.AsSpan((int)((((matrix * columns) + column) * rows) + row) * 2, 2));
        }

        return new(tensor.Type, [count, columns, rows], made);
    }
}
