using ModelPack.Architectures;
using ModelPack.Architectures.Tokenizers;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>GGUF to folder and back: keys, types, values and order.</summary>
[TestClass]
public sealed class RoundTripTests
{
    [TestMethod]
    public void Qwen2_comes_back() =>
    ComesBack(SmallTokenizers.ByteLevel("qwen2").Flag("tokenizer.ggml.add_bos_token", false).Text("tokenizer.chat_template", "{{ x }}\n"));

    [TestMethod]
    public void Llama_3_comes_back() =>
    ComesBack(
        SmallTokenizers.ByteLevel("llama-bpe").Flag("tokenizer.ggml.add_bos_token", true).Flag("tokenizer.ggml.add_sep_token", false));

    [TestMethod]
    [DataRow("eot")]
    [DataRow("eom")]
    [DataRow("eot", "eom")]
    public void Ends_of_turn_and_of_message_come_back(params string[] ends)
    {
        SmallGguf gguf = SmallTokenizers.ByteLevel("qwen2");
        for (uint i = 0; i < ends.Length; i++)
        {
            gguf.Count($"tokenizer.ggml.{ends[i]}_token_id", i + 5);
        }

        ComesBack(gguf.Flag("tokenizer.ggml.add_bos_token", false));
    }

    [TestMethod]
    public void Roberta_comes_back() => ComesBack(
        SmallTokenizers.ByteLevel("roberta-bpe").Count("tokenizer.ggml.seperator_token_id", 5).Count("tokenizer.ggml.cls_token_id", 5)
            .Flag("tokenizer.ggml.add_bos_token", true).Flag("tokenizer.ggml.add_eos_token", true)
            .Flag("tokenizer.ggml.add_sep_token", true));

    [TestMethod]
    public void Scores_and_types_of_SentencePiece_come_back()
    {
        SmallGguf gguf = SmallTokenizers.SentencePiece(
            ("▁a", 1, -3.25f), ("ab", 1, -1.1f), ("▁ab", 1, -2), ("▁", 1, -4), ("a", 1, -5), ("b", 1, -6), ("<|im|>", 3, -1000),
            ("  ", 4, -1000), ("old", 5, -7), ("[PAD268]", 5, -10000));
        ComesBack(
            Standard(gguf, "llama").Count("tokenizer.ggml.bos_token_id", 1).Count("tokenizer.ggml.eos_token_id", 2)
                .Count("tokenizer.ggml.unknown_token_id", 0)
            .Flag("tokenizer.ggml.add_bos_token", true).Flag("tokenizer.ggml.add_eos_token", false)
            .Flag("tokenizer.ggml.add_sep_token", false).Flag("tokenizer.ggml.add_space_prefix", true));
    }

