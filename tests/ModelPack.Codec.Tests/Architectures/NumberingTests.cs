using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Tokenizers;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>The tokenizers library numbers tokens by rules of its own (tokenizers.md §3.1): each has to get its place in the
/// GGUF.</summary>
[TestClass]
public sealed class NumberingTests
{
    private static readonly Dictionary<string, Func<SmallGguf>> Kinds = new()
    {
        ["BPE"] = () => SmallTokenizers.ByteLevel("gpt-2")
            .Tokens(("<|end|>", 3), (" é", 4), ("a", 1), ("b", 1), ("Ġ", 1), ("ab", 1), ("Ġab", 1), ("<|x|>", 3), ("[PAD8]", 5), ("<y>", 4),
                ("[PAD10]", 5))
            .Count("tokenizer.ggml.bos_token_id", 0).Count("tokenizer.ggml.eos_token_id", 0),
        ["SentencePiece"] = () => SmallTokenizers.SentencePiece(
            ("▁a", 1, -1), ("  ", 4, -1000), ("▁", 1, -2), ("a", 1, -3), ("<|x|>", 3, -1000), ("[PAD264]", 5, -10000)),
        ["WordPiece"] = SmallTokenizers.WordPiece,
        ["Unigram"] = SmallTokenizers.Unigram,
    };

    public static IEnumerable<string> Names => Kinds.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Every_token_gets_its_number(string kind) => AssertNumbers(Kinds[kind](), ByteLevelBpeTests.Tokenizer(Kinds[kind]()));

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Recorded_tokenizer_with_these_numbers_is_taken(string kind)
    {
        string text = Kinds[kind]().Derive().TextOf("tokenizer.json") + "\n";
        Kinds[kind]().Text("tokenizer.huggingface.json", text).Derive().AssertFile("tokenizer.json", text);
    }

