using System.Text.Json;
using ModelPack.Architectures;
using static ModelPack.Codec.Tests.Architectures.ByteLevelBpeTests;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class SentencePieceBpeTests
{
    /// <summary>Scores fall with the id, as in Llama 2, except that a later piece has a better one.</summary>
    private static SmallGguf Model() => SmallTokenizers.SentencePiece(
        ("▁a", 1, -3), ("ab", 1, -1), ("▁ab", 1, -2), ("▁", 1, -4), ("a", 1, -5), ("b", 1, -6), ("  ", 4, -1000), ("▁▁", 1, -2));

    [TestMethod]
    public void Parts_are_those_of_a_file_with_a_normalizer()
    {
        JsonElement tokenizer = Tokenizer(Model());
        Assert.AreEqual(
            """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""",
            Compact(tokenizer.GetProperty("normalizer")));
        Assert.AreEqual("null", Compact(tokenizer.GetProperty("pre_tokenizer")));
        Assert.AreEqual(
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<s>","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}""",
            Compact(tokenizer.GetProperty("post_processor")));
        Assert.AreEqual(
            """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
            Compact(tokenizer.GetProperty("decoder")));
        JsonElement model = tokenizer.GetProperty("model");
        Assert.AreEqual(
            """["BPE",null,"<unk>",null,null,true,true,false]""",
            $"[{string.Join(',', model.EnumerateObject().Take(8).Select(field => Compact(field.Value)))}]");
        Assert.AreEqual(267, model.GetProperty("vocab").EnumerateObject().Count());
        Assert.AreEqual(265, model.GetProperty("vocab").GetProperty("  ").GetInt32());
        CollectionAssert.AreEqual(
            new[] { "0 True", "1 True", "2 True", "265 False" },
            tokenizer.GetProperty("added_tokens").EnumerateArray()
                .Select(token => $"{token.GetProperty("id")} {token.GetProperty("special")}").ToArray());
    }

    [TestMethod]
    public void Merges_follow_the_scores_of_what_they_make_then_the_ids_of_their_parts() => Assert.AreEqual(
        """["a b","▁a b","▁ ab","▁ ▁","▁ a"]""",
        Compact(Tokenizer(Model()).GetProperty("model").GetProperty("merges")));

    [TestMethod]
    public void Merges_choose_what_SentencePiece_chooses()
    {
        // Random vocabularies over two letters: BPE by rank and SentencePiece's rule (best score, leftmost) cut every word alike.
        Random random = new(20);
        int longWords = 0;
        for (int round = 0; round < 50; round++)
        {
            Dictionary<string, float> pieces = new(StringComparer.Ordinal) { ["a"] = -1000, ["b"] = -1001 };
            for (int piece = 0; piece < 30; piece++)
            {
                string[] known = [.. pieces.Keys];
                string made = known[random.Next(known.Length)] + known[random.Next(known.Length)];
                pieces.TryAdd(made.Length > 12 ? "ab" : made, -piece);
            }

            SmallGguf gguf = SmallTokenizers.SentencePiece([.. pieces.Select(piece => (piece.Key, 1, piece.Value))]);
            string[][] merges = [
                .. Tokenizer(gguf).GetProperty("model").GetProperty("merges").EnumerateArray()
                    .Select(merge => merge.GetString()!.Split(' '))];
            for (int word = 0; word < 20; word++)
            {
                string text = string.Concat(Enumerable.Range(0, 14).Select(_ => random.Next(2) == 0 ? "a" : "b"));
                string[] byScore = Cut(text, (left, right) => pieces.TryGetValue(left + right, out float score) ? -score : null);
                string[] byRank = Cut(
                    text, (left, right) => Array.FindIndex(merges, merge => merge[0] == left && merge[1] == right) is >= 0 and int rank
                        ? rank
                        : null);
                CollectionAssert.AreEqual(byScore, byRank);
                longWords += byScore.Length < 10 ? 1 : 0;
            }
        }

        Assert.IsGreaterThan(100, longWords);
    }

    /// <summary>Mistral's runs of spaces have one score, and none of them is 15 long.</summary>
    [TestMethod]
    public void Merges_of_runs_with_one_score_choose_the_leftmost_pair_as_SentencePiece_does()
    {
        int[] lengths = [2, 4, 8, 5, 16, 6, 12, 13, 10, 14, 3, 9, 7, 11, 1];
        Dictionary<string, float> pieces = lengths.ToDictionary(length => new string('▁', length), length => length == 1 ? -2e9f : -1e9f);
        SmallGguf gguf = SmallTokenizers.SentencePiece(
            [.. pieces.Select(piece => (piece.Key, 1, piece.Value)), ("▁a", 1, -1), ("a", 1, -2)]);
        string[][] merges = [
            .. Tokenizer(gguf).GetProperty("model").GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!.Split(' '))];
        for (int length = 1; length <= 100; length++)
        {
            string text = new('▁', length);
            CollectionAssert.AreEqual(
                Cut(text, (left, right) => pieces.TryGetValue(left + right, out float score) ? -score : null),
                Cut(text, (left, right) => Array.FindIndex(merges, merge => merge[0] == left && merge[1] == right) is >= 0 and int rank
                    ? rank
                    : null),
                $"{length}");
        }
    }

    [TestMethod]
    public void Equal_scores_leave_only_the_ids_and_that_is_said()
    {
        SmallGguf gguf = SmallTokenizers.SentencePiece(
            ("▁ab", 1, -1000), ("▁", 1, -1000), ("a", 1, -1000), ("b", 1, -1000), ("ab", 1, -1000), ("▁a", 1, -1000));
        string expected = """["▁ ab","▁a b","a b","▁ a"]""";
        Assert.AreEqual(expected, Compact(Tokenizer(gguf).GetProperty("model").GetProperty("merges")));
        gguf.Derive()
            .AssertNote(
                "tokenizer.json: merges: tokenizer.ggml.scores are all equal, so their order is lost; ids of the merged tokens were taken");
        gguf.Without("tokenizer.ggml.scores");
        Assert.AreEqual(expected, Compact(Tokenizer(gguf).GetProperty("model").GetProperty("merges")));
        gguf.Derive()
            .AssertNote(
                "tokenizer.json: merges: tokenizer.ggml.scores are missing, so their order is lost; ids of the merged tokens were taken");
    }

    [TestMethod]
    public void Characters_beyond_the_first_plane_are_not_cut()
    {
        SmallGguf gguf = SmallTokenizers.SentencePiece(("😀", 1, -1), ("😀😀", 1, -2));
        JsonElement merge = Tokenizer(gguf).GetProperty("model").GetProperty("merges").EnumerateArray().Single();
        CollectionAssert.AreEqual(new[] { "😀", "😀" }, merge.GetString()!.Split(' '));
    }

    [TestMethod]
    public void Without_a_space_prefix_nothing_is_prepended_or_stripped()
    {
        JsonElement tokenizer = Tokenizer(
            Model().Flag("tokenizer.ggml.add_space_prefix", false).Flag("tokenizer.ggml.add_bos_token", false));
        Assert.AreEqual(
            """{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""",
            Compact(tokenizer.GetProperty("normalizer")));
        Assert.AreEqual(
            """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}]}""",
            Compact(tokenizer.GetProperty("decoder")));
        Assert.AreEqual("null", Compact(tokenizer.GetProperty("post_processor")));
    }

    [TestMethod]
    public void Runtime_defaults_of_missing_ids_are_said()
    {
        DerivedFolder folder = Model().Derive();
        folder.AssertNote(
            "tokenizer_config.json: bos_token: tokenizer.ggml.bos_token_id is missing, which for this kind of tokenizer means 1");
        folder.AssertFile(
            "special_tokens_map.json", "{\n  \"bos_token\": \"<s>\",\n  \"eos_token\": \"</s>\",\n  \"unk_token\": \"<unk>\"\n}\n");
    }

    [TestMethod]
    public void Contradictions_are_named()
    {
        Refused(Model().Without("tokenizer.ggml.scores").Tokens(("<unk>", 2), ("<s>", 3), ("<0x00>", 6)),
            "tokenizer.ggml.tokens has 1 byte tokens, but byte_fallback needs 256");
        Refused(Model().Tokens(("a", 1), ("b", 1)).Without("tokenizer.ggml.scores"), "a begin token is to be added, but no key names it");
        Refused(SmallTokenizers.SentencePiece((new string('x', 513), 1, 0)),
            "tokenizer.ggml.tokens has 513 characters at 259, more than a SentencePiece piece can have");
        Refused(
            SmallTokenizers.SentencePiece([.. Enumerable.Range(1, 500).Select(length => (new string('x', length), 1, 0f))]),
            "more than 16 merges for each of the 759 tokenizer.ggml.tokens follow");
        Refused(Model().Count("tokenizer.ggml.add_space_prefix", 1), "tokenizer.ggml.add_space_prefix is u32 1, not a bool");
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Vocabulary_of_a_quarter_million_tokens_takes_seconds_at_most()
    {
        // All words of up to four of 22 letters: 245,410 tokens, and every cut of one is a merge, as many as real vocabularies of this size
        // have.
        const int Letters = 22;
        List<string> words = [""];
        int begin = 0;
        for (int length = 1; length <= 4; length++)
        {
            int end = words.Count;
            for (; begin < end; begin++)
            {
                words.AddRange(Enumerable.Range(0, Letters).Select(letter => words[begin] + (char)('a' + letter)).ToArray());
            }
        }

        SmallGguf gguf = SmallTokenizers.SentencePiece([.. words.Skip(1).Select((word, id) => (word, 1, (float)-id))]);
        JsonElement model = Tokenizer(gguf).GetProperty("model");
        Assert.AreEqual(724_548, model.GetProperty("merges").GetArrayLength());
    }

    private static void Refused(SmallGguf gguf, string reason) =>
        gguf.Derive().AssertNoFile("tokenizer.json", $"tokenizer.json: tokenizer.json cannot be derived: {reason}");

    private static string[] Cut(string text, Func<string, string, float?> cost)
    {
        List<string> parts = [.. text.Select(letter => letter.ToString())];
        for (;;)
        {
            (int Place, float Cost) best = (-1, float.MaxValue);
            for (int place = 0; place + 1 < parts.Count; place++)
            {
                if (cost(parts[place], parts[place + 1]) is { } found && found < best.Cost)
                {
                    best = (place, found);
                }
            }

            if (best.Place < 0)
            {
                return [.. parts];
            }

            parts[best.Place] += parts[best.Place + 1];
            parts.RemoveAt(best.Place + 1);
        }
    }
}
