using System.Text.Json;
using static ModelPack.Codec.Tests.Architectures.ByteLevelBpeTests;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>Flags of added tokens, of which GGUF knows one (tokenizers.md §2).</summary>
[TestClass]
public sealed class AddedTokenTests
{
    private const string Lost = "tokenizer.json: added_tokens: lstrip, rstrip, normalized and single_word are lost and written as false";

    [TestMethod]
    [DataRow("phi3", "anything")]
    [DataRow("llama", "Phi 3 Mini 4k Instruct")]
    [DataRow("llama", "my-PHI-3.5")]
    [DataRow("llama", "phi3")]
    public void Phi_3_strips_to_the_right_of_its_added_tokens(string architecture, string name)
    {
        SmallGguf gguf = SmallTokenizers.SentencePiece(("<|endoftext|>", 3, 0), ("<|end|>", 3, 0), ("<x>", 4, 0), ("a", 1, -1))
            .Text("general.architecture", architecture).Text("general.name", name);
        Assert.AreEqual("</s> <|end|> <x>", Stripping(gguf, "rstrip"));
        Assert.AreEqual("", Stripping(gguf, "lstrip"));
        gguf.Derive().AssertNote(Lost + ", but that rstrip is true for Phi-3, but for <unk>, <s> and <|endoftext|>");
        using JsonDocument config = JsonDocument.Parse(gguf.Derive().TextOf("tokenizer_config.json"));
        Assert.AreEqual(
            "2 260 261",
            string.Join(
                ' ', config.RootElement.GetProperty("added_tokens_decoder").EnumerateObject()
                    .Where(token => token.Value.GetProperty("rstrip").GetBoolean()).Select(token => token.Name)));
    }

    [TestMethod]
    [DataRow("llama", "Llama 2")]
    [DataRow("llama", "phi-2")]
    public void Others_strip_nothing(string architecture, string name)
    {
        SmallGguf gguf = SmallTokenizers.SentencePiece(("<|end|>", 3, 0), ("<mask>", 3, 0)).Text("general.architecture", architecture)
            .Text("general.name", name);
        Assert.AreEqual("", Stripping(gguf, "rstrip") + Stripping(gguf, "lstrip"));
        gguf.Derive().AssertNote(Lost);
    }

    [TestMethod]
    [DataRow("roberta-bpe", "<mask>")]
    [DataRow("jina-v2-code", "<mask>")]
    [DataRow("jina-v2-de", "<mask>")]
    [DataRow("modern-bert", "[MASK]")]
    [DataRow("gpt-2", "")]
    public void Mask_strips_to_its_left_where_published_files_say_so(string pre, string mask)
    {
        SmallGguf gguf = SmallTokenizers.ByteLevel(pre)
            .Tokens(("a", 1), ("b", 1), ("ab", 1), ("Ġ", 1), ("Ġab", 1), ("<s>", 3), ("<mask>", 3), ("[MASK]", 3))
            .Count("tokenizer.ggml.seperator_token_id", 5);
        Assert.AreEqual(mask, Stripping(gguf, "lstrip"));
        Assert.AreEqual("", Stripping(gguf, "rstrip"));
    }

    [TestMethod]
    public void Mask_of_Unigram_strips_to_its_left() =>
        Assert.AreEqual(
            "<mask>",
            Stripping(
                SmallTokenizers.Unigram().Tokens(("<pad>", 3), ("</s>", 3), ("<unk>", 2), ("▁", 1), ("a", 1), ("<mask>", 3)), "lstrip"));

    [TestMethod]
    public void Type_of_a_control_token_is_no_proof_that_it_is_special()
    {
        SmallGguf gguf = SmallTokenizers.ByteLevel("gpt-2")
            .Tokens(("a", 1), ("b", 1), ("ab", 1), ("Ġ", 1), ("Ġab", 1), ("<|end|>", 3), ("<|fim_prefix|>", 3), ("<｜x｜>", 3), ("[X]", 3),
                ("<|tool|>", 4));
        const string Rest =
            "like '<|fim_prefix|>': converters give this form the type 3 in any case; decoding can leave special tokens out";
        gguf.Derive().AssertNote($"tokenizer.json: added_tokens: special is a guess for 2 tokens {Rest}");
        gguf.Count("tokenizer.ggml.eom_token_id", 7).Derive()
            .AssertNote($"tokenizer.json: added_tokens: special is a guess for 1 token {Rest}");
        Assert.IsFalse(
            gguf.Count("tokenizer.ggml.eot_token_id", 6)
                .Derive().Notes.Any(note => note.Contains("special is a guess", StringComparison.Ordinal)));
    }

    private static string Stripping(SmallGguf gguf, string flag) =>
        string.Join(
            ' ', Tokenizer(gguf).GetProperty("added_tokens").EnumerateArray().Where(token => token.GetProperty(flag).GetBoolean())
                .Select(token => token.GetProperty("content").GetString()));
}
