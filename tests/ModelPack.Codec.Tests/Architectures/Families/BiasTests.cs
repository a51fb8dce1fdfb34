using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.IO.Names;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>Whether a class has biases is said by a field and by the tensors; whether llama.cpp adds them is known of each
/// architecture.</summary>
[TestClass]
public sealed class BiasTests
{
    private const string Query = "self_attn.q_proj";

    [TestMethod]
    [DataRow("llama-31-instruct", "attention_bias")]
    [DataRow("llama-31-instruct", "mlp_bias")]
    [DataRow("granite-30-2b", "attention_bias")]
    [DataRow("granite-30-2b", "mlp_bias")]
    [DataRow("olmo2-7b", "attention_bias")]
    [DataRow("qwen3-tied", "attention_bias")]
    [DataRow("qwen3moe-a3b", "attention_bias")]
    [DataRow("gemma-2b", "attention_bias")]
    [DataRow("gemma2-2b", "attention_bias")]
    [DataRow("llama-internlm3", "qkv_bias")]
    [DataRow("llama-internlm3", "bias")]
    [DataRow("stablelm-3b", "use_qkv_bias")]
    [DataRow("smollm3", "attention_bias", false)]
    public void Biases_that_are_stated_and_not_there_are_missed(string name, string field, bool isError = true)
    {
        if (isError)
        {
            Assert.Contains($"{field} is true, but there is no tensor", Error(name, config => config[field] = true));
        }
        else
        {
            Assert.IsNull(Derive(name, config => config[field] = true, null).Architecture);
        }
    }

    [TestMethod]
    [DataRow("llama-31-instruct", "attention_bias", Query)]
    [DataRow("llama-31-instruct", "mlp_bias", "mlp.up_proj")]
    [DataRow("granite-30-2b", "attention_bias", Query)]
    [DataRow("olmo2-7b", "attention_bias", Query)]
    [DataRow("qwen3-tied", "attention_bias", Query)]
    [DataRow("gemma-2b", "attention_bias", Query)]
    [DataRow("stablelm-3b", "use_qkv_bias", Query)]
    public void Biases_that_the_class_would_pass_over_are_an_error(string name, string field, string module)
    {
        Assert.Contains($"{field} is false, but there is a tensor model.layers.0.{module}.bias", Error(name, _ => { }, module));
        Assert.IsNotNull(Derive(name, config => config[field] = true, module).Architecture);
    }

    [TestMethod]
    public void A_class_that_always_has_biases_is_not_claimed_without_them()
    {
        DerivedGguf derived = Derive(
            "qwen2-untied", _ => { }, null, tensor => !tensor.Name.EndsWith("_proj.bias", StringComparison.Ordinal));
        Assert.IsNull(derived.Architecture);
        Assert.Contains("the class has biases of q, k and v", string.Join('\n', derived.Notes));
        Assert.Contains("use_bias is false, but there is a tensor", Error("starcoder2-3b", config => config["use_bias"] = false));
    }

    [TestMethod]
    [DataRow("llama-mistral-nemo", Query)]
    [DataRow("llama-mixtral", "self_attn.o_proj")]
    public void A_class_without_biases_is_not_claimed_with_one(string name, string module)
    {
        DerivedGguf derived = Derive(name, _ => { }, module);
        Assert.IsNull(derived.Architecture);
        Assert.Contains(
            $"the class has no biases, and there is a tensor model.layers.0.{module}.bias", string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("arcee", "mlp_bias", "mlp.up_proj", "blk.0.ffn_up.bias")]
    [DataRow("qwen3-tied", "attention_bias", "self_attn.o_proj self_attn.q_proj", "blk.0.attn_output.bias")]
    [DataRow("ernie4-5", "use_bias", "self_attn.o_proj self_attn.q_proj", "blk.0.attn_output.bias")]
    [DataRow("qwen3-tied", "attention_bias", Query, null)]
    public void A_bias_that_llama_does_not_add_is_carried(string name, string field, string modules, string? stray)
    {
        using TempFolder temp = new();
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), temp.Root);
        string folder = temp.At(CheckpointArchive.Folder) + Path.DirectorySeparatorChar;
        string weights = Path.Combine(folder, "model.safetensors");
        SortedDictionary<string, StoredTensor> tensors = StoredTensor.Read(File.ReadAllBytes(weights));
        foreach ((string weight, string module) in tensors.Keys.ToArray().SelectMany(
            tensor => modules.Split(' ').Where(module => tensor.EndsWith($"{module}.weight", StringComparison.Ordinal)),
            (tensor, module) => (tensor, module)))
        {
            StoredTensor matrix = tensors[weight];
            tensors[weight[..^"weight".Length] + "bias"] =
                new(matrix.Type, [matrix.Shape[0]], matrix.Bytes[..(int)(matrix.Bytes.Length / matrix.Shape[1])]);
        }

        File.WriteAllBytes(weights, StoredTensor.Write(tensors));
        string path = Path.Combine(folder, CompanionNames.Config);
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config[field] = true;
        File.WriteAllText(path, config.ToJsonString());
        Certificate certificate = Unflushed.Convert(folder, temp.At("out.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        Assert.AreEqual(stray is null ? Meaning.Runs : Meaning.Carried, certificate.Meaning, string.Join('\n', certificate.MeaningReasons));
        Assert.AreEqual(
            stray is not null, certificate.MeaningReasons.Contains($"the tensor '{stray}' is a bias that llama.cpp does not add"));
        using GgufFile file = GgufFile.Open(new MemoryByteSource(File.ReadAllBytes(temp.At("out.gguf"))));
        Assert.IsTrue(file.Tensors.Any(tensor => tensor.Name == (stray ?? "blk.0.attn_q.bias")));
    }

    [TestMethod]
    public void Components_with_a_bias_are_rows_of_their_architecture()
    {
        foreach (string architecture in NameTable.Architectures.Where(name => !name.Contains('+') && !name.Contains('/')))
        {
            HashSet<string> rows =
                [.. NameTable.For(architecture)!.Rules.Select(rule => rule.Gguf.Text.Replace("blk.{n}.", "", StringComparison.Ordinal))];
            string[] unknown = [.. RequiredTensors.For(architecture)!.Biases.Where(bias => !rows.Contains(bias))];
            Assert.IsEmpty(unknown, $"{architecture}: {string.Join(' ', unknown)}");
        }
    }

    private static string Error(string name, Action<JsonObject> edit, string? module = null) =>
        Assert.ThrowsExactly<ModelPackException>(() => Derive(name, edit, module)).Detail;

    // With a bias for a module of the first layer.
    private static DerivedGguf Derive(string name, Action<JsonObject> edit, string? module, Func<TensorInfo, bool>? keeps = null)
    {
        SharedCheckpoint checkpoint = SharedCheckpoint.Of(name);
        TensorInfo[] tensors = [.. checkpoint.Tensors.Where(keeps ?? (_ => true))];
        if (module is not null)
        {
            TensorInfo matrix = tensors.Single(tensor => tensor.Name == $"model.layers.0.{module}.weight");
            tensors = [.. tensors, matrix with { Name = matrix.Name[..^"weight".Length] + "bias", Shape = matrix.Shape[..1] }];
        }

        return ConfigToGguf.Derive(new("folder", [.. checkpoint.Companions.Select(file =>
        {
            if (file.Name != CompanionNames.Config)
            {
                return file;
            }

            JsonObject config = JsonNode.Parse(file.Bytes.Span)!.AsObject();
            edit(config);
            return new(file.Name, Encoding.UTF8.GetBytes(config.ToJsonString()));
        })], tensors, null));
    }
}