    [TestMethod]
    public void Pieces_scores_and_types_come_from_the_SentencePiece_model_alone()
    {
        using GgufFile file = SmallTokenizers.SentencePiece(("▁a", 1, -3.25f), ("b", 1, float.Epsilon), ("  ", 4, -1000))
            .Flag("tokenizer.ggml.add_space_prefix", false).Open();
        Companion model = DerivedCompanions.Derive(file).Files.Single(companion => companion.Name == "tokenizer.model");
        DerivedTokenizer derived = TokenizerToGguf.Derive([model], default);
        foreach (string key in new[] { "tokens", "scores", "token_type", "add_space_prefix" })
        {
            CollectionAssert.AreEqual(
                file.Find($"tokenizer.ggml.{key}")!.RawBytes.ToArray(), derived.Find($"tokenizer.ggml.{key}")!.RawBytes.ToArray(), key);
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Large_tokenizer_takes_seconds_at_most()
    {
        // All words of up to four of 22 letters: 245,410 tokens with a merge for each, some 9 MB of JSON.
        List<string> words = [""];
        for (int begin = 0, length = 1; length <= 4; length++)
        {
            int end = words.Count;
            for (; begin < end; begin++)
            {
                words.AddRange(Enumerable.Range(0, 22).Select(letter => words[begin] + (char)('a' + letter)).ToArray());
            }
        }

        words.RemoveAt(0);
        SmallGguf gguf = SmallTokenizers.ByteLevel("gpt-2").Tokens([.. words.Select(word => (word, 1))])
            .Set("tokenizer.ggml.merges",
                GgufValue.FromStrings([.. words.Where(word => word.Length > 1).Select(word => $"{word[..^1]} {word[^1]}")]));
        using GgufFile file = gguf.Open();
        DerivedFolder folder = DerivedCompanions.Derive(file);
        Assert.IsGreaterThan(8 << 20, folder.Files.Single(companion => companion.Name == "tokenizer.json").Bytes.Length);
        DerivedTokenizer derived = TokenizerToGguf.Derive(folder.Files, default);
        CollectionAssert.AreEqual(Lines(file.Metadata), Lines(derived.Entries));
    }

    [TestMethod]
    public void Word_pieces_come_back() => ComesBack(
        Standard(SmallTokenizers.WordPiece(), "bert").Count("tokenizer.ggml.bos_token_id", 2).Count("tokenizer.ggml.eos_token_id", 3)
            .Count("tokenizer.ggml.unknown_token_id", 1)
            .Count("tokenizer.ggml.seperator_token_id", 3).Count("tokenizer.ggml.padding_token_id", 0)
            .Flag("tokenizer.ggml.add_bos_token", true).Flag("tokenizer.ggml.add_eos_token", true)
            .Flag("tokenizer.ggml.add_sep_token", false)
            .Flag("tokenizer.ggml.normalizer.lowercase", true));

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Unigram_comes_back(bool removesSpaces) => ComesBack(
        Standard(SmallTokenizers.Unigram(), "t5").Flag("tokenizer.ggml.add_space_prefix", true)
            .Flag("tokenizer.ggml.remove_extra_whitespaces", removesSpaces)
            .Set("tokenizer.ggml.precompiled_charsmap", GgufValue.FromArray<byte>([1, 2, 255, 0]))
            .Count("tokenizer.ggml.eos_token_id", 1).Count("tokenizer.ggml.unknown_token_id", 2).Count("tokenizer.ggml.padding_token_id", 0)
            .Flag("tokenizer.ggml.add_bos_token", false).Flag("tokenizer.ggml.add_eos_token", true)
            .Flag("tokenizer.ggml.add_sep_token", false));

    [TestMethod]
    public void Filler_before_the_last_token_keeps_its_place() => ComesBack(
        SmallTokenizers.ByteLevel("gpt-2").Tokens(("a", 1), ("b", 1), ("[PAD2]", 5), ("ab", 1), ("Ġ", 1), ("Ġab", 1), ("[PAD6]", 5)));

    [TestMethod]
    [DataRow("models/random-qwen2-small-Q4_K_M")]
    [DataRow("models/random-qwen2-small-Q8_0")]
    public void Real_model_comes_back_with_its_ids_in_the_standard_order(string name)
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(name)));
        string[] original = Lines(file.Metadata);
        string[] derived = Lines(Back(file).Entries);
        CollectionAssert.AreEquivalent(original, derived);
        string[] ids = [.. derived.Where(line => line.Contains("_token_id", StringComparison.Ordinal))];
        CollectionAssert.AreEqual(
            new[] { "bos", "eos", "padding" },
            ids.Select(line => line["tokenizer.ggml.".Length..line.IndexOf("_token_id", StringComparison.Ordinal)]).ToArray());
        CollectionAssert.AreEqual(original.Except(ids).ToArray(), derived.Except(ids).ToArray());
    }

    [TestMethod]
    public void Every_pre_tokenizer_of_the_table_leads_to_one_with_its_rules()
    {
        int same = 0;
        foreach (string id in "gpt-2 mpt roberta-bpe llama-bpe qwen2 stablelm2 qwen35 starcoder command-r falcon deepseek-coder deepseek-v3 tekken gpt-4o bloom poro-chat viking bailingmoe seed-coder superbpe minicpm5 olmo glm4 phi-2 smollm".Split(' '))
        {
            SmallGguf gguf = SmallTokenizers.ByteLevel(id).Count("tokenizer.ggml.seperator_token_id", 5);
            using GgufFile file = gguf.Open();
            string found = Back(file).Find("tokenizer.ggml.pre")!.Text!;
            Assert.AreEqual(
                PreTokenizers.Find(id)!.Traits & ~PreTokenizerTraits.AddsBos,
                PreTokenizers.Find(found)!.Traits & ~PreTokenizerTraits.AddsBos, id);
            CollectionAssert.AreEqual(PreTokenizers.Find(id)!.Steps, PreTokenizers.Find(found)!.Steps, id);
            same += id == found ? 1 : 0;
        }

        Assert.AreEqual(21, same);
    }

    /// <summary>Few loaders know the one, all know the other, and both cut alike.</summary>
    [TestMethod]
    [DataRow("trillion", "gpt-2")]
    [DataRow("granite-docling", "gpt-2")]
    [DataRow("llama3", "llama-bpe")]
    [DataRow("llama-v3", "llama-bpe")]
    [DataRow("joyai-llm", "deepseek-v3")]
    public void A_pre_tokenizer_is_named_as_other_loaders_know_it(string id, string known)
    {
        using GgufFile file = SmallTokenizers.ByteLevel(id).Open();
        Assert.AreEqual(known, Back(file).Find("tokenizer.ggml.pre")!.Text);
    }

    /// <summary>The keys in the order of a converter.</summary>
    private static SmallGguf Standard(SmallGguf old, string model)
    {
        using GgufFile file = old.Open();
        SmallGguf gguf = new SmallGguf("none").Text("tokenizer.ggml.model", model).Text("tokenizer.ggml.pre", "default");
        foreach (string key in new[] { "tokens", "scores", "token_type" }.Where(key => file.Find($"tokenizer.ggml.{key}") is not null))
        {
            gguf.Set($"tokenizer.ggml.{key}", file.Find($"tokenizer.ggml.{key}")!);
        }

        return gguf;
    }

    private static DerivedTokenizer Back(GgufFile file)
    {
        DerivedFolder folder = DerivedCompanions.Derive(file);
        Assert.IsTrue(folder.Files.Any(companion => companion.Name == "tokenizer.json"), string.Join('\n', folder.Notes));
        return TokenizerToGguf.Derive(folder.Files, new TokenizerTarget(file.Find("tokenizer.ggml.tokens")!.Count));
    }

    private static void ComesBack(SmallGguf gguf)
    {
        using GgufFile file = gguf.Open();
        CollectionAssert.AreEqual(Lines(file.Metadata), Lines(Back(file).Entries));
    }

    private static string[] Lines(IEnumerable<MetadataEntry> entries) =>
    [
        .. entries.Where(entry => entry.Key.StartsWith("tokenizer.", StringComparison.Ordinal))
            .Select(entry =>
                $"{entry.Key} {entry.Value.TypeName} {entry.Value.Display(12)} {Convert.ToHexString(entry.Value.RawBytes.Span)}"),
    ];
}
