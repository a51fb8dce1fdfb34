using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>Decoders that became embedders: direction of attention and pooling, both ways.</summary>
[TestClass]
public sealed class EmbedderTests
{
    private const string Modules = """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "pool", "type": "sentence_transformers.models.Pooling"}]
        """;

    [TestMethod]
    [DataRow("is_causal", "false", true)]
    [DataRow("use_bidirectional_attention", "true", true)]
    [DataRow("use_bidirectional_attention", "\"all\"", true)]
    [DataRow("use_bidirectional_attention", "\"vision\"", false)]
    [DataRow("is_causal", "true", false)]
    [DataRow("use_bidirectional_attention", "false", false)]
    public void Attention_to_what_follows_is_a_key(string field, string value, bool expected)
    {
        DerivedGguf derived = SmallFolder.Llama().Set(field, JsonNode.Parse(value)).Derive();
        Assert.AreEqual(expected ? "false" : null, derived.Find("llama.attention.causal")?.Display());
    }

    [TestMethod]
    public void Two_words_on_the_direction_have_to_agree() =>
    SmallFolder.Llama().Set("is_causal", true).Set("use_bidirectional_attention", true)
        .AssertRefused(HuggingFaceErrors.Contradiction, "config.json: is_causal is true, but use_bidirectional_attention is too");

    [TestMethod]
    public void A_window_in_both_directions_is_not_expressed() => Olmo3().Set("is_causal", false)
        .AssertNotExpressed(
            "config.json: the model cannot be expressed as GGUF architecture 'olmo2': is_causal is false, and some layers have a window: "
                + "the runtime's window looks back only");

    [TestMethod]
    public void Olmo3_states_the_base_of_its_windows_too()
    {
        DerivedGguf derived = Olmo3().Derive();
        Assert.AreEqual("500000", derived.Find("olmo2.rope.freq_base_swa")!.Display());
        Assert.IsNull(Olmo3().Without("sliding_window").Set("model_type", "olmo2").Derive().Find("olmo2.rope.freq_base_swa"));
    }

    [TestMethod]
    [DataRow("""{"pooling_mode_mean_tokens": true}""", "1")]
    [DataRow("""{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""", "2")]
    [DataRow("""{"pooling_mode_lasttoken": true}""", "3")]
    [DataRow("""{"pooling_mode": "lasttoken"}""", "3")]
    public void Pooling_is_read_where_the_list_of_modules_says(string pooling, string type) =>
        Assert.AreEqual(
            type, SmallFolder.Llama().File("modules.json", Modules).File("pool/config.json", pooling).Derive()
                .Find("llama.pooling_type")!.Display());

    [TestMethod]
    public void Without_a_list_of_modules_the_usual_folder_counts() =>
        Assert.AreEqual(
            "2", SmallFolder.Llama().File("1_Pooling/config.json", """{"pooling_mode_cls_token": true}""").Derive()
                .Find("llama.pooling_type")!.Display());

    [TestMethod]
    [DataRow(
        """{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true}""",
        "pooling_type is left out: pool/config.json names more than one way, for which there is no number")]
    [DataRow(
        """{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}""",
        "pooling_type is left out: pool/config.json names more than one way, for which there is no number")]
    [DataRow(
        """{"pooling_mode_max_tokens": true}""",
        "pooling_type is left out: pool/config.json names none of pooling_mode_mean_tokens, pooling_mode_cls_token, pooling_mode_lasttoken")]
    public void Pooling_without_a_number_is_noted(string pooling, string note)
    {
        DerivedGguf derived = SmallFolder.Llama().File("modules.json", Modules).File("pool/config.json", pooling).Derive();
        Assert.IsNull(derived.Find("llama.pooling_type"));
        Assert.Contains("config.json: " + note, derived.Notes);
    }

    [TestMethod]
    public void A_module_whose_file_is_missing_is_noted() => Assert.Contains(
        "config.json: pooling_type is left out: there is no pool/config.json", SmallFolder.Llama().File("modules.json", Modules)
            .Derive().Notes);

    [TestMethod]
    [DataRow("{}", "modules.json is not a list of objects")]
    [DataRow("[1]", "modules.json is not a list of objects")]
    public void A_list_of_modules_that_is_none_is_noted(string modules, string message)
    {
        DerivedGguf derived = SmallFolder.Llama().File("modules.json", modules).Derive();
        Assert.AreEqual("llama", derived.Architecture);
        Assert.Contains("config.json: pooling_type is left out: " + message, derived.Notes);
    }

    [TestMethod]
    public void A_decoder_comes_back_with_its_direction_and_pooling()
    {
        DerivedFolder folder = SmallGguf.Decoder("qwen2").Tensor("blk.0.attn_q.bias", TensorType.F32, 64)
            .Own("attention.causal", GgufValue.FromBool(false)).Own("pooling_type", 3).Derive();
        Assert.Contains("\"is_causal\": false,", folder.TextOf("config.json"));
        Assert.Contains("\"pooling_mode_lasttoken\": true,", folder.TextOf("1_Pooling/config.json"));
        Assert.Contains("\"path\": \"1_Pooling\"", folder.TextOf("modules.json"));
        Assert.IsFalse(folder.Notes.Any(note => note.Contains("has no field", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_number_without_a_module_is_noted() =>
        SmallGguf.Decoder("llama").Own("pooling_type", 9).Derive()
        .AssertNote("config.json: llama.pooling_type is 9, for which there is no module");

    [TestMethod]
    public void A_base_for_windows_alone_is_none_of_olmo3()
    {
        SmallGguf gguf = SmallGguf.Decoder("olmo2").Own("attention.sliding_window", 8)
            .Own("attention.sliding_window_pattern", GgufValue.FromArray<bool>([true, false])).Own("rope.freq_base", 500000f);
        Assert.Contains("\"model_type\": \"olmo3\"", gguf.Own("rope.freq_base_swa", 500000f).Derive().TextOf("config.json"));
        gguf.Own("rope.freq_base_swa", 10000f).Derive()
            .AssertNoFile(
                "config.json",
                "config.json: config.json cannot be derived: olmo2.rope.freq_base_swa is 10000.0, but the class has the base 500000.0 for "
                    + "all layers");
    }

    private static SmallFolder Olmo3() => SmallFolder.Llama().Set("model_type", "olmo3").Set("rope_theta", 500000).Set("sliding_window", 8)
        .Set("layer_types", new JsonArray("sliding_attention", "full_attention"));
}