    /// <summary>What published files were made into: the ids of the list are right, and the library does not look at them.</summary>
    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Recorded_tokenizer_that_would_number_its_added_tokens_anew_is_passed_over(string kind)
    {
        string right = Kinds[kind]().Derive().TextOf("tokenizer.json");
        JsonObject wrong = JsonNode.Parse(right)!.AsObject();
        foreach (JsonObject added in wrong["added_tokens"]!.AsArray().Select(token => token!.AsObject()))
        {
            if (wrong["model"]!["vocab"] is JsonObject vocabulary)
            {
                vocabulary.Remove(added["content"]!.GetValue<string>());
            }
            else
            {
                wrong["model"]!["vocab"]!.AsArray()
                    .Remove(wrong["model"]!["vocab"]!.AsArray().FirstOrDefault(piece => (string?)piece![0] == (string?)added["content"]));
            }
        }

        DerivedFolder folder = Kinds[kind]().Text("tokenizer.huggingface.json", wrong.ToJsonString()).Derive();
        folder.AssertFile("tokenizer.json", right);
        Assert.IsTrue(
            folder.Notes.Any(
                note => note.StartsWith("tokenizer.json: tokenizer.huggingface.json was passed over: ", StringComparison.Ordinal)),
            string.Join('\n', folder.Notes));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Recorded_tokenizer_with_two_ordinary_tokens_exchanged_is_passed_over(string kind)
    {
        string right = Kinds[kind]().Derive().TextOf("tokenizer.json");
        JsonObject wrong = JsonNode.Parse(right)!.AsObject();
        JsonNode vocabulary = wrong["model"]!["vocab"]!;
        if (vocabulary is JsonArray list)
        {
            JsonNode third = list[3]!;
            list.RemoveAt(3);
            list.Insert(4, third);
        }
        else
        {
            (string one, string other) = (vocabulary.AsObject().ElementAt(4).Key, vocabulary.AsObject().ElementAt(5).Key);
            (vocabulary[one], vocabulary[other]) = (vocabulary[other]!.DeepClone(), vocabulary[one]!.DeepClone());
        }

        Kinds[kind]().Text("tokenizer.huggingface.json", wrong.ToJsonString()).Derive().AssertFile("tokenizer.json", right);
    }

    [TestMethod]
    [DataRow(
        """{"a":0,"b":1}""", """["x","y"]""", "a 0 b 1 x 2 y 3", DisplayName = "counted on behind the vocabulary, whatever id is written")]
    [DataRow(
        """{"x":0,"a":1}""", """["x","","y"]""", "x 0 a 1 y 2",
        DisplayName = "what the vocabulary has keeps its id, and an empty text is none")]
    [DataRow("""{"a":0,"x":7}""", """["y","x","z"]""", "a 0 x 7 y 2 z 8", DisplayName = "behind the highest added one")]
    [DataRow("""{"a":0,"b":7}""", """["x","x"]""", "a 0 b 7 x 2", DisplayName = "a hole of the vocabulary is filled")]
    [DataRow("""[["a",0.0],["b",-1.5]]""", """["x","a"]""", "a 0 b 1 x 2", DisplayName = "a list numbers its items")]
    [DataRow("""{"a":0,"a":3}""", "[]", "a 3", DisplayName = "of one name twice the last counts")]
    public void Ids_are_those_of_the_library(string vocabulary, string added, string expected)
    {
        string list = string.Join(
            ',', JsonNode.Parse(added)!.AsArray().Select(text => $$"""{"id":99,"content":{{text!.ToJsonString()}}}"""));
        Reading<IReadOnlyDictionary<string, long>> ids = EffectiveIds.Of(
            Encoding.UTF8.GetBytes($$$"""{"added_tokens":[{{{list}}}],"model":{"vocab":{{{vocabulary}}}}}"""));
        Assert.AreEqual(expected, string.Join(' ', ids.Value.Select(token => $"{token.Key} {token.Value}")));
    }

    [TestMethod]
    [DataRow("", "it is not JSON")]
    [DataRow("[]", "it has no model.vocab")]
    [DataRow("""{"model":{}}""", "it has no model.vocab")]
    [DataRow("""{"model":{"vocab":{"a":-1}}}""", "it has no model.vocab")]
    [DataRow("""{"model":{"vocab":{"a":0.5}}}""", "it has no model.vocab")]
    [DataRow("""{"model":{"vocab":[["a"]]}}""", "it has no model.vocab")]
    [DataRow("""{"model":{"vocab":[[1,2]]}}""", "a token in it is not a text")]
    [DataRow("""{"model":{"vocab":{}},"added_tokens":[{"content":"\ud800"}]}""", "a token in it is not a text")]
    public void Text_that_the_library_would_not_read_has_no_ids(string document, string problem) =>
        Assert.AreEqual(problem, EffectiveIds.Of(Encoding.UTF8.GetBytes(document)).Problem);

    [TestMethod]
    [DataRow("""{"a":0,"b":1,"▁":2}""", null, DisplayName = "a user-defined token may have U+2581 for its space")]
    [DataRow("""{"a":0,"▁":2,"b":1,"more":5}""", null, DisplayName = "tokens behind the last are nobody's")]
    [DataRow(
        """{"a":0,"b":2,"▁":1}""",
        "the tokenizers library would give 'b' the id 2, but tokenizer.ggml.tokens has it at 1, where '▁' would stand")]
    [DataRow("""{"a":0," ":2}""", "the tokenizers library would give 'b' no id, but tokenizer.ggml.tokens has it at 1")]
    [DataRow("""{"a":0,"b":1," ":2,"c":1}""", "it gives 'b' and 'c' the id 1")]
    [DataRow("""{"a":0,"b":1," ":4}""", "the tokenizers library would give ' ' the id 4, but tokenizer.ggml.tokens has it at 2")]
    public void Difference_is_named(string vocabulary, string? difference)
    {
        Vocabulary model = Vocabulary.Create(
            ["a", "b", " ", "[PAD3]"], [TokenKind.Normal, TokenKind.Control, TokenKind.UserDefined, TokenKind.Unused], null).Value;
        Assert.AreEqual(
            difference, NumberingCheck.FindDifference(Encoding.UTF8.GetBytes($$$"""{"model":{"vocab":{{{vocabulary}}}}}"""), model));
    }

    /// <summary>Falcon has its special tokens in front: <c>&lt;|endoftext|&gt;</c> is 11.</summary>
    [TestMethod]
    public void Low_added_ids_of_Falcon_stay()
    {
        using GgufFile file = GgufFile.Open(new FileByteSource(RepositoryData.Path("cases", "low-added-ids", "falcon.gguf")));
        using JsonDocument tokenizer = JsonDocument.Parse(DerivedCompanions.Derive(file).TextOf("tokenizer.json"));
        Assert.AreEqual(11, LibraryIds(tokenizer.RootElement)["<|endoftext|>"]);
        AssertNumbers(file, tokenizer.RootElement);
    }

    [TestMethod]
    public void More_tokens_than_rows_are_noted()
    {
        SmallTokenizers.ByteLevel("gpt-2").Tensor("token_embd.weight", TensorType.F32, 6, 2).Derive()
            .AssertNote("tokenizer.json: there are 7 tokens, but token_embd.weight has 6 rows: the model does not know the others");
        Assert.IsFalse(
            SmallTokenizers.ByteLevel("gpt-2").Tensor("token_embd.weight", TensorType.F32, 7, 2)
                .Derive().Notes.Any(note => note.Contains("rows", StringComparison.Ordinal)));
    }

    /// <summary>Compares the numbers of a written tokenizer with a GGUF, by rules that are spelled out once more.</summary>
    internal static void AssertNumbers(SmallGguf gguf, JsonElement tokenizer)
    {
        using GgufFile file = gguf.Open();
        AssertNumbers(file, tokenizer);
    }

    private static void AssertNumbers(GgufFile file, JsonElement tokenizer)
    {
        Dictionary<string, int> ids = LibraryIds(tokenizer);
        List<string> tokens = [];
        foreach (ReadOnlyMemory<byte> token in file.Find("tokenizer.ggml.tokens")!.EnumerateStrings())
        {
            tokens.Add(Encoding.UTF8.GetString(token.Span));
        }

        bool phantom = file.Find("tokenizer.ggml.model")!.Text == "bert";
        for (int id = 0; id < tokens.Count; id++)
        {
            bool control = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(
                file.Find("tokenizer.ggml.token_type")!.ItemBytes.Span[(4 * id)..]) == 3;
            string text = !phantom || control ? tokens[id] : tokens[id].StartsWith('▁') ? tokens[id][1..] : "##" + tokens[id];
            if (text == $"[PAD{id}]" && !ids.ContainsKey(text))
            {
                continue;
            }

            Assert.AreEqual(id, ids.GetValueOrDefault(text, -1), text);
        }
    }

    private static Dictionary<string, int> LibraryIds(JsonElement tokenizer)
    {
        JsonElement vocabulary = tokenizer.GetProperty("model").GetProperty("vocab");
        Dictionary<string, int> ids = vocabulary.ValueKind == JsonValueKind.Object
            ? vocabulary.EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetInt32())
            : vocabulary.EnumerateArray().Select((piece, id) => (piece[0].GetString()!, id)).ToDictionary();
        int next = ids.Count;
        foreach (string text in tokenizer.GetProperty("added_tokens").EnumerateArray()
            .Select(token => token.GetProperty("content").GetString()!))
        {
            if (ids.TryAdd(text, next))
            {
                next++;
            }
        }

        return ids;
    }
}
