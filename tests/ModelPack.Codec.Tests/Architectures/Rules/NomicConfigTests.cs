using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>The three forms of Nomic's config.</summary>
[TestClass]
public sealed class NomicConfigTests
{
    private const string Own = """
        "n_layer": 1, "n_embd": 48, "n_inner": 64, "n_head": 3, "n_positions": 8192, "max_trained_positions": 2048, "layer_norm_epsilon": 1e-12, "rotary_emb_base": 1000
        """;

    private const string Native = """
        "num_hidden_layers": 1, "hidden_size": 48, "intermediate_size": 64, "num_attention_heads": 3, "max_position_embeddings": 2048, "layer_norm_eps": 1e-12,
        "rope_parameters": {"rope_theta": 1000.0, "rope_type": "default"}, "head_dim": 16, "hidden_act": "silu"
        """;

    [TestMethod]
    [DataRow(Own)]
    [DataRow(Native)]
    [DataRow(Own + "," + Native)]
    public void Every_form_gives_the_same_sizes(string fields)
    {
        DerivedGguf derived = Folder(fields).Derive();
        Assert.AreEqual("nomic-bert", derived.Architecture, string.Join("; ", derived.Notes));
        foreach ((string key, string value) in new[]
        {
            ("block_count", "1"), ("context_length", "2048"), ("embedding_length", "48"), ("feed_forward_length", "64"),
                ("attention.head_count", "3"), ("rope.freq_base", "1000"),
            ("attention.layer_norm_epsilon", "1E-12"), ("attention.causal", "false"),
        })
        {
            Assert.AreEqual(value, derived.Find("nomic-bert." + key)?.Display(), key);
        }

        Assert.AreEqual(fields == Own ? null : "16", derived.Find("nomic-bert.attention.key_length")?.Display());
    }

    [TestMethod]
    [DataRow(2048, 2048, "512")]
    [DataRow(512, 512, "512")]
    [DataRow(8192, 2048, "2048")]
    public void The_context_is_what_it_was_trained_with(int positions, int trained, string context) =>
        Assert.AreEqual(
            context, Folder(Own).Set("n_positions", positions).Set("max_trained_positions", trained).Derive()
                .Find("nomic-bert.context_length")!.Display());

    [TestMethod]
    [DataRow("n_embd", "hidden_size", 96, "config.json: n_embd is 48, but hidden_size is 96")]
    [DataRow("n_layer", "num_hidden_layers", 2, "config.json: n_layer is 1, but num_hidden_layers is 2")]
    public void Fields_of_two_forms_have_to_agree(string own, string native, int value, string message)
    {
        Assert.IsNotNull(own);
        Folder(Own + "," + Native).Set(native, value).AssertRefused(HuggingFaceErrors.Contradiction, message);
    }

    [TestMethod]
    public void Numbers_of_two_forms_have_to_agree()
    {
        Folder(Own + "," + Native).Set("layer_norm_eps", 1e-5)
            .AssertRefused(HuggingFaceErrors.Contradiction, "config.json: layer_norm_eps is 1E-05, but layer_norm_epsilon is 1E-12");
        Folder(Own + "," + Native).Set("rotary_emb_base", 10000)
            .AssertRefused(HuggingFaceErrors.Contradiction, "config.json: rotary_emb_base is 10000, but rope_theta is 1000");
    }

    [TestMethod]
    [DataRow("use_rms_norm", "true", "use_rms_norm is true")]
    [DataRow("rotary_scaling_factor", "2", "rotary_scaling_factor is set")]
    [DataRow("n_positions", "4096", "n_positions is 4096 and max_trained_positions 2048 instead of 8192 and 2048")]
    [DataRow("rope_parameters", """{"rope_type": "dynamic", "factor": 2}""", "rope_parameters of type 'dynamic'")]
    public void What_the_runtime_has_not_is_not_expressed(string field, string value, string why) =>
        Folder(Own).Set(field, JsonNode.Parse(value))
        .AssertNotExpressed("config.json: the model cannot be expressed as GGUF architecture 'nomic-bert': " + why);

    [TestMethod]
    [DataRow(2048u, 8192, 2048)]
    [DataRow(512u, 2048, 2048)]
    [DataRow(1024u, 1024, 1024)]
    public void Both_forms_come_back(uint context, int positions, int trained)
    {
        JsonNode config = JsonNode.Parse(
            new SmallGguf("nomic-bert").Own("block_count", 2).Own("context_length", context).Own("embedding_length", 64)
                .Own("feed_forward_length", 160)
            .Own("attention.head_count", 4).Own("attention.layer_norm_epsilon", 1e-12f).Own("attention.causal", GgufValue.FromBool(false))
            .Own("rope.freq_base", 1000f)
            .Own("attention.key_length", 16).Own("attention.value_length", 16).Count("tokenizer.ggml.token_type_count", 2)
            .Tensor("token_embd.weight", TensorType.F32, 96, 64).Tensor("token_types.weight", TensorType.F32, 2, 64).Derive()
            .TextOf("config.json"))!;
        Assert.AreEqual(positions, (int)config["n_positions"]!);
        Assert.AreEqual(trained, (int)config["max_trained_positions"]!);
        Assert.AreEqual(trained, (int)config["max_position_embeddings"]!);
        foreach ((string own, string native) in new[] { ("n_layer", "num_hidden_layers"), ("n_embd", "hidden_size"),
            ("n_inner", "intermediate_size"), ("n_head", "num_attention_heads") })
        {
            Assert.AreEqual((int)config[own]!, (int)config[native]!, own);
        }

        Assert.AreEqual(16, (int)config["head_dim"]!);
        Assert.AreEqual(1000, (double)config["rope_parameters"]!["rope_theta"]!);
    }

    private static SmallFolder Folder(string fields) =>
        SmallFolder.With(
            "{" + fields + """, "model_type": "nomic_bert", "vocab_size": 96, "type_vocab_size": 2, "activation_function": "swiglu"}""")
        .Tensor("embeddings.word_embeddings.weight", 96, 48)
        .Layers(1, "encoder.layers.", ("attn.Wqkv.weight", 144, 48), ("mlp.fc11.weight", 64, 48));
}
