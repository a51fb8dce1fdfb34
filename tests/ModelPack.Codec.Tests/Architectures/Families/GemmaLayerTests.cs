using System.Buffers.Binary;
using ModelPack.Architectures;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>Layers of Gemma 3n and 4 that differ from one another: each is given a config, or keys, that it must refuse, or say
/// otherwise.</summary>
[TestClass]
public sealed class GemmaLayerTests
{
    private const string Listed =
        """{"global_head_dim": null, "num_global_key_value_heads": null, "per_layer_config": {"2": {"head_dim": 32, "num_key_value_heads": 1}, "4": {"head_dim": 32, "num_key_value_heads": 1}}}""";

    [TestMethod]
    [DataRow("gemma4", """{"use_bidirectional_attention": "all"}""", "use_bidirectional_attention is 'all'")]
    [DataRow("gemma4", """{"num_kv_shared_layers": 1}""", "the last 1 layers share keys and values")]
    [DataRow("gemma3n", """{"num_kv_shared_layers": 1}""", "the last 1 layers share keys and values")]
    [DataRow("gemma3n", """{"num_kv_shared_layers": 0}""", "there is no tensor that is blk.3.attn_k.weight")]
    [DataRow("gemma4", """{"attention_k_eq_v": false}""", "there is no tensor that is blk.2.attn_v.weight")]
    [DataRow("gemma4", """{"hidden_size_per_layer_input": 8}""", "there is no tensor that is per_layer_token_embd.weight")]
    [DataRow(
        "gemma4", """{"per_layer_config": {"2": {"head_dim": 32, "sliding_window": 3}}}""",
        "per_layer_config states sliding_window of layer 2")]
    [DataRow("gemma4", """{"per_layer_config": {"0": {"head_dim": 32}}}""", "differ from those of others with a window")]
    [DataRow(
        "gemma4", """{"per_layer_config": {"2": {"head_dim": 32}, "4": {"head_dim": 16}}}""",
        "differ from those of others without a window")]
    [DataRow("gemma4", """{"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}}""", "rope_parameters.full_attention is missing")]
    [DataRow("gemma4", """{"rope_parameters": {"full_attention": {"rope_type": "default", "partial_rotary_factor": 0.5}}}""", "full_attention is of type 'default'")]
    [DataRow("gemma4", """{"rope_parameters": {"full_attention": {"rope_type": "proportional", "factor": 2.0}}}""", "full_attention is of type 'proportional'")]
    [DataRow("gemma4", """{"rope_parameters": {"full_attention": {"rope_type": "proportional"}, "sliding_attention": {"partial_rotary_factor": 0.5}}}""", "sliding_attention rotates in another way")]
    public void What_a_runtime_computes_otherwise_is_refused_by_name(string architecture, string edit, string expected)
    {
        using FamilyCheckpoint checkpoint = Checkpoint(architecture);
        DerivedGguf derived = checkpoint.Derive(config => FamilyRuleTests.Merge(config, edit));
        Assert.IsNull(derived.Architecture);
        Assert.IsTrue(derived.Notes.Any(note => note.Contains(expected)), string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("gemma4", """{"num_kv_shared_layers": 5}""", "num_kv_shared_layers is 5, but there are 5 layers")]
    [DataRow("gemma4", """{"num_key_value_heads": 3}""", "which 3 of num_key_value_heads does not divide")]
    [DataRow("gemma4", """{"num_global_key_value_heads": 3}""", "which 3 of num_global_key_value_heads does not divide")]
    [DataRow("gemma4", """{"global_head_dim": 0}""", "global_head_dim is 0")]
    [DataRow("gemma4", """{"rope_parameters": {"full_attention": {"rope_type": "proportional", "partial_rotary_factor": 2.0}}}""", "partial_rotary_factor is 2")]
    [DataRow("gemma4", """{"enable_moe_block": true}""", "enable_moe_block is true, but there is no tensor")]
    [DataRow("gemma3n", """{"intermediate_size": [64, 64]}""", "intermediate_size has 2 items")]
    [DataRow("gemma3n", """{"intermediate_size": [0, 64, 64, 64, 64]}""", "holds a width that is 0")]
    [DataRow("gemma3n", """{"intermediate_size": [64, 64, 64, 48, 64]}""", "intermediate_size is 48")]
    [DataRow("gemma3n", """{"activation_sparsity_pattern": [0.95]}""", "activation_sparsity_pattern has 1 item")]
    [DataRow("gemma3n", """{"activation_sparsity_pattern": [1.0, 0, 0, 0, 0]}""", "not below 1")]
    public void What_contradicts_itself_is_an_error(string architecture, string edit, string expected)
    {
        using FamilyCheckpoint checkpoint = Checkpoint(architecture);
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => checkpoint.Derive(config => FamilyRuleTests.Merge(config, edit)));
        Assert.Contains(expected, error.Detail);
    }

