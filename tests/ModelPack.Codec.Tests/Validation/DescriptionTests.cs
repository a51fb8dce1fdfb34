using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Validation;

/// <summary>A folder that a conversion refuses because its files contradict one another is found by a validation too.</summary>
[TestClass]
public sealed class DescriptionTests : ValidationTest
{
    [TestMethod]
    [DataRow("vocab_size", 1.5, "vocab_size is 1.5")]
    [DataRow("rms_norm_eps", "small", "rms_norm_eps is \"small\"")]
    [DataRow("tie_word_embeddings", 7, "tie_word_embeddings is 7")]
    public void A_field_of_config_json_with_a_value_that_cannot_be_is_found(string field, object value, string text)
    {
        Dictionary<string, object?> config = Config();
        config[field] = value;
        Check("config.json", text, ("config.json", config));
    }

    [TestMethod]
    public void A_field_of_the_generation_settings_with_a_value_that_cannot_be_is_found() =>
        Check("generation_config.json", "temperature", ("generation_config.json", new { temperature = "warm" }));

    [TestMethod]
    public void An_id_that_two_tokens_have_is_found()
    {
        Dictionary<string, int> vocabulary = TinyModel.Tokens.Take(TinyModel.End).Select((token, i) => (token, i))
            .ToDictionary(token => token.token, token => token.i);
        vocabulary[TinyModel.Tokens[3]] = 2;
        Check("tokenizer.json", "id 2 is given to", ("tokenizer.json", Tokenizer(vocabulary)));
    }

    [TestMethod]
    public void A_special_token_that_is_to_be_added_and_is_not_in_the_vocabulary_is_found() => Check(
        "tokenizer_config.json", "a bos token is to be added", ("tokenizer.json", Tokenizer(null)),
        ("tokenizer_config.json", new { bos_token = "<nowhere>", add_bos_token = true }));

    [TestMethod]
    public void A_tokenizer_that_GGUF_has_no_words_for_is_sound()
    {
        Dictionary<string, object?> tokenizer = Tokenizer(null);
        tokenizer["normalizer"] = new { type = "Lowercase" };
        string folder = TinyFolder.Write(Folder, "tiny", null, ("config.json", Config()), ("tokenizer.json", tokenizer));
        ModelConverter.Convert(folder, Folder["out.gguf"], ModelFormat.Gguf, new());
        Sound(ModelValidator.Validate(folder));
    }

    [TestMethod]
    public void A_whole_tokenizer_is_sound() =>
    Sound(ModelValidator.Validate(TinyFolder.Write(Folder, "tiny", null, ("config.json", Config()), ("tokenizer.json", Tokenizer(null)))));

    private void Check(string place, string text, params (string Name, object? Content)[] companions)
    {
        Finding finding = One(
            ModelValidator.Validate(TinyFolder.Write(Folder, "tiny", null, [("config.json", Config()), .. companions])).Findings);
        Assert.AreEqual(ValidationErrors.Description, finding.Code);
        Assert.AreEqual(place, finding.Place);
        StringAssert.Contains(finding.Text, text);
    }

    // Without these a conversion reads nothing from the folder.
    private static Dictionary<string, object?> Config()
    {
        Dictionary<string, object?> config = TinyFolder.Config();
        config["max_position_embeddings"] = 512;
        config["rms_norm_eps"] = 1e-6;
        config["rope_theta"] = 10000.0;
        config["hidden_act"] = "silu";
        return config;
    }

    private static Dictionary<string, object?> Tokenizer(Dictionary<string, int>? vocabulary)
    {
        Dictionary<string, object?> tokenizer = TinyFolder.Tokenizer();
        tokenizer["pre_tokenizer"] = new { type = "ByteLevel", add_prefix_space = false };
        if (vocabulary is not null)
        {
            tokenizer["model"] = new { type = "BPE", vocab = vocabulary, merges = Array.Empty<string[]>() };
        }

        return tokenizer;
    }
}
