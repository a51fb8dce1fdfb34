using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>The part of a checkpoint that sees, as a GGUF of its own, against what llama.cpp's converter made of it.</summary>
[TestClass]
public sealed class MmprojTests
{
    private static readonly ConversionOptions Options = new() { Mmproj = true };

    [TestMethod]
    [DataRow("gemma3-vision", "gemma3-vision")]
    [DataRow("gemma4-dense", "gemma4-dense")]
    [DataRow("qwen35-vision", "qwen35-vision")]
    [DataRow("qwen35moe-packed", "qwen35-vision")]
    [DataRow("qwen3vl-tied", "qwen3vl-tied")]
    [DataRow("qwen3vlmoe-untied", "qwen3vl-tied")]
    public void A_tower_is_that_of_the_converter(string name, string referenceName)
    {
        using TempFolder temp = new();
        using GgufFile made = Convert(temp, name, _ => { });
        using GgufFile reference = GgufFile.Open(
            new MemoryByteSource(File.ReadAllBytes(RepositoryData.Path("corpus", "hf", "mmproj", referenceName + ".gguf"))));
        CollectionAssert.AreEquivalent(
            reference.Tensors.Select(tensor => tensor.Name).ToArray(), made.Tensors.Select(tensor => tensor.Name).ToArray());
        foreach (TensorInfo tensor in reference.Tensors)
        {
            TensorInfo ours = made.Tensors.Single(other => other.Name == tensor.Name);
            Assert.AreEqual(tensor.Type, ours.Type, tensor.Name);
            CollectionAssert.AreEqual(tensor.Shape.ToArray(), ours.Shape.ToArray(), tensor.Name);
            CollectionAssert.AreEqual(Bytes(reference, tensor), Bytes(made, ours), tensor.Name);
        }

        string[] keys = [.. reference.Metadata.Select(entry => entry.Key).Where(Counts)];
        CollectionAssert.AreEquivalent(keys, made.Metadata.Select(entry => entry.Key).Where(Counts).ToArray());
        foreach (string key in keys)
        {
            Assert.AreEqual(reference.Find(key)!.TypeName, made.Find(key)!.TypeName, key);
            CollectionAssert.AreEqual(reference.Find(key)!.RawBytes.ToArray(), made.Find(key)!.RawBytes.ToArray(), key);
        }
    }

    [TestMethod]
    public void The_certificate_says_what_is_in_the_output_and_what_is_proved()
    {
        using TempFolder temp = new();
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", "gemma3-vision" + CheckpointArchive.Ending), temp.Root);
        Certificate certificate = Unflushed.Convert(
            temp.At(CheckpointArchive.Folder) + Path.DirectorySeparatorChar, temp.At("mmproj.gguf"), ModelFormat.Gguf, Options);
        Assert.AreEqual(ProofLevel.L1, certificate.Level);
        Assert.AreEqual("true", certificate.Options["mmproj"]);
        Assert.AreEqual("None", certificate.Options["origin"]);
        Assert.IsTrue(
            certificate.Notes.Any(note => note.EndsWith("tensors are of the model but not of the part that sees, and not in the output")));
        Assert.IsFalse(File.Exists(temp.At("mmproj.gguf.ggml-blocks.safetensors")));

        string proof = temp.At("proof.modelpack.json");
        File.WriteAllBytes(proof, CertificateJson.ToUtf8(certificate));
        Assert.IsTrue(ModelVerifier.Verify(proof, temp.At("mmproj.gguf"), ProofLevel.L1).Passed);
        VerificationReport report = ModelVerifier.Verify(proof, temp.At("mmproj.gguf"));
        Assert.IsFalse(report.Passed);
        Assert.Contains("every byte is as it was proved, and that proof is of L1: compare at level L1", report.Differences[0].Text);
    }

    [TestMethod]
    public void A_tower_alone_is_no_folder_that_transformers_loads()
    {
        using TempFolder temp = new();
        using GgufFile made = Convert(temp, "gemma3-vision", _ => { });
        Certificate certificate = Unflushed.Convert(
            temp.At("mmproj.gguf"), temp.At("back") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, new());
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        Assert.AreEqual(Meaning.Carried, certificate.Meaning);
        Assert.IsTrue(
            certificate.Notes.Any(note => note.Contains("the file holds the part of a model that sees, and transformers loads it in the folder")),
            string.Join('\n', certificate.Notes));
        Assert.IsTrue(certificate.MeaningReasons.Any(reason => reason.Contains("config.json")));
    }

