using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>Tokenizer files of a few tokens, and looks into what they give.</summary>
internal static class TokenizerFolders
{
    private const string ByteLevelStep = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
    private const string Template = """
        {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
         "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],
         "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}}
        """;

    public static JsonObject ByteLevel() => Parse($$$"""
        {"added_tokens":[{"id":4,"content":"<|end|>","special":true},{"id":5,"content":"<tool>","special":false},{"id":6,"content":"<|call|>","special":false}],
         "normalizer":null,"pre_tokenizer":{{{ByteLevelStep}}},"post_processor":null,
         "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"Ġ":3},"merges":[["a","b"]]}}
        """);

    public static JsonObject SentencePiece()
    {
        JsonObject root = Parse("""
            {"added_tokens":[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<s>","special":true},{"id":263,"content":"<x>","special":false}],
             "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
             "pre_tokenizer":null,"post_processor":null,
             "model":{"type":"BPE","unk_token":"<unk>","byte_fallback":true,"vocab":{"<unk>":0,"<s>":1,"▁":258,"a":259,"b":260,"▁a":261,"▁ab":262},"merges":[["▁","a"],["▁a","b"]]}}
            """);
        for (int value = 0; value < 256; value++)
        {
            root["model"]!["vocab"]![$"<0x{value:X2}>"] = value + 2;
        }

        return root;
    }

    public static JsonObject WordPiece() => Parse($$$"""
        {"added_tokens":[{"id":0,"content":"[PAD]","special":true},{"id":1,"content":"[UNK]","special":true},{"id":2,"content":"[CLS]","special":true},{"id":3,"content":"[SEP]","special":true}],
         "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":false},
         "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{{{Template}}},
         "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"run":4,"##ning":5,"##":6} } }
        """);

    public static JsonObject Unigram() => Parse("""
        {"added_tokens":[{"id":0,"content":"<pad>","special":true},{"id":1,"content":"</s>","special":true},{"id":2,"content":"<unk>","special":true}],
         "normalizer":{"type":"Precompiled","precompiled_charsmap":"AQL/AA=="},
         "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}]},
         "post_processor":null,
         "model":{"type":"Unigram","unk_id":2,"vocab":[["<pad>",0.0],["</s>",0.0],["<unk>",0.0],["▁",-2.0122928619384766],["▁the",-3.5]],"byte_fallback":false}}
        """);

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    public static Companion File(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    public static DerivedTokenizer Derive(JsonNode tokenizer, params Companion[] others) => Derive(null, tokenizer, others);

    public static DerivedTokenizer Derive(long? size, JsonNode tokenizer, params Companion[] others)
    {
        DerivedTokenizer derived = TokenizerToGguf.Derive(
            [File("tokenizer.json", tokenizer.ToJsonString()), .. others], new TokenizerTarget(size));
        NoteRankTable.Check(derived.Ranked);
        return derived;
    }

    public static GgufValue? Find(this DerivedTokenizer derived, string key) =>
        (GgufValue?)derived.Entries.SingleOrDefault(entry => entry.Key == key)?.Value;

    public static string[] Strings(this DerivedTokenizer derived, string key)
    {
        List<string> texts = [];
        foreach (ReadOnlyMemory<byte> text in derived.Find(key)!.EnumerateStrings())
        {
            texts.Add(Encoding.UTF8.GetString(text.Span));
        }

        return [.. texts];
    }

    public static string Show(this DerivedTokenizer derived, string key) => derived.Find(key)?.Display(1000) ?? "missing";

    /// <summary>Expects a refusal with a code whose message holds a text.</summary>
    public static void Refused(string code, string detail, Action derive)
    {
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(derive);
        Assert.AreEqual(code, error.Code.Id, error.Detail);
        Assert.Contains(detail, error.Detail);
        Assert.IsNotNull(error.FilePath);
    }

    /// <summary>Expects that no key is written but those of chat templates, and a note that says which part has none.</summary>
    public static void Travels(string part, Func<DerivedTokenizer> derive)
    {
        DerivedTokenizer derived = derive();
        Assert.IsEmpty(derived.Entries.Where(entry => entry.Key.StartsWith("tokenizer.ggml.", StringComparison.Ordinal)));
        Assert.Contains(part, derived.Notes[^1]);
        Assert.EndsWith(
            "no GGUF key says this, so that there will be no tokenizer in GGUF's words, and the tokenizer's files travel as they are",
            derived.Notes[^1]);
    }

    public static void ChangedTravels(string part, Func<JsonObject> make, string owner, string field, string json) =>
        Travels(part, () => Derive(With(make(), owner, field, json)));

    /// <summary>A tokenizer.json with one part, or one field of a part, changed.</summary>
    public static JsonObject With(JsonObject tokenizer, string part, string field, string json)
    {
        if (field.Length == 0)
        {
            tokenizer[part] = JsonNode.Parse(json);
        }
        else
        {
            tokenizer[part]![field] = JsonNode.Parse(json);
        }

        return tokenizer;
    }

    public static void Noted(DerivedTokenizer derived, string note)
    {
        Assert.IsTrue(
            derived.Notes.Any(item => item.Contains(note, StringComparison.Ordinal)),
            $"'{note}' is not in\n{string.Join('\n', derived.Notes)}");
        Assert.IsNotNull(derived.Find("tokenizer.ggml.model"));
    }

    /// <summary>Expects a refusal of a tokenizer.json with one part, or one field of a part, changed.</summary>
    public static void Changed(
        string code, string detail, Func<JsonObject> make, string part, string field, string json, string? merges = null)
    {
        JsonObject tokenizer = With(make(), part, field, json);
        if (merges is not null)
        {
            tokenizer["model"]!["merges"] = JsonNode.Parse(merges);
        }

        Refused(code, detail, () => Derive(tokenizer));
    }
}
