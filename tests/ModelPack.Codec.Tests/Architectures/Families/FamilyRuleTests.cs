using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>Rules of families that stand in code: each is given a config, or keys, that it must refuse, or say otherwise.</summary>
[TestClass]
public sealed class FamilyRuleTests
{
    private const string Linear = """{"rope_scaling": {"rope_type": "linear", "factor": 2.0}}""";

    [TestMethod]
    [DataRow("smollm3", """{"no_rope_layers": [1, 0, 1, 0]}""", "no_rope_layers is 0 for layer 1")]
    [DataRow("smollm3", """{"no_rope_layers": null, "no_rope_layer_interval": 2}""", "no_rope_layer_interval is 2")]
    [DataRow("smollm3", """{"use_sliding_window": true, "sliding_window": 8, "layer_types": null}""", "sliding_window is 8")]
    [DataRow("exaone4", """{"sliding_window": null, "layer_types": ["sliding_attention", "full_attention"]}""", "sliding_window is not stated")]
    [DataRow("exaone4", """{"sliding_window": 8, "layer_types": null, "sliding_window_pattern": "LG"}""", "")]
    [DataRow("exaone4", """{"sliding_window": 8, "layer_types": null, "sliding_window_pattern": "LGLL"}""", "sliding_window_pattern is not L")]
    [DataRow("cohere2", Linear, "rope_scaling is of type 'linear'")]
    [DataRow("cohere2", """{"layer_types": ["full_attention", "full_attention", "full_attention", "full_attention"]}""", "layer_types says 'full_attention' for layer 0")]
    [DataRow("command-r", Linear, "rope_scaling is of type 'linear'")]
    [DataRow("olmoe", """{"clip_qkv": 1.0}""", "clip_qkv is ")]
    [DataRow("dots1", """{"sliding_window": 8, "use_sliding_window": true}""", "sliding_window is 8")]
    [DataRow("dots1", """{"layer_types": ["full_attention", "sliding_attention", "full_attention"]}""", "layer_types holds another kind")]
    [DataRow("mistral3", """{"sliding_window": 8}""", "sliding_window is 8")]
    [DataRow("mistral3", """{"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e6, "factor": 16.0, "original_max_position_embeddings": 16384, "mscale": 2.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.1}}""", "do not state mscale 1")]
    [DataRow("mistral3", """{"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}}""", "state no scaling of type 'yarn'")]
    [DataRow("hunyuan-dense", """{"rope_theta": 20000.0}""", "rope_theta 20000")]
    [DataRow("hunyuan-dense", """{"rope_scaling": {"rope_type": "yarn", "factor": 2.0}}""", "rope_scaling is of type 'yarn'")]
    [DataRow("hunyuan-dense", """{"rope_scaling": {"rope_type": "dynamic", "factor": 1.0}}""", "without alpha")]
    [DataRow("mpt", """{"attn_config": {"qk_ln": true}}""", "attn_config.qk_ln has a value")]
    [DataRow("mpt", """{"attn_config": {"softmax_scale": 0.5}}""", "attn_config.softmax_scale has a value")]
    [DataRow("mpt", """{"attn_config": {"attn_type": "multiquery_attention"}}""", "attn_config.attn_type has a value")]
    [DataRow("mpt", """{"attn_config": null}""", "attn_config is missing")]
    [DataRow("cohere2", """{"attention_bias": true}""", "attention_bias is true")]
    [DataRow("ernie4_5-moe", """{"moe_layer_end_index": 0}""", "moe_layer_end_index is 0")]
    [DataRow("llama4", """{"attn_scale": 0.2}""", "attn_scale is 0.2 instead of 0.1")]
    [DataRow("llama4", """{"floor_scale": 4096}""", "floor_scale is 4096 instead of 8192")]
    [DataRow("llama4", """{"attn_temperature_tuning": false}""", "attn_temperature_tuning is false")]
    [DataRow("llama4", """{"no_rope_layers": [1, 1, 0, 0]}""", "no_rope_layers is 0 for layer 2")]
    [DataRow("llama4", """{"moe_layers": [0]}""", "moe_layers are not")]
    public void What_a_runtime_computes_otherwise_is_refused_by_name(string architecture, string edit, string expected)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();
        DerivedGguf derived = checkpoint.Derive(config => Merge(config, edit));
        Assert.AreEqual(expected.Length == 0, derived.Architecture is not null, string.Join('\n', derived.Notes));
        Assert.IsTrue(expected.Length == 0 || derived.Notes.Any(note => note.Contains(expected)), string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("smollm3", """{"no_rope_layers": [1]}""", "no_rope_layers has 1 item")]
    [DataRow("exaone4", """{"sliding_window": 8, "layer_types": null, "sliding_window_pattern": "LX"}""", "sliding_window_pattern is no sequence")]
    [DataRow("exaone4", """{"sliding_window": 8, "layer_types": null, "sliding_window_pattern": 0}""", "sliding_window_pattern is 0")]
    [DataRow("arcee", """{"attention_bias": true}""", "attention_bias is true, but there is no tensor")]
    [DataRow("arcee", """{"mlp_bias": true}""", "mlp_bias is true, but there is no tensor")]
    [DataRow("minimax-m2", """{"rotary_dim": 7}""", "rotary_dim is 7, but a head has 16")]
    [DataRow("minimax-m2", """{"rotary_dim": 18}""", "rotary_dim is 18, but a head has 16")]
    [DataRow("minimax-m2", """{"partial_rotary_factor": 1.0}""", "rotary_dim is 8, but partial_rotary_factor gives 16")]
    [DataRow("nemotron", """{"factor": -1.0}""", "factor is not above 0")]
    [DataRow("hunyuan-dense", """{"rope_scaling": {"rope_type": "dynamic", "alpha": 0.0}}""", "alpha is 0")]
    public void What_contradicts_itself_is_an_error(string architecture, string edit, string expected)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => checkpoint.Derive(config => Merge(config, edit)));
        Assert.Contains(expected, error.Detail);
    }

    [TestMethod]
    [DataRow("nemotron", """{"factor": 2.0}""", "rope.scaling.type", "linear")]
    [DataRow("nemotron", """{"rope_scaling": {"rope_type": "linear", "factor": 2.0}}""", "rope.scaling.type", "linear")]
    [DataRow("minimax-m2", """{"rotary_dim": null, "partial_rotary_factor": 0.25}""", "rope.dimension_count", "4")]
    [DataRow("minimax-m2", """{"rotary_dim": null}""", "rope.dimension_count", "16")]
    [DataRow("exaone4", """{"sliding_window": 8, "layer_types": null, "sliding_window_pattern": 2}""", "attention.sliding_window", "8")]
    [DataRow("llama4", """{"layer_types": ["full_attention", "full_attention", "full_attention", "full_attention"]}""", "attention.sliding_window", "0")]
    [DataRow("hunyuan-dense", """{"rope_scaling": null}""", "rope.freq_base", "10000")]
    [DataRow("mpt", """{"attn_config": {"alibi": false}}""", "attention.max_alibi_bias", "0")]
    [DataRow("bloom", """{"seq_length": null}""", "context_length", "64")]
    [DataRow("command-r", """{"model_max_length": null}""", "context_length", "8192")]
    [DataRow("granitemoe", """{"attention_multiplier": null}""", "attention.scale", "1")]
    [DataRow("glm4", """{"attention_bias": null}""", "rope.dimension_count", "8")]
    [DataRow("nemotron_h_moe", """{"rope_theta": null, "rope_parameters": {"rope_theta": 20000.0, "rope_type": "default"}}""", "rope.freq_base", "20000")]
    [DataRow("nemotron_h_moe", """{"hybrid_override_pattern": null, "layer_types": ["linear_attention", "moe", "linear_attention", "full_attention", "moe"]}""", "attention.head_count_kv", "[0, 0, 0, 2, 0]")]
    [DataRow("t5encoder", """{"architectures": null}""", "block_count", "2")]
    public void What_is_said_in_another_way_is_understood(string architecture, string edit, string key, string value)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();
        DerivedGguf derived = checkpoint.Derive(config => Merge(config, edit));
        MetadataEntry? entry = derived.Entries.SingleOrDefault(entry => entry.Key == $"{architecture}.{key}");
        Assert.IsNotNull(entry, string.Join('\n', derived.Notes));
        Assert.AreEqual(value, entry.Value.Text ?? entry.Value.Display());
    }

    [TestMethod]
    [DataRow("llama4", """{"attention_chunk_size": 16}""", "attention_chunk_size is 16, and the runtime takes 8192")]
    [DataRow("llama4", """{"use_qk_norm": false}""", "use_qk_norm is false, and the runtime tells it from the number of experts")]
    public void What_a_runtime_has_no_key_for_is_noted_as_changing_results(string architecture, string edit, string expected)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();
        DerivedGguf derived = checkpoint.Derive(config => Merge(config, edit));
        Assert.AreEqual(architecture, derived.Architecture);
        Assert.IsTrue(derived.Notes.Any(note => note.Contains(expected)), string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("command-r", "rope.scaling.type", "linear", "rope.scaling.type is 'linear', and the class scales nothing")]
    [DataRow("bloom", "feed_forward_length", 300u, "feed_forward_length is 300, but the class has 4 times 64")]
    [DataRow("bloom", "attention.head_count_kv", 2u, "attention.head_count_kv is 2, but the class has as many as heads, 4")]
    [DataRow("minimax-m2", "rope.dimension_count", 20u, "rope.dimension_count is 20, but a head has 16")]
    public void Keys_that_the_class_cannot_say_give_no_config(string architecture, string key, object value, string expected)
    {
        string? refusal = Refusal(architecture, key, value);
        Assert.IsNotNull(refusal);
        Assert.Contains(expected, refusal);
    }

    [TestMethod]
    public void Biases_are_left_out_where_they_are_known_to_be_zero()
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find("cohere2")!).First();
        TensorInfo matrix = checkpoint.Tensors.First(tensor => tensor.Name.EndsWith("self_attn.q_proj.weight", StringComparison.Ordinal));
        TensorInfo bias = matrix with { Name = matrix.Name.Replace(".weight", ".bias"), Shape = matrix.Shape[..1] };
        Action<JsonObject> biased = config => config["attention_bias"] = true;
        DerivedGguf Derive(byte[] payload) => checkpoint.Derive(biased, [.. checkpoint.Tensors, bias], _ => payload);
        DerivedGguf zero = Derive(new byte[128]);
        Assert.AreEqual("cohere2", zero.Architecture, string.Join('\n', zero.Notes));
        Assert.IsTrue(zero.Notes.Any(note => note.Contains("attention_bias: 1 biases are zero")), string.Join('\n', zero.Notes));
        DerivedGguf other = Derive([.. new byte[126], 1, 0]);
        Assert.IsNull(other.Architecture);
        Assert.IsTrue(other.Notes.Any(note => note.Contains($"the tensor {bias.Name} is not zero")), string.Join('\n', other.Notes));
    }

    /// <summary>Why a GGUF of the family gives no config once a key has another value, or none.</summary>
    internal static string? Refusal(string architecture, string key, object? value)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();
        using GgufFile file = GgufFile.Open(new MemoryByteSource(checkpoint.Gguf));
        GgufValue? changed = value switch
        {
            null => null,
            string text => GgufValue.FromString(text),
            bool[] flags => GgufValue.FromArray<bool>(flags),
            int[] counts => GgufValue.FromArray<int>(counts),
            _ => GgufValue.FromUInt32((uint)value),
        };
        MetadataEntry[] others = [.. file.Metadata.Where(entry => entry.Key != $"{architecture}.{key}")];
        MetadataEntry[] entries = changed is null ? others : [.. others, new($"{architecture}.{key}", changed)];
        return DerivedCompanions.Derive(entries, file.Tensors, file.Source).ConfigRefusal?.Text;
    }

    internal static void Merge(JsonObject config, string edit)
    {
        foreach ((string field, JsonNode? value) in JsonNode.Parse(edit)!.AsObject())
        {
            config[field] = value?.DeepClone();
        }
    }
}