    [TestMethod]
    [DataRow("gemma4", Listed, "attention.key_length", "32")]
    [DataRow("gemma4", Listed, "attention.head_count_kv", "[2, 2, 1, 2, 1]")]
    [DataRow("gemma4", """{"use_double_wide_mlp": true}""", "feed_forward_length", "[64, 64, 64, 64, 64]")]
    [DataRow("gemma4", """{"rope_parameters": null}""", "rope.freq_base", "1000000")]
    [DataRow("gemma3n", """{"intermediate_size": 64}""", "feed_forward_length", "64")]
    [DataRow("gemma3n", """{"rope_theta": null, "rope_local_base_freq": null, "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 500000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 20000.0}}}""", "rope.freq_base_swa", "20000")]
    public void What_is_said_in_another_way_is_understood(string architecture, string edit, string key, string value)
    {
        using FamilyCheckpoint checkpoint = Checkpoint(architecture);
        DerivedGguf derived = checkpoint.Derive(config => FamilyRuleTests.Merge(config, edit));
        MetadataEntry? entry = derived.Entries.SingleOrDefault(entry => entry.Key == $"{architecture}.{key}");
        Assert.IsNotNull(entry, string.Join('\n', derived.Notes));
        Assert.Contains(value, entry.Value.Display());
    }

    [TestMethod]
    public void Numbers_of_the_published_models_that_llama_has_as_constants_are_noted()
    {
        using FamilyCheckpoint checkpoint = Checkpoint("gemma3n");
        string note = checkpoint.Derive().Notes.Single(note => note.Contains("llama.cpp computes Gemma 3n"));
        foreach (string field in (string[])["num_kv_shared_layers", "hidden_size_per_layer_input", "laurel_rank",
            "activation_sparsity_pattern", "layer_types"])
        {
            Assert.Contains(field, note);
        }
    }

    public static IEnumerable<object[]> SpoiledKeys =>
    [
        ["gemma4", "attention.value_length", GgufValue.FromUInt32(16), "value_length is 16, but"],
        ["gemma4", "rope.dimension_count_swa", GgufValue.FromUInt32(8), "rope.dimension_count_swa is 8, but"],
        ["gemma4", "attention.sliding_window_pattern", GgufValue.FromArray<bool>([true, false]), "is no list of 5 bools"],
        [
            "gemma4", "attention.sliding_window_pattern", GgufValue.FromArray<bool>([true, true, false, true, true]),
            "gives the last layer a window",
        ],
        ["gemma4", "attention.head_count_kv", GgufValue.FromArray<int>([2, 1, 1, 2, 1]), "differs between layers of one kind"],
        ["gemma4", "feed_forward_length", GgufValue.FromArray<int>([64, 64, 64, 64, 65]), "is 65 in layer 4"],
        ["gemma4", "attention.shared_kv_layers", GgufValue.FromUInt32(5), "is 5, but there are 5 layers"],
        ["gemma4", "attention.shared_kv_layers", GgufValue.FromUInt32(1), "the last 1 layers share keys and values"],
        ["gemma4", "expert_count", GgufValue.FromUInt32(4), "the tensor blk.0.ffn_gate_inp.weight is missing"],
        ["gemma3n", "attention.shared_kv_layers", GgufValue.FromUInt32(0), "the tensor blk.3.attn_k.weight is missing"],
        [
            "gemma3n", "activation_sparsity_scale", GgufValue.FromArray<float>([float.PositiveInfinity, 0, 0, 0, 0]),
            "which no part of a layer gives",
        ],
        ["gemma3n", "activation_sparsity_scale", GgufValue.FromArray<float>([0, 0, 0, 0]), "is no list of 5 floats"],
        ["gemma3n", "feed_forward_length", GgufValue.FromArray<int>([64, 64, 64, 64, 0]), "holds 0"],
    ];

