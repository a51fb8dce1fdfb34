using System.Text;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Codec.Tests.Architectures.Rules;

[TestClass]
public sealed class PythonJsonTests
{
    [TestMethod]
    [DataRow("""{"a": Infinity}""", """{"a": 1e9999}""")]
    [DataRow("""{"a": -Infinity, "b": NaN}""", """{"a": -1e9999, "b": 1e9999}""")]
    [DataRow("[0.0,Infinity]", "[0.0,1e9999]")]
    [DataRow("NaN", "1e9999")]
    [DataRow("""{"Infinity": "NaN \" Infinity", "b": [NaN]}""", """{"Infinity": "NaN \" Infinity", "b": [1e9999]}""")]
    [DataRow("[1Infinity]", "[1Infinity]")]
    [DataRow("[-NaN]", "[-NaN]")]
    [DataRow("[Infinity5]", "[Infinity5]")]
    [DataRow("[1-Infinity]", "[1-Infinity]")]
    [DataRow("[infinity, nan]", "[infinity, nan]")]
    public void Values_that_python_alone_has_become_numbers_beyond_every_float(string text, string json) =>
        Assert.AreEqual(json, Encoding.UTF8.GetString(PythonJson.ToJson(Encoding.UTF8.GetBytes(text).AsSpan())));

    [TestMethod]
    public void A_config_with_infinity_is_read_with_a_note()
    {
        DerivedTexts(
            Config("\"use_cache\": true", "\"time_step_limit\": [0.0, Infinity], \"other\": NaN"),
            "config.json: time_step_limit, other hold Infinity or NaN, which is no JSON; it is read as Python reads it");
        DerivedTexts(
            Config("\"use_cache\": true", "\"use_cache\": false, \"use_cache\": true"),
            "config.json: use_cache stands more than once in one object; the last value counts, as in Python");
    }

    [TestMethod]
    public void The_last_value_of_a_field_counts()
    {
        SmallFolder folder = SmallFolder.Llama()
            .File("config.json", Config("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": 1e-06, \"rms_norm_eps\": 0.25"));
        Assert.AreEqual("0.25", folder.Derive().Find("llama.attention.layer_norm_rms_epsilon")!.Display());
    }

    [TestMethod]
    public void An_infinity_where_a_number_is_needed_is_refused_by_its_name()
    {
        SmallFolder.Llama().File("config.json", Config("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": NaN"))
            .AssertRefused(HuggingFaceErrors.WrongField, "config.json: rms_norm_eps is Infinity or NaN, not a finite 32-bit float");
        SmallFolder.Llama().File("config.json", Config("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": -Infinity"))
            .AssertRefused(HuggingFaceErrors.WrongField, "config.json: rms_norm_eps is -Infinity, not a finite 32-bit float");
    }

    [TestMethod]
    public void A_generation_config_with_infinity_is_read_with_a_note() => Assert.Contains(
        "generation_config.json: length_penalty holds Infinity or NaN, which is no JSON; it is read as Python reads it",
        SmallFolder.Llama().File("generation_config.json", """{"length_penalty": Infinity}""").Derive().Notes);

    [TestMethod]
    [DataRow("pad_token_id", "-1", "config.json: pad_token_id is -1, which stands for no token")]
    [DataRow("eos_token_id", "[-1, 5]", "config.json: eos_token_id is -1, which stands for no token")]
    [DataRow("bos_token_id", "4294967295", "config.json: bos_token_id is -1, which stands for no token")]
    public void An_id_of_minus_one_is_none(string field, string value, string note)
    {
        DerivedGguf derived = SmallFolder.Llama().Set(field, System.Text.Json.Nodes.JsonNode.Parse(value)).Derive();
        Assert.Contains(note, derived.Notes);
        Assert.IsNull(derived.TokenIds.Padding);
        Assert.IsNull(derived.TokenIds.Begin);
        CollectionAssert.AreEqual(field[0] == 'e' ? new long[] { 5 } : [], derived.TokenIds.End.ToArray());
    }

    [TestMethod]
    public void An_id_below_minus_one_is_refused() =>
        SmallFolder.Llama().Set("pad_token_id", -2)
        .AssertRefused(HuggingFaceErrors.WrongField, "config.json: pad_token_id is -2, not a token id");

    private static void DerivedTexts(string config, string note)
    {
        DerivedGguf derived = SmallFolder.Llama().File("config.json", config).Derive();
        Assert.AreEqual("llama", derived.Architecture);
        Assert.Contains(note, derived.Notes);
    }

    private static string Config(string old, string fields) => """
        {
          "model_type": "llama", "hidden_size": 64, "intermediate_size": 160, "max_position_embeddings": 2048, "num_attention_heads": 4, "num_hidden_layers": 2,
          "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "vocab_size": 96, "tie_word_embeddings": true, "use_cache": true
        }
        """.Replace(old, fields, StringComparison.Ordinal);
}