    [TestMethod]
    [DataRow("llama-3", "", "", "model_type is 'llama', and only these have a rule: gemma3, gemma4, qwen3_5")]
    [DataRow("llama4-vision", "", "", "model_type is 'llama4'")]
    [DataRow("gemma3-vision", "", """{"vision_config": null}""", "config.json has no vision_config")]
    [DataRow("gemma3-vision", "hidden_act", "\"gelu\"", "hidden_act is 'gelu'")]
    [DataRow("gemma3-vision", "num_channels", "4", "num_channels is 4 instead of 3")]
    [DataRow("gemma3-vision", "", """{"mm_tokens_per_image": 9}""", "mm_tokens_per_image is 9")]
    [DataRow("gemma4-dense", "pooling_kernel_size", "2", "pooling_kernel_size is 2 instead of 3")]
    [DataRow("gemma4-dense", "head_dim", "4", "2 heads of 4 are not hidden_size 16")]
    [DataRow("gemma4-dense", "num_key_value_heads", "1", "or share keys")]
    [DataRow("gemma4-dense", "rope_parameters", """{"rope_theta": 50.0}""", "rope_theta is 50")]
    [DataRow("qwen3vl-tied", "temporal_patch_size", "3", "temporal_patch_size is 3 instead of 2")]
    [DataRow("qwen3vl-tied", "num_position_embeddings", "35", "num_position_embeddings is 35, which is no square")]
    [DataRow("qwen3vl-tied", "deepstack_visual_indexes", "[1, 0]", "deepstack_visual_indexes are not layers of 2 in their order")]
    [DataRow("qwen3vl-tied", "deepstack_visual_indexes", "[0, 2]", "deepstack_visual_indexes are not layers of 2 in their order")]
    public void What_no_projector_computes_like_is_refused_by_name(string name, string field, string value, string expected)
    {
        using TempFolder temp = new();
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Convert(temp, name, Edit(field, value)));
        Assert.AreEqual("MP2207", error.Code.Id);
        Assert.Contains(expected, error.Detail);
    }

    [TestMethod]
    [DataRow("gemma3-vision", "num_hidden_layers", "3", "num_hidden_layers is 3, but there are tensors of 2 layers")]
    [DataRow("gemma4-dense", "standardize", "false", "standardize is false, but there is a tensor vision_tower.std_scale")]
    [DataRow("qwen3vl-tied", "out_hidden_size", "48", "out_hidden_size is 48, but hidden_size of the language model is 32")]
    [DataRow("qwen3vl-tied", "deepstack_visual_indexes", "[0]", "deepstack_visual_indexes has 1 item, but there are tensors of 2 mergers")]
    [DataRow(
        "qwen35-vision", "intermediate_size", "48",
        "intermediate_size is 48, but the tensor model.visual.blocks.0.mlp.linear_fc1.weight")]
    public void What_the_tensors_contradict_is_an_error(string name, string field, string value, string expected)
    {
        using TempFolder temp = new();
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Convert(temp, name, Edit(field, value)));
        Assert.AreEqual("MP2205", error.Code.Id);
        Assert.Contains(expected, error.Detail);
    }

    [TestMethod]
    [DataRow(
        "gemma3-vision", "layers.1.self_attn.v_proj.bias", "layers.1.self_attn.v_proj.bixs", "layers.1.self_attn.v_proj.bias' is missing")]
    [DataRow(
        "gemma4-dense", "vision_tower.std_bias", "vision_tower.std_bixs", "vision_tower.std_bixs' has no place in a GGUF of such a tower")]
    public void Tensors_of_a_tower_are_all_there_and_all_known(string name, string known, string other, string expected)
    {
        using TempFolder temp = new();
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => Convert(temp, name, _ =>
        {
            string path = Path.Combine(temp.At(CheckpointArchive.Folder), "model.safetensors");
            byte[] bytes = File.ReadAllBytes(path);
            int at = bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes($"vision_model.encoder.{known}\""));
            at = at >= 0 ? at + "vision_model.encoder.".Length : bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(known));
            Encoding.UTF8.GetBytes(other).CopyTo(bytes.AsSpan(at));
            File.WriteAllBytes(path, bytes);
        }));
        Assert.AreEqual("MP2207", error.Code.Id);
        Assert.Contains(expected, error.Detail);
    }

    [TestMethod]
    public void Where_F16_would_round_a_projection_is_F32_with_every_number()
    {
        const string Projection = "multi_modal_projector.mm_input_projection_weight";
        using TempFolder temp = new();
        byte[] bytes = [];
        using GgufFile made = Convert(temp, "gemma3-vision", _ =>
        {
            string path = Path.Combine(temp.At(CheckpointArchive.Folder), "model.safetensors");
            SortedDictionary<string, StoredTensor> tensors = StoredTensor.Read(File.ReadAllBytes(path));

            // 2^-30 in BF16.
            (tensors[Projection].Bytes[0], tensors[Projection].Bytes[1]) = (0x80, 0x30);
            bytes = tensors[Projection].Bytes;
            File.WriteAllBytes(path, StoredTensor.Write(tensors));
        });
        TensorInfo tensor = made.Tensors.Single(tensor => tensor.Name == "mm.input_projection.weight");
        Assert.AreEqual(TensorType.F32, tensor.Type);
        CollectionAssert.AreEqual(
            bytes.Chunk(2).SelectMany(number => new byte[] { 0, 0, number[0], number[1] }).ToArray(), Bytes(made, tensor));
    }

    [TestMethod]
    public void Pictures_need_their_mean()
    {
        using TempFolder temp = new();
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", "qwen3vl-tied" + CheckpointArchive.Ending), temp.Root);
        File.Delete(Path.Combine(temp.At(CheckpointArchive.Folder), "preprocessor_config.json"));
        Assert.Contains("no file of the folder states image_mean", Refused(temp, "mmproj.gguf", ModelFormat.Gguf, "MP2207"));
    }

    [TestMethod]
    public void A_part_that_sees_is_a_GGUF_of_a_folder()
    {
        using TempFolder temp = new();
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", "qwen3vl-tied" + CheckpointArchive.Ending), temp.Root);
        Assert.Contains("becomes a GGUF, not", Refused(temp, "mmproj.apr", ModelFormat.Apr, "MP2412"));
        using GgufFile made = Convert(temp, "qwen3vl-tied", _ => { }, extract: false);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Plan(temp.At("mmproj.gguf"), temp.At("again.gguf"), ModelFormat.Gguf, Options));
        Assert.AreEqual("MP2207", error.Code.Id);
    }

    // What the converter takes from the folder's name and the settings of the language model says nothing of the tower.
    private static bool Counts(string key) => !key.StartsWith("general.sampling.", StringComparison.Ordinal)
        && key is not ("general.name" or "general.size_label" or "general.quantization_version");

    private static byte[] Bytes(GgufFile file, TensorInfo tensor) => file.Source.ReadBytes(tensor.Offset, (int)tensor.ByteLength);

    private static string Refused(TempFolder temp, string target, ModelFormat format, string code)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => Unflushed.Convert(temp.At(CheckpointArchive.Folder) + Path.DirectorySeparatorChar, temp.At(target), format, Options));
        Assert.AreEqual(code, error.Code.Id);
        return error.Detail;
    }

    private static Action<JsonObject> Edit(string field, string value) => root =>
    {
        if (field.Length > 0)
        {
            root["vision_config"]![field] = JsonNode.Parse(value);
            return;
        }

        foreach ((string name, JsonNode? node) in value.Length == 0 ? [] : JsonNode.Parse(value)!.AsObject())
        {
            root[name] = node?.DeepClone();
        }
    };

    private static GgufFile Convert(TempFolder temp, string name, Action<JsonObject> edit, bool extract = true)
    {
        if (extract)
        {
            CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), temp.Root);
        }

        string folder = temp.At(CheckpointArchive.Folder);
        string path = Path.Combine(folder, "config.json");
        JsonObject root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(root);
        File.WriteAllText(path, root.ToJsonString());
        Unflushed.Convert(folder + Path.DirectorySeparatorChar, temp.At("mmproj.gguf"), ModelFormat.Gguf, Options);
        return GgufFile.Open(new MemoryByteSource(File.ReadAllBytes(temp.At("mmproj.gguf"))));
    }
}
