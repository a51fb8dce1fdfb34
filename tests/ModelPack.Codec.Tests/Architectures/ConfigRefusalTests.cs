using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class ConfigRefusalTests
{
    [TestMethod]
    [DataRow("grok")]
    [DataRow("dbrx")]
    [DataRow("nonsense")]
    [DataRow("")]
    public void Architecture_without_a_rule_gets_no_config(string architecture) =>
        SmallGguf.Decoder(architecture).Derive()
        .AssertNoFile("config.json", $"config.json: config.json cannot be derived: there is no rule for the architecture '{architecture}'");

    [TestMethod]
    public void Architecture_that_is_no_text_gets_no_config() => SmallGguf.Decoder("llama").Count("general.architecture", 7).Derive()
        .AssertNoFile("config.json", "config.json: config.json cannot be derived: general.architecture is u32 7, not a string");

    [TestMethod]
    [DataRow("block_count")]
    [DataRow("context_length")]
    [DataRow("embedding_length")]
    [DataRow("feed_forward_length")]
    [DataRow("attention.head_count")]
    [DataRow("attention.layer_norm_rms_epsilon")]
    public void Missing_size_is_not_left_to_the_loaders_default(string key) => SmallGguf.Decoder("llama").Without("llama." + key).Derive()
        .AssertNoFile("config.json", $"config.json: config.json cannot be derived: llama.{key} is missing");

    [TestMethod]
    [DataRow("block_count", "bool true")]
    [DataRow("feed_forward_length", "bool true")]
    [DataRow("rope.dimension_count", "bool true")]
    public void Wrong_type_is_named(string key, string shown) => SmallGguf.Decoder("llama").Own(key, GgufValue.FromBool(true)).Derive()
        .AssertNoFile("config.json", $"config.json: config.json cannot be derived: llama.{key} is {shown}, not a count");

    [TestMethod]
    public void Negative_zero_and_unrepresentable_numbers_are_named()
    {
        DerivedFolder folder = SmallGguf.Decoder("llama").Own("block_count", GgufValue.FromInt32(-1)).Own("context_length", 0)
            .Own("embedding_length", GgufValue.FromUInt64(ulong.MaxValue)).Own("attention.layer_norm_rms_epsilon", float.NaN).Derive();
        folder.AssertNoFile("config.json", "config.json: config.json cannot be derived: llama.block_count is i32 -1, not a count");
        folder.AssertNote("config.json: config.json cannot be derived: llama.context_length is 0");
        folder.AssertNote("config.json: config.json cannot be derived: llama.embedding_length is u64 18446744073709551615, not a count");
        folder.AssertNote(
            "config.json: config.json cannot be derived: llama.attention.layer_norm_rms_epsilon is f32 f32 0x7fc00000, not a finite float".Replace("0x7fc00000", $"0x{BitConverter.SingleToUInt32Bits(float.NaN):x8}", StringComparison.Ordinal));
    }

    [TestMethod]
    public void Equal_counts_of_all_layers_become_one_field()
    {
        string config = SmallGguf.Decoder("llama").Own("feed_forward_length", GgufValue.FromArray<int>([160, 160]))
            .Own("attention.head_count_kv", GgufValue.FromArray<uint>([2, 2])).Derive().TextOf("config.json");
        Assert.Contains("\"intermediate_size\": 160,", config);
        Assert.Contains("\"num_key_value_heads\": 2,", config);
    }

    [TestMethod]
    public void Counts_that_differ_between_layers_have_no_field() =>
    SmallGguf.Decoder("llama").Own("feed_forward_length", GgufValue.FromArray<int>([160, 96])).Derive()
        .AssertNoFile(
            "config.json",
            "config.json: config.json cannot be derived: llama.feed_forward_length differs between layers (160 and 96), which config.json "
                + "cannot say");

    [TestMethod]
    public void Empty_array_of_counts_is_no_count() =>
    SmallGguf.Decoder("llama").Own("feed_forward_length", GgufValue.FromArray<int>([])).Derive()
        .AssertNoFile(
            "config.json", "config.json: config.json cannot be derived: llama.feed_forward_length is array[i32] of 0 items, not a count");

    [TestMethod]
    [DataRow("vocab_size", 97u, "llama.vocab_size is 97, but token_embd.weight has 96 rows")]
    [DataRow("embedding_length", 128u, "llama.embedding_length is 128, but token_embd.weight has rows of 64")]
    [DataRow("block_count", 4000000000u, "llama.block_count is 4000000000, but the file has 2 tensors")]
    [DataRow("attention.head_count", 3u, "llama.embedding_length is 64, which llama.attention.head_count 3 does not divide")]
    [DataRow("attention.value_length", 8u, "llama.attention.value_length is 8, but a head has 16")]
    public void Contradiction_names_both_values(string key, uint value, string reason) =>
        SmallGguf.Decoder("llama").Own(key, value).Derive()
        .AssertNoFile("config.json", $"config.json: config.json cannot be derived: {reason}");

    [TestMethod]
    public void Rotary_part_that_the_class_cannot_say_is_refused()
    {
        SmallGguf.Decoder("qwen2").Own("rope.dimension_count", 8).Tensor("blk.0.attn_q.bias", TensorType.F32, 64).Derive()
            .AssertNoFile("config.json", "config.json: config.json cannot be derived: qwen2.rope.dimension_count is 8, but a head has 16");
        SmallGguf.Decoder("qwen3").Own("attention.key_length", 32).Own("rope.dimension_count", 8).Derive()
            .AssertNoFile("config.json", "config.json: config.json cannot be derived: qwen3.rope.dimension_count is 8, but a head has 32");
        SmallGguf.Decoder("phi3").Own("rope.dimension_count", 17).Derive()
            .AssertNoFile("config.json", "config.json: config.json cannot be derived: phi3.rope.dimension_count is 17, but a head has 16");
    }

    [TestMethod]
    public void Embedding_is_needed_for_the_size_of_the_vocabulary() =>
    SmallGguf.Decoder("llama").WithoutTensor("token_embd.weight").Own("block_count", 1).Derive()
        .AssertNoFile("config.json", "config.json: config.json cannot be derived: the tensor token_embd.weight is missing");

    [TestMethod]
    public void Tensor_without_a_place_in_the_class_is_refused()
    {
        SmallGguf.Decoder("llama").Text("general.name", "Mistral").Tensor("blk.0.attn_q.bias", TensorType.F32, 64).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: MistralForCausalLM has no place for the tensor blk.0.attn_q.bias");
        SmallGguf.Decoder("gemma").Own("attention.key_length", 16).Tensor("output.weight", TensorType.F16, 96, 64).Derive()
            .AssertNoFile(
                "config.json", "config.json: config.json cannot be derived: a Gemma class has no place for the tensor output.weight");
        SmallGguf.Decoder("gemma3").Own("attention.key_length", 16).Tensor("v.patch_embd.weight", TensorType.F16, 4, 4).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: the file holds tensors of a vision tower, whose config is lost");
    }

    [TestMethod]
    public void Bias_that_the_class_always_has_is_missed() => SmallGguf.Decoder("qwen2").Derive()
        .AssertNoFile(
            "config.json",
            "config.json: config.json cannot be derived: Qwen2ForCausalLM always has the tensor blk.0.attn_q.bias, which is missing");

    [TestMethod]
    public void One_part_of_a_split_file_does_not_say_what_the_model_lacks() => SmallGguf.Decoder("llama")
        .Set("split.no", GgufValue.FromUInt16(0)).Set("split.count", GgufValue.FromUInt16(3))
        .Set("split.tensors.count", GgufValue.FromInt32(20)).Derive()
        .AssertNoFile(
            "config.json",
            "config.json: config.json cannot be derived: the file is one of 3 parts, and which tensors the model lacks cannot be seen in "
                + "one part");

    [TestMethod]
    public void Bert_classes_that_share_the_architecture_are_not_guessed()
    {
        SmallBert.New().Text("tokenizer.ggml.model", "rwkv").Derive()
            .AssertNoFile("config.json", "config.json: config.json cannot be derived: nothing tells which model class it is");
        SmallBert.New().Text("tokenizer.ggml.model", "gpt2").WithoutTensor("token_types.weight").Tensor("x", TensorType.F32, 1).Derive()
            .AssertNoFile("config.json", "config.json: config.json cannot be derived: the tensor token_types.weight is missing");
        SmallBert.New().WithoutTensor("token_types.weight").Tensor("x", TensorType.F32, 1).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: tokenizer.ggml.token_type_count is 2, but there is no tensor "
                    + "token_types.weight");
        SmallBert.New().Count("tokenizer.ggml.token_type_count", 1).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: tokenizer.ggml.token_type_count is 1, but token_types.weight has 2 rows");
        SmallBert.New().Own("attention.causal", GgufValue.FromBool(true)).Derive()
            .AssertNoFile(
                "config.json", "config.json: config.json cannot be derived: bert.attention.causal is true instead of false");
        SmallBert.New().Own("classifier.output_labels", 3).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: bert.classifier.output_labels is u32 3, not an array of strings");
    }

    [TestMethod]
    public void Sliding_window_pattern_has_to_fit_the_layers()
    {
        SmallGguf Gemma() => SmallGguf.Decoder("gemma3").Own("attention.key_length", 16);
        string given = Gemma().Own("attention.sliding_window_pattern", GgufValue.FromArray<bool>([false, true])).Derive()
            .TextOf("config.json");
        Assert.Contains("\"layer_types\": [\n    \"full_attention\",\n    \"sliding_attention\"\n  ],", given);
        string counted = Gemma().Own("attention.sliding_window_pattern", 2).Derive().TextOf("config.json");
        Assert.Contains("\"layer_types\": [\n    \"sliding_attention\",\n    \"full_attention\"\n  ],", counted);
        Gemma().Own("attention.sliding_window_pattern", GgufValue.FromArray<bool>([true])).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: gemma3.attention.sliding_window_pattern is array[bool] of 1 item, but "
                    + "gemma3.block_count is 2");
    }
}
