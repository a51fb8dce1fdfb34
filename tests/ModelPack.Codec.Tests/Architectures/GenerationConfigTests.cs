using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class GenerationConfigTests
{
    [TestMethod]
    public void Ends_of_all_kinds_become_a_list()
    {
        DerivedFolder folder = SmallGguf.Decoder("falcon").Count("tokenizer.ggml.bos_token_id", 1).Count("tokenizer.ggml.eos_token_id", 2)
            .Count("tokenizer.ggml.padding_token_id", 0)
            .Count("tokenizer.ggml.eot_token_id", 5).Count("tokenizer.ggml.eom_token_id", 2)
            .Set("general.sampling.temp", GgufValue.FromFloat32(0.7f)).Set("general.sampling.top_p", GgufValue.FromFloat32(0.95f))
            .Set("general.sampling.min_p", GgufValue.FromFloat32(0.05f)).Count("general.sampling.top_k", 40)
            .Set("general.sampling.penalty_repeat", GgufValue.FromFloat32(1.1f)).Derive();
        folder.AssertFile("generation_config.json", """
            {
              "bos_token_id": 1,
              "eos_token_id": [
                2,
                5
              ],
              "min_p": 0.05,
              "pad_token_id": 0,
              "temperature": 0.7,
              "top_k": 40,
              "top_p": 0.95
            }

            """);
        folder.AssertNote("generation_config.json: general.sampling.penalty_repeat has no field and is not carried over");
        folder.AssertNote("generation_config.json: do_sample, max_length, repetition_penalty, transformers_version are lost");
    }

    /// <summary>llama.cpp ends a text at them, and generation_config.json of the published models lists them.</summary>
    [TestMethod]
    public void Control_tokens_whose_names_end_a_text_are_listed_behind_those_of_keys() =>
        SmallGguf.Decoder("llama").Tokens(
            ("<|endoftext|>", SmallTokenizers.Control), ("a", SmallTokenizers.Normal), ("<|im_end|>", SmallTokenizers.Control),
            ("<|eom_id|>", SmallTokenizers.UserDefined), ("<|end|>", SmallTokenizers.Control), ("<|x|>", SmallTokenizers.Control))
            .Count("tokenizer.ggml.eos_token_id", 2).Derive()
            .AssertFile("generation_config.json", "{\n  \"eos_token_id\": [\n    2,\n    0,\n    4\n  ]\n}\n");

    /// <summary>gpt-oss ends a message with it, and goes on.</summary>
    [TestMethod]
    public void The_end_of_a_message_is_none_of_a_text_beside_return_and_call() =>
        SmallGguf.Decoder("gpt-oss").Tokens(
            ("<|endoftext|>", SmallTokenizers.Control), ("<|return|>", SmallTokenizers.Control), ("<|end|>", SmallTokenizers.Control),
            ("<|call|>", SmallTokenizers.Control)).Count("tokenizer.ggml.eos_token_id", 1).Derive()
            .AssertFile("generation_config.json", "{\n  \"eos_token_id\": [\n    1,\n    0,\n    3\n  ]\n}\n");

    [TestMethod]
    public void Names_alone_end_nothing_where_no_key_does() =>
        SmallGguf.Decoder("llama").Tokens(("<|im_end|>", SmallTokenizers.Control)).Count("tokenizer.ggml.bos_token_id", 0).Derive()
            .AssertFile("generation_config.json", "{\n  \"bos_token_id\": 0\n}\n");

    [TestMethod]
    public void Ends_of_turn_and_of_message_are_named_in_the_tokenizer_config()
    {
        DerivedFolder folder = SmallTokenizers.ByteLevel("qwen2").Count("tokenizer.ggml.eot_token_id", 6)
            .Count("tokenizer.ggml.eom_token_id", 8).Derive();
        Assert.Contains("\"eot_token\": \" é\"", folder.TextOf("tokenizer_config.json"));
        Assert.DoesNotContain("eom_token", folder.TextOf("tokenizer_config.json"));
        folder.AssertNote(
            "tokenizer_config.json: eom_token is left out: tokenizer.ggml.eom_token_id is 8, but tokenizer.ggml.tokens has 8 items");
    }

    [TestMethod]
    public void Ends_without_a_tokenizer_config_are_reported_as_lost()
    {
        DerivedFolder folder = SmallGguf.Decoder("falcon").Count("tokenizer.ggml.eos_token_id", 2).Count("tokenizer.ggml.eot_token_id", 5)
            .Derive();
        folder.AssertNote(
            "tokenizer_config.json: eot_token is lost: tokenizer.ggml.eot_token_id is one of the ends in generation_config.json, which "
                + "does not say of what");
        Assert.DoesNotContain("eom_token", string.Join('\n', folder.Notes));
    }

    [TestMethod]
    public void One_end_stays_a_number() =>
    SmallGguf.Decoder("llama").Count("tokenizer.ggml.eos_token_id", 2).Count("tokenizer.ggml.eot_token_id", 2).Derive()
        .AssertFile("generation_config.json", "{\n  \"eos_token_id\": 2\n}\n");

    [TestMethod]
    public void Nothing_known_gives_no_file() => SmallGguf.Decoder("llama").Derive()
        .AssertNoFile("generation_config.json", "generation_config.json: not derived: no key gives a field of it");

    [TestMethod]
    public void Wrong_values_are_left_out_and_named()
    {
        DerivedFolder folder = SmallGguf.Decoder("llama").Set("tokenizer.ggml.tokens", GgufValue.FromStrings(["a", "b"]))
            .Count("tokenizer.ggml.bos_token_id", 2).Count("tokenizer.ggml.eos_token_id", 1).Text("tokenizer.ggml.eot_token_id", "x")
            .Set("general.sampling.temp", GgufValue.FromFloat32(float.NaN)).Derive();
        folder.AssertFile("generation_config.json", "{\n  \"eos_token_id\": 1\n}\n");
        folder.AssertNote(
            "generation_config.json: bos_token_id is left out: tokenizer.ggml.bos_token_id is 2, but tokenizer.ggml.tokens has 2 items");
        folder.AssertNote("generation_config.json: eos_token_id is incomplete: tokenizer.ggml.eot_token_id is string \"x\", not a count");
        folder.AssertNote("config.json: bos_token_id is left out: tokenizer.ggml.bos_token_id is 2, but tokenizer.ggml.tokens has 2 items");
        Assert.IsTrue(
            folder.Notes.Any(
                note => note.StartsWith(
                    "generation_config.json: temperature is left out: general.sampling.temp is f32 ", StringComparison.Ordinal)));
    }
}
