using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Codec.Tests.Architectures.Families;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>A folder with tekken.json alone gives the keys that tokenizer.json with the same tokens gives.</summary>
[TestClass]
public sealed class TekkenTests
{
    private const string Checkpoint = "mistral3-ministral";
    private const int Rows = 402;
    private const int Special = 32;

    [TestMethod]
    public void It_gives_the_keys_of_tokenizer_json()
    {
        Companion[] files = Files();
        DerivedTokenizer expected = TokenizerToGguf.Derive(files, new(Rows));
        DerivedTokenizer made = TokenizerToGguf.Derive(Alone(files, Tekken(files)), new(Rows));
        foreach (string key in (string[])[
            "model", "pre", "tokens", "token_type", "merges", "bos_token_id", "eos_token_id", "unknown_token_id", "padding_token_id",
            "add_bos_token"])
        {
            Assert.AreEqual(Show(expected, key), Show(made, key), key);
        }
    }

    [TestMethod]
    public void A_folder_with_it_alone_becomes_a_model_that_runs()
    {
        using FamilyCheckpoint made = FamilyCheckpoint.Named(Checkpoint);
        JsonObject tekken = Tekken(Files());
        foreach (string name in (string[])["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"])
        {
            File.Delete(Path.Combine(made.Folder, name));
        }

        File.WriteAllText(Path.Combine(made.Folder, "tekken.json"), tekken.ToJsonString());
        Certificate certificate = Unflushed.Convert(made.Folder, made.At("made.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(Meaning.Runs, certificate.Meaning, string.Join('\n', certificate.MeaningReasons.Concat(certificate.Notes)));
    }

    [TestMethod]
    public void Special_tokens_that_an_older_file_does_not_list_have_their_usual_names()
    {
        Companion[] files = Files();
        JsonObject tekken = Tekken(files);
        tekken.Remove("special_tokens");
        string[] tokens = Strings(TokenizerToGguf.Derive(Alone(files, tekken), new(Rows)));
        Assert.AreEqual("<unk> <s> </s> [INST] [/INST]", string.Join(' ', tokens[..5]));
        Assert.AreEqual("[TOOL_CONTENT] <SPECIAL_20>", string.Join(' ', tokens[19..21]));
        Assert.AreEqual("<SPECIAL_31>", tokens[31]);
    }

    [TestMethod]
    [DataRow("config", "null", "config is missing")]
    [DataRow("config/default_num_special_tokens", "403", "config.default_num_special_tokens is 403, and default_vocab_size 402")]
    [DataRow("config/default_num_special_tokens", "4", "'[/INST]' has rank 4, but config.default_num_special_tokens is 4")]
    [DataRow("config/default_vocab_size", "\"x\"", "config.default_vocab_size")]
    [DataRow("vocab/1/token_bytes", "\"AA==\"", "has the ranks 1 and 188")]
    [DataRow("vocab/1/token_bytes", "\"A\"", "not bytes in base64")]
    [DataRow("vocab/1/token_bytes", "\"\"", "not bytes in base64")]
    [DataRow("vocab/1/token_bytes", "7", "vocab[1].token_bytes")]
    [DataRow("vocab/1/rank", "0", "id 32 is given to")]
    [DataRow("special_tokens/1/rank", "0", "id 0 is given to")]
    public void A_broken_value_is_an_error(string place, string json, string expected)
    {
        Companion[] files = Files();
        JsonObject tekken = Tekken(files);
        JsonNode owner = tekken;
        string[] names = place.Split('/');
        foreach (string name in names[..^1])
        {
            owner = int.TryParse(name, out int index) ? owner[index]! : owner[name]!;
        }

        owner[names[^1]] = JsonNode.Parse(json);
        ModelPackException error = Assert.Throws<ModelPackException>(() => TokenizerToGguf.Derive(Alone(files, tekken), new(Rows)));
        Assert.Contains(expected, error.Message);
    }

    [TestMethod]
    public void Tokens_that_take_long_to_take_apart_are_refused()
    {
        Companion[] files = Files();
        JsonObject tekken = Tekken(files);
        for (int rank = 0; rank < 300; rank++)
        {
            tekken["vocab"]![rank]!["token_bytes"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('a', 4000 + rank)));
        }

        ModelPackException error = Assert.Throws<ModelPackException>(() => TokenizerToGguf.Derive(Alone(files, tekken), new(Rows)));
        Assert.Contains("longer than those of any vocabulary", error.Message);
    }

    [TestMethod]
    public void Text_that_is_cut_in_an_unknown_way_has_no_keys()
    {
        Companion[] files = Files();
        JsonObject tekken = Tekken(files);
        tekken["config"]!["pattern"] = "[a-z]+";
        DerivedTokenizer made = TokenizerToGguf.Derive(Alone(files, tekken), new(Rows));
        Assert.IsFalse(made.Entries.Any(entry => entry.Key == "tokenizer.ggml.tokens"));
        Assert.Contains("config.pattern cuts text in a way that no known expression does", string.Join('\n', made.Notes));
    }

    private static Companion[] Files()
    {
        using TempFolder temp = new();
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", Checkpoint + CheckpointArchive.Ending), temp.Root);
        return [
            .. Directory.EnumerateFiles(temp.At(CheckpointArchive.Folder), "*.json")
                .Select(path => new Companion(Path.GetFileName(path), File.ReadAllBytes(path)))];
    }

    private static Companion[] Alone(Companion[] files, JsonObject tekken) =>
    [
        .. files.Where(file => !file.Name.Contains("token", StringComparison.Ordinal)),
        new("tekken.json", Encoding.UTF8.GetBytes(tekken.ToJsonString())),
    ];

    /// <summary>As published: special tokens beside the others, and more of these than the model has.</summary>
    private static JsonObject Tekken(Companion[] files)
    {
        JsonObject tokenizer = JsonNode.Parse(files.Single(file => file.Name == "tokenizer.json").Bytes.Span)!.AsObject();
        Dictionary<char, byte> bytes = ByteLevelFolder.Alphabet().Select((letter, value) => (letter[0], (byte)value))
            .ToDictionary(pair => pair.Item1, pair => pair.Item2);
        (string Text, int Id)[] all = [
            .. tokenizer["model"]!["vocab"].Deserialize<Dictionary<string, int>>()!.Select(pair => (pair.Key, pair.Value))
                .OrderBy(pair => pair.Value)];
        return new()
        {
            ["config"] = new JsonObject
            {
                ["pattern"] = tokenizer["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"]!.GetValue<string>(),
                ["num_vocab_tokens"] = Rows, ["default_vocab_size"] = Rows, ["default_num_special_tokens"] = Special, ["version"] = "v11",
            },
            ["vocab"] = new JsonArray([
                .. all[Special..].Select(
                    pair => Item(pair.Id - Special, "token_bytes", Convert.ToBase64String([.. pair.Text.Select(letter => bytes[letter])]))),
                Item(Rows - Special, "token_bytes", "////")]),
            ["special_tokens"] = new JsonArray([.. all[..Special].Select(pair => Item(pair.Id, "token_str", pair.Text))]),
        };
    }

    private static JsonNode Item(int rank, string field, string value) => new JsonObject { ["rank"] = rank, [field] = value };

    private static string Show(DerivedTokenizer tokenizer, string key) => Value(tokenizer, key).Display(int.MaxValue);

    private static GgufValue Value(DerivedTokenizer tokenizer, string key) =>
        (GgufValue)tokenizer.Entries.Single(entry => entry.Key == "tokenizer.ggml." + key).Value;

    private static string[] Strings(DerivedTokenizer tokenizer)
    {
        List<string> texts = [];
        GgufStrings strings = Value(tokenizer, "tokens").EnumerateStrings();
        while (strings.MoveNext())
        {
            texts.Add(Encoding.UTF8.GetString(strings.Current.Span));
        }

        return [.. texts];
    }
}
