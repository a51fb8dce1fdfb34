using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class TokenizerFilesTests
{
    [TestMethod]
    public void Tokenizer_config_is_sorted_raw_Unicode_with_ids_in_their_order()
    {
        SmallGguf gguf = new SmallGguf("llama").Text("tokenizer.ggml.model", "gpt2").Text("tokenizer.ggml.pre", "tekken")
            .Own("context_length", 4096)
            .Tokens([.. Enumerable.Range(0, 9).Select(id => ($"{(char)('a' + id)}", 1)), ("é", 4), ("<s>", 3)])
            .Set("tokenizer.ggml.merges", GgufValue.FromStrings([])).Count("tokenizer.ggml.bos_token_id", 10)
            .Count("tokenizer.ggml.mask_token_id", 9).Count("tokenizer.ggml.fim_pre_token_id", 3);
        DerivedFolder folder = gguf.Derive();
        folder.AssertFile("tokenizer_config.json", """
            {
              "added_tokens_decoder": {
                "9": {
                  "content": "é",
                  "lstrip": false,
                  "normalized": false,
                  "rstrip": false,
                  "single_word": false,
                  "special": false
                },
                "10": {
                  "content": "<s>",
                  "lstrip": false,
                  "normalized": false,
                  "rstrip": false,
                  "single_word": false,
                  "special": true
                }
              },
              "bos_token": "<s>",
              "clean_up_tokenization_spaces": false,
              "mask_token": "é",
              "model_max_length": 4096,
              "tokenizer_class": "PreTrainedTokenizerFast"
            }

            """);
        folder.AssertFile("special_tokens_map.json", "{\n  \"bos_token\": \"<s>\",\n  \"mask_token\": \"é\"\n}\n");
        folder.AssertNote("tokenizer_config.json: model_max_length is lost; llama.context_length was taken");
        folder.AssertNote("tokenizer_config.json: tokenizer_class is lost; PreTrainedTokenizerFast takes tokenizer.json as it is");
        folder.AssertNote("tokenizer_config.json: tokenizer.ggml.fim_pre_token_id has no field and is not carried over");
        Assert.Contains("\"merges\": []", folder.TextOf("tokenizer.json"));
    }

    [TestMethod]
    public void Recorded_tokenizer_is_written_as_it_is()
    {
        const string Text = """
            { "model" :{"vocab": {"a":0, "b":1, "Ġ":2, "ab":3, "Ġab":4}}, "added_tokens":[{"content":"<|end|>"}, {"content":"▁é"}]  }

            """;
        DerivedFolder folder = SmallTokenizers.ByteLevel("unknown-pre").Text("tokenizer.huggingface.json", Text).Derive();
        folder.AssertFile("tokenizer.json", Text);
        Assert.Contains("\"bos_token\": \"<|end|>\"", folder.TextOf("tokenizer_config.json"));
        Assert.IsFalse(folder.Notes.Any(note => note.StartsWith("tokenizer.json", StringComparison.Ordinal)));
        Assert.Contains(
            "\"name\": \"tokenizer.json\",\n      \"notes\": [],\n      \"status\": \"recorded\"", folder.TextOf("modelpack-report.json"));
    }

    [TestMethod]
    public void Recorded_text_that_is_no_tokenizer_is_passed_over()
    {
        DerivedFolder folder = new SmallGguf("none").Text("tokenizer.huggingface.json", new string('[', 100_000)).Derive();
        folder.AssertNoFile("tokenizer.json", "tokenizer.json: tokenizer.huggingface.json was passed over: it is not JSON");
        folder.AssertNote("tokenizer_config.json: tokenizer_config.json cannot be derived: tokenizer.ggml.model is missing");
    }

    [TestMethod]
    public void Recorded_tokenizer_of_another_type_is_passed_over()
    {
        DerivedFolder folder = SmallTokenizers.ByteLevel("gpt-2").Count("tokenizer.huggingface.json", 1).Derive();
        folder.AssertNote("tokenizer.json: tokenizer.huggingface.json is u32 1, not a string, and was passed over");
        Assert.Contains("\"type\": \"BPE\"", folder.TextOf("tokenizer.json"));
    }

    [TestMethod]
    [DataRow("rwkv")]
    [DataRow("none")]
    [DataRow("plamo2")]
    public void Kind_without_a_rule_gives_no_files(string model)
    {
        DerivedFolder folder = SmallTokenizers.ByteLevel("gpt-2").Text("tokenizer.ggml.model", model).Derive();
        foreach (string file in new[] { "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json" })
        {
            folder.AssertNoFile(file, $"{file}: {file} cannot be derived: there is no rule for tokenizer.ggml.model '{model}'");
        }
    }

    [TestMethod]
    [DataRow("gpt2")]
    [DataRow("llama")]
    [DataRow("bert")]
    [DataRow("t5")]
    public void Arrays_that_disagree_give_no_files(string model)
    {
        SmallGguf Gguf() => SmallTokenizers.ByteLevel("gpt-2").Text("tokenizer.ggml.model", model);
        Refused(Gguf().Without("tokenizer.ggml.tokens"), "tokenizer.ggml.tokens is missing");
        Refused(Gguf().Text("tokenizer.ggml.tokens", "a"), "tokenizer.ggml.tokens is string \"a\", not an array of strings");
        Refused(Gguf().Set("tokenizer.ggml.token_type", GgufValue.FromArray<int>([1, 1])),
            "tokenizer.ggml.token_type has 2 items, but tokenizer.ggml.tokens has 8");
        Refused(Gguf().Set("tokenizer.ggml.token_type", GgufValue.FromArray<int>([1, 1, 1, 7, 1, 1, 1, 1])),
            "tokenizer.ggml.token_type is 7 at 3, which is no token type");
        Refused(Gguf().Set("tokenizer.ggml.token_type", GgufValue.FromArray<float>([1])),
            "tokenizer.ggml.token_type is array[f32] of 1 item, not an array of integers");
        Refused(Gguf().Set("tokenizer.ggml.scores", GgufValue.FromArray<float>([1])),
            "tokenizer.ggml.scores has 1 item, but tokenizer.ggml.tokens has 8");
        Refused(Gguf().Set("tokenizer.ggml.scores", GgufValue.FromArray<float>([0, 0, 0, 0, float.NaN, 0, 0, 0])),
            "tokenizer.ggml.scores is not finite at 4");
        Refused(Gguf().Set("tokenizer.ggml.scores", GgufValue.FromArray<int>([0, 0, 0, 0, 0, 0, 0, 0])),
            "tokenizer.ggml.scores is array[i32] of 8 items, not an array of f32");
        Refused(Gguf().Tokens(("x", 1), ("y", 1), ("x", 1)), "tokenizer.ggml.tokens has the same text at 0 and 2");
        Refused(Gguf().Set("tokenizer.ggml.tokens", NotUtf8()), "tokenizer.ggml.tokens is not UTF-8 at 1");
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Token_list_beyond_any_tokenizer_is_not_expanded()
    {
        SmallGguf gguf = SmallTokenizers.ByteLevel("gpt-2")
            .Set("tokenizer.ggml.tokens", GgufValue.FromStrings([new string('x', 32 << 20)]));
        Refused(gguf, $"tokenizer.ggml.tokens has {(32 << 20) + 8} bytes, more than the {32 << 20} of any tokenizer");
    }

    [TestMethod]
    public void Special_token_outside_of_the_list_is_named()
    {
        DerivedFolder folder = SmallTokenizers.ByteLevel("gpt-2").Count("tokenizer.ggml.eos_token_id", 8)
            .Text("tokenizer.ggml.mask_token_id", "m").Derive();
        folder.AssertNote(
            "tokenizer_config.json: eos_token is left out: tokenizer.ggml.eos_token_id is 8, but tokenizer.ggml.tokens has 8 items");
        folder.AssertNote("tokenizer_config.json: mask_token is left out: tokenizer.ggml.mask_token_id is string \"m\", not a count");
        folder.AssertFile("special_tokens_map.json", "{\n  \"bos_token\": \"<|end|>\"\n}\n");
    }

    private static GgufValue NotUtf8()
    {
        byte[] raw = [.. GgufValue.FromStrings(["a", "b"]).RawBytes.Span];
        raw[^1] = 0xFF;
        return GgufValue.FromRawBytes(GgufValueType.Array, raw);
    }

    private static void Refused(SmallGguf gguf, string reason)
    {
        DerivedFolder folder = gguf.Derive();
        folder.AssertNoFile("tokenizer.json", $"tokenizer.json: tokenizer.json cannot be derived: {reason}");
        folder.AssertNoFile("tokenizer_config.json", $"tokenizer_config.json: tokenizer_config.json cannot be derived: {reason}");
    }
}
