using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>A vocabulary of tiktoken gives the keys that tokenizer.json with the same tokens gives.</summary>
[TestClass]
public sealed class TiktokenTests
{
    private const string Checkpoint = "deepseek2-kimik2";
    private const int Rows = 384;

    [TestMethod]
    public void Ranks_give_the_tokens_and_merges_of_tokenizer_json()
    {
        using TempFolder temp = new();
        Companion[] files = Files(temp);
        DerivedTokenizer expected = TokenizerToGguf.Derive(files, new(Rows));
        DerivedTokenizer ranked = TokenizerToGguf.Derive(Ranked(files), new(Rows));
        foreach (string key in (string[])["tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.merges",
            "tokenizer.ggml.eos_token_id", "tokenizer.ggml.bos_token_id"])
        {
            Assert.AreEqual(Value(expected, key).Display(int.MaxValue), Value(ranked, key).Display(int.MaxValue), key);
        }

        string[] before = Strings(expected), after = Strings(ranked);
        int named = Array.FindIndex(before, token => token.StartsWith("[PAD3", StringComparison.Ordinal));
        CollectionAssert.AreEqual(before[..named], after[..named]);
        Assert.IsTrue(after.Index().Skip(named).All(token => token.Item == $"<|reserved_token_{token.Index}|>"));
        Assert.HasCount(Rows, after);
    }

    [TestMethod]
    [DataRow("IQ==", "line 1 is not a token in base64")]
    [DataRow("IQ== x", "line 1 is not a token in base64")]
    [DataRow("I 0", "line 1 is not a token in base64")]
    [DataRow("IQ== -1", "line 1 is not a token in base64")]
    [DataRow("IQ== 0 1", "line 1 is not a token in base64")]
    [DataRow("IQ== 0\nIQ== 1", "line 2 holds '!', which has a rank already")]
    [DataRow("IQ== 0\nIg== 0", "id 0 is given to")]
    public void A_broken_line_is_an_error(string text, string expected)
    {
        using TempFolder temp = new();
        Companion[] files = [
            .. Ranked(Files(temp)).Where(file => file.Name != "tiktoken.model"), new("tiktoken.model", Encoding.UTF8.GetBytes(text))];
        ModelPackException error = Assert.Throws<ModelPackException>(() => TokenizerToGguf.Derive(files, new(Rows)));
        Assert.Contains(expected, error.Message);
    }

    [TestMethod]
    public void Tokens_that_take_long_to_take_apart_are_refused()
    {
        StringBuilder text = new();
        for (int rank = 0, length = 1; length <= 2048; length *= 2)
        {
            text.Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('a', length)))).Append(' ').Append(rank++).Append('\n');
        }

        using TempFolder temp = new();
        Companion[] files = [
            .. Ranked(Files(temp)).Where(file => file.Name != "tiktoken.model"), new("tiktoken.model", Encoding.UTF8.GetBytes($"{text}"))];
        ModelPackException error = Assert.Throws<ModelPackException>(() => TokenizerToGguf.Derive(files, new(Rows)));
        Assert.Contains("longer than those of any vocabulary", error.Message);
    }

    [TestMethod]
    public void A_vocabulary_that_nothing_tells_the_pre_tokenizer_of_has_no_keys()
    {
        using TempFolder temp = new();
        Companion[] files = [
            .. Ranked(Files(temp)).Select(
                file => file.Name == "tokenizer_config.json" ? new(file.Name, Encoding.UTF8.GetBytes("{}")) : file)];
        Assert.IsFalse(TokenizerToGguf.Derive(files, new(Rows)).Entries.Any(entry => entry.Key == "tokenizer.ggml.tokens"));
    }

    private static Companion[] Files(TempFolder temp)
    {
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", Checkpoint + CheckpointArchive.Ending), temp.Root);
        return [
            .. Directory.EnumerateFiles(temp.At(CheckpointArchive.Folder), "*.json")
                .Select(path => new Companion(Path.GetFileName(path), File.ReadAllBytes(path)))];
    }

    /// <summary>As published: tokens and ranks, and code that reads them.</summary>
    private static Companion[] Ranked(Companion[] files)
    {
        JsonObject tokenizer = JsonNode.Parse(files.Single(file => file.Name == "tokenizer.json").Bytes.Span)!.AsObject();
        HashSet<string> added = [.. tokenizer["added_tokens"]!.AsArray().Select(token => token!["content"]!.GetValue<string>())];
        Dictionary<char, byte> bytes = ByteLevelFolder.Alphabet().Select((letter, value) => (letter[0], (byte)value))
            .ToDictionary(pair => pair.Item1, pair => pair.Item2);
        StringBuilder text = new();
        foreach ((string token, int rank) in tokenizer["model"]!["vocab"].Deserialize<Dictionary<string, int>>()!
            .Where(pair => !added.Contains(pair.Key)).OrderBy(pair => pair.Value))
        {
            text.Append(Convert.ToBase64String([.. token.Select(letter => bytes[letter])])).Append(' ').Append(rank).Append('\n');
        }

        JsonObject settings = JsonNode.Parse(files.Single(file => file.Name == "tokenizer_config.json").Bytes.Span)!.AsObject();
        settings["auto_map"] = new JsonObject { ["AutoTokenizer"] = new JsonArray("tokenization_kimi.TikTokenTokenizer", null) };
        return
        [
            .. files.Where(file => file.Name is not ("tokenizer.json" or "tokenizer_config.json")),
            new("tokenizer_config.json", Encoding.UTF8.GetBytes(settings.ToJsonString())),
            new("tiktoken.model", Encoding.UTF8.GetBytes(text.ToString())),
        ];
    }

    private static GgufValue Value(DerivedTokenizer tokenizer, string key) =>
        (GgufValue)tokenizer.Entries.Single(entry => entry.Key == key).Value;

    private static string[] Strings(DerivedTokenizer tokenizer)
    {
        List<string> texts = [];
        GgufStrings strings = Value(tokenizer, "tokenizer.ggml.tokens").EnumerateStrings();
        while (strings.MoveNext())
        {
            texts.Add(Encoding.UTF8.GetString(strings.Current.Span));
        }

        return [.. texts];
    }
}
