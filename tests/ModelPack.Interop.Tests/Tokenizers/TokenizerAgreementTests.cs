using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>llama.cpp on a GGUF and the tokenizers library on a tokenizer.json, one of them derived from the other, give the same
/// ids.</summary>
[TestClass]
public sealed class TokenizerAgreementTests
{
    private const int Count = 10_000;
    private const int Seed = 20_260_101;

    private static readonly string[] Sentences = new MultilingualText(Seed).Sentences(Count);

    private static readonly Dictionary<string, Func<TrainedTokenizer>> Tokenizers = new()
    {
        ["qwen2"] = TrainedByteLevel.Qwen2,
        ["llama-bpe"] = TrainedByteLevel.LlamaBpe,
        ["special-first"] = TrainedByteLevel.SpecialFirst,
        ["sentencepiece"] = TrainedSentencePiece.Llama,
        ["gemma"] = TrainedSentencePiece.Gemma,
        ["t5"] = TrainedUnigram.T5,
        ["xlm-roberta"] = TrainedUnigram.XlmRoberta,
        ["wordpiece"] = TrainedWordPiece.Uncased,
        ["wordpiece-cased"] = TrainedWordPiece.Cased,
    };

    public static IEnumerable<string> Names => Tokenizers.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void The_derived_tokenizer_json_gives_the_ids_that_llama_cpp_gives(string name)
    {
        TrainedTokenizer tokenizer = Tokenizers[name]();
        string path = LlamaVocabulary.WriteGguf(tokenizer.Native);
        using GgufFile file = GgufFile.Open(new FileByteSource(path));
        Companion derived = DerivedCompanions.Derive(file).Files.Single(companion => companion.Name == "tokenizer.json");
        Compare(tokenizer, path, derived.Bytes);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void The_derived_tokenizer_json_gives_every_token_its_number(string name)
    {
        TrainedTokenizer tokenizer = Tokenizers[name]();
        using GgufFile file = GgufFile.Open(new FileByteSource(LlamaVocabulary.WriteGguf(tokenizer.Native)));
        Companion derived = DerivedCompanions.Derive(file).Files.Single(companion => companion.Name == "tokenizer.json");
        JsonNode vocabulary = JsonNode.Parse(tokenizer.TokenizerJson.Span)!["model"]!["vocab"]!;
        string[] tokens = vocabulary is JsonArray list ? [.. list.Select(piece => piece![0]!.GetValue<string>())]
            : [.. vocabulary.AsObject().OrderBy(token => token.Value!.GetValue<int>()).Select(token => token.Key)];
        CollectionAssert.AreEqual(
            Enumerable.Range(0, tokens.Length).Select(id => (int?)id).ToArray(), HuggingFaceTokenizer.Ids(derived.Bytes, tokens));
        CollectionAssert.AreEqual(
            HuggingFaceTokenizer.Ids(tokenizer.TokenizerJson, tokenizer.Special),
            HuggingFaceTokenizer.Ids(derived.Bytes, tokenizer.Special));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void The_derived_metadata_give_the_ids_of_the_original_tokenizer_json(string name)
    {
        TrainedTokenizer tokenizer = Tokenizers[name]();
        DerivedTokenizer derived = TokenizerToGguf.Derive(tokenizer.Files, new TokenizerTarget(null));
        Compare(tokenizer, LlamaVocabulary.WriteGguf(derived.Entries), tokenizer.TokenizerJson);
    }

    [TestMethod]
    [DataRow("tokenizer.json", "tokenizer.model", "tokenizer_config.json")]
    [DataRow("tokenizer.model", "tokenizer_config.json")]
    public void The_derived_sentencepiece_files_give_the_ids_back(params string[] names)
    {
        TrainedTokenizer tokenizer = TrainedSentencePiece.Llama();
        string path = LlamaVocabulary.WriteGguf(tokenizer.Native);
        using GgufFile file = GgufFile.Open(new FileByteSource(path));
        Companion[] files = [.. DerivedCompanions.Derive(file).Files.Where(companion => names.Contains(companion.Name))];
        Assert.HasCount(names.Length, files);
        Compare(tokenizer, LlamaVocabulary.WriteGguf(TokenizerToGguf.Derive(files, new TokenizerTarget(null)).Entries),
            tokenizer.TokenizerJson);
    }

    /// <summary>Newer files put a space in front only where none stands: no text here has one there.</summary>
    [TestMethod]
    [DataRow("always", true)]
    [DataRow("first", false)]
    [DataRow("never", true)]
    public void The_newer_form_of_sentencepiece_leads_to_metadata_with_its_ids(string scheme, bool withSpecial)
    {
        TrainedTokenizer tokenizer = TrainedSentencePiece.Metaspace(scheme);
        DerivedTokenizer derived = TokenizerToGguf.Derive(tokenizer.Files, new TokenizerTarget(null));
        Compare(tokenizer, LlamaVocabulary.WriteGguf(derived.Entries), tokenizer.TokenizerJson, withSpecial);
        Assert.AreEqual(
            scheme != "never",
            derived.Notes.Any(
                note => note.StartsWith($"tokenizer.json: pre_tokenizer: prepend_scheme {scheme} has no key", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("always", " two", true)]
    [DataRow("first", " two", true)]
    [DataRow("never", " two", false)]
    [DataRow("always", "one</s>two", false)]
    [DataRow("first", "one</s>two", true)]
    [DataRow("never", "one</s>two", false)]
    public void What_the_notes_on_the_newer_form_of_sentencepiece_say_is_so(string scheme, string text, bool differs)
    {
        TrainedTokenizer tokenizer = TrainedSentencePiece.Metaspace(scheme);
        using LlamaVocabulary llama = new(
            LlamaVocabulary.WriteGguf(TokenizerToGguf.Derive(tokenizer.Files, new TokenizerTarget(null)).Entries));
        int[][] ids = HuggingFaceTokenizer.Encode(tokenizer.TokenizerJson, [text], addSpecial: true);
        Assert.HasCount(differs ? 1 : 0, TokenAgreement.Differences([text], [llama.Encode(text, true, true)], ids));
    }

    [TestMethod]
    [DataRow("qwen2", "cafe\u0301 u\u0308ber", "llama.cpp does not compose letters and marks")]
    [DataRow("wordpiece", "\u0939\u093E\u0928", "llama.cpp removes marks with a width")]
    [DataRow("wordpiece", "\uD558", "llama.cpp leaves only the first letter of a Hangul syllable")]
    [DataRow("t5", "\u00E6\u0941", "tokenizers replaces a letter with the marks on it, llama.cpp the letter alone")]
    public void What_the_sentences_leave_out_is_a_real_difference(string name, string text, string why)
    {
        TrainedTokenizer tokenizer = Tokenizers[name]();
        using LlamaVocabulary llama = new(LlamaVocabulary.WriteGguf(tokenizer.Native));
        string[] texts = [text, .. tokenizer.Texts([text])];
        int[][] ids = HuggingFaceTokenizer.Encode(tokenizer.TokenizerJson, texts, addSpecial: false);
        Assert.HasCount(1, TokenAgreement.Differences(texts, [.. texts.Select(item => llama.Encode(item, false, false))], ids), why);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void The_sentences_use_a_large_part_of_each_vocabulary_and_few_words_are_unknown(string name)
    {
        TrainedTokenizer tokenizer = Tokenizers[name]();
        using LlamaVocabulary llama = new(LlamaVocabulary.WriteGguf(tokenizer.Native));
        int[] ids = [.. tokenizer.Texts(Sentences).SelectMany(text => llama.Encode(text, false, false))];
        JsonNode vocabulary = JsonNode.Parse(tokenizer.TokenizerJson.Span)!["model"]!["vocab"]!;
        int size = vocabulary is JsonArray array ? array.Count : vocabulary.AsObject().Count;
        string? unknown = tokenizer.Native.SingleOrDefault(entry => entry.Key == "tokenizer.ggml.unknown_token_id")?.Value.Display();
        Assert.IsGreaterThan(0.4, ids.Distinct().Count() / (double)size, "share of the tokens that occur");
        Assert.IsLessThan(0.1, ids.Count(id => $"{id}" == unknown) / (double)ids.Length, "share of unknown tokens");
    }

    [TestMethod]
    public void A_wrong_derivation_is_noticed()
    {
        TrainedTokenizer tokenizer = TrainedSentencePiece.Llama();
        string json = System.Text.Encoding.UTF8.GetString(tokenizer.TokenizerJson.Span);
        byte[] wrong = System.Text.Encoding.UTF8.GetBytes(
            json.Replace("{\"type\":\"Prepend\",\"prepend\":\"\\u2581\"},", "", StringComparison.Ordinal));
        Assert.AreNotEqual(json.Length, wrong.Length);
        string[] texts = Sentences[..100];
        using LlamaVocabulary llama = new(LlamaVocabulary.WriteGguf(tokenizer.Native));
        int[][] ids = [.. texts.Select(text => llama.Encode(text, false, false))];
        Assert.IsNotEmpty(TokenAgreement.Differences(texts, ids, HuggingFaceTokenizer.Encode(wrong, texts, addSpecial: false)));
        Assert.ThrowsExactly<AssertFailedException>(
            () => TokenAgreement.AssertNone("wrong", texts, ids, HuggingFaceTokenizer.Encode(wrong, texts, addSpecial: false)));
    }

    [TestMethod]
    [DataRow("gpt-2", "phi-2")]
    [DataRow("mpt", "olmo")]
    [DataRow("dbrx", "glm4")]
    [DataRow("llama-bpe", "falcon3")]
    [DataRow("qwen2", "stablelm2")]
    public void Two_pre_tokenizers_of_one_rule_are_one_to_llama_cpp(string one, string other)
    {
        using LlamaVocabulary first = new(LlamaVocabulary.WriteGguf(TrainedByteLevel.WithPre(one)));
        using LlamaVocabulary second = new(LlamaVocabulary.WriteGguf(TrainedByteLevel.WithPre(other)));
        TokenAgreement.AssertNone(
            $"{one} and {other}", Sentences, [.. Sentences.Select(text => first.Encode(text, false, false))],
            [.. Sentences.Select(text => second.Encode(text, false, false))]);
    }

    [TestMethod]
    public void Names_that_llama_cpp_takes_for_special_tokens_are_those_of_the_notes()
    {
        string[] ordinary = ["<s>", "<unk>", "<pad>", "</S>", "<bos>", "[CLS]", "[SEP]", "<|im_start|>", "<|user|>", "<tool>", "eos"];
        string[] wrong = [.. RuntimeNames.Special.Concat(ordinary).Where(name => IsCutOut(name) != RuntimeNames.Special.Contains(name))];
        Assert.IsEmpty(wrong, string.Join(' ', wrong));
    }

    /// <summary>True if a piece of this name, which no merge makes, is found in a text.</summary>
    private static bool IsCutOut(string name)
    {
        MetadataEntry[] native = [.. TrainedByteLevel.LlamaBpe().Native];
        string[] tokens = [.. Strings(native, "tokenizer.ggml.tokens").Where(token => token != name), name];
        int[] kinds = [.. tokens.Select(token => token.StartsWith("<|", StringComparison.Ordinal) && token != name ? 3 : 1)];
        using LlamaVocabulary llama = new(LlamaVocabulary.WriteGguf(
        [
            .. native.Where(entry => entry.Key is not ("tokenizer.ggml.tokens" or "tokenizer.ggml.token_type")),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings(tokens)), new("tokenizer.ggml.token_type", GgufValue.FromArray<int>(kinds)),
        ]));
        return llama.Encode($"a{name}b", addSpecial: false, parseSpecial: true).Contains(tokens.Length - 1);
    }

    private static string[] Strings(MetadataEntry[] native, string key)
    {
        List<string> texts = [];
        foreach (ReadOnlyMemory<byte> text in ((GgufValue)native.Single(entry => entry.Key == key).Value).EnumerateStrings())
        {
            texts.Add(System.Text.Encoding.UTF8.GetString(text.Span));
        }

        return [.. texts];
    }

    private static void Compare(TrainedTokenizer tokenizer, string gguf, ReadOnlyMemory<byte> json, bool withSpecial = true)
    {
        string[] texts = tokenizer.Texts(Sentences);
        string[] special = [
            .. texts.Take(Count / 10).Select((text, index) => Insert(text, tokenizer.Special[index % tokenizer.Special.Length], index))];
        using LlamaVocabulary llama = new(gguf);
        foreach (bool around in (ReadOnlySpan<bool>)[false, true])
        {
            TokenAgreement.AssertNone(
                $"{tokenizer}, tokens around it: {around}", texts, [.. texts.Select(text => llama.Encode(text, around, false))],
                HuggingFaceTokenizer.Encode(json, texts, around));
        }

        if (withSpecial)
        {
            TokenAgreement.AssertNone(
                $"{tokenizer}, special tokens inside", special, [.. special.Select(text => llama.Encode(text, true, true))],
                HuggingFaceTokenizer.Encode(json, special, true));
        }
    }

    /// <summary>Puts a special token between two words.</summary>
    private static string Insert(string text, string token, int index)
    {
        string[] words = text.Split(' ');
        int place = index % words.Length;
        return string.Join(' ', words[..place]) + token + string.Join(' ', words[place..]);
    }
}