    [TestMethod]
    [DynamicData(nameof(SpoiledKeys))]
    public void A_key_that_no_config_can_say_gives_none(string architecture, string key, object value, string expected)
    {
        using FamilyCheckpoint checkpoint = Checkpoint(architecture);
        using GgufFile file = Converted(checkpoint);
        string name = $"{architecture}.{key}";
        MetadataEntry[] keys = [.. file.Metadata.Where(entry => entry.Key != name), new(name, (GgufValue)value)];
        string? refusal = Refusals(keys, file.Tensors, file.Source);
        Assert.IsNotNull(refusal);
        Assert.Contains(expected, refusal);
    }

    [TestMethod]
    [DataRow("blk.0.attn_v.weight")]
    [DataRow("blk.2.attn_k_norm.weight")]
    [DataRow("rope_freqs.weight")]
    public void A_tensor_that_a_layer_needs_is_missed(string name)
    {
        using FamilyCheckpoint checkpoint = Checkpoint("gemma4");
        using GgufFile file = Converted(checkpoint);
        Assert.Contains(
            $"the tensor {name} is missing", Refusals(file.Metadata, [.. file.Tensors.Where(tensor => tensor.Name != name)], file.Source)!);
    }

    [TestMethod]
    public void Divisors_that_are_neither_one_nor_still_give_no_config()
    {
        using FamilyCheckpoint checkpoint = Checkpoint("gemma4");
        using GgufFile file = Converted(checkpoint);
        byte[] bytes = file.Source.ReadBytes(0, (int)file.Source.Length);
        TensorInfo table = file.Tensors.Single(tensor => tensor.Name == "rope_freqs.weight");
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan((int)table.Offset + 20), 2);
        using GgufFile spoiled = GgufFile.Open(new MemoryByteSource(bytes));
        Assert.Contains("is not 1 for a part of a head", Refusals(spoiled.Metadata, spoiled.Tensors, spoiled.Source)!);
    }

    [TestMethod]
    public void A_quantile_is_that_of_torch_and_comes_back()
    {
        Assert.AreEqual(1.6448535919189453f, NormalQuantile.Of(0.95f));
        Assert.AreEqual(float.NegativeInfinity, NormalQuantile.Of(0));
        Assert.AreEqual(0d, NormalQuantile.PartOf(float.NegativeInfinity));
        Assert.IsNull(NormalQuantile.PartOf(float.NaN));
        foreach (double part in (double[])[0.5, 0.9, 0.95, 0.99, 0.001, 0.123])
        {
            Assert.AreEqual(part, NormalQuantile.PartOf(NormalQuantile.Of((float)part)));
        }
    }

    private static FamilyCheckpoint Checkpoint(string architecture) =>
        FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();

    private static string? Refusals(IReadOnlyList<MetadataEntry> keys, IReadOnlyList<TensorInfo> tensors, ByteSource source) =>
        DerivedCompanions.Derive(keys, tensors, source) is { ConfigRefusal: not null } derived ? string.Join('\n', derived.Notes) : null;

    private static GgufFile Converted(FamilyCheckpoint checkpoint) => GgufFile.Open(new MemoryByteSource(checkpoint.Gguf));
}
