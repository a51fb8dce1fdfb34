using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models;

/// <summary>A byte-level BPE tokenizer with a small vocabulary, in the manner of a published one (hf-companions.md §2.2, §2.4).</summary>
internal sealed class TinyByteLevel : TinyTokenizer
{
    private const int MergeCount = 200;

    private const string Gpt2Words = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string LlamaWords =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Lesson = """
        The quick brown fox jumps over the lazy dog, and the dog does not mind. There were 12 models and 345 tensors in the folder.
        def add(a, b):
            return a + b

        for (int i = 0; i < count; i++)
        {
            total += values[i]; // the sum of all the values that there are
        }
        It's the same in every country: we're here, they'll come, I've seen them, and what the others had said isn't what they thought.
        Converting a model from one format to another must not change what the model computes; the proof is in the numbers themselves.
        """;

    private readonly string words;
    private readonly BytePairs pairs;
    private readonly Dictionary<string, int> ids;

    private TinyByteLevel(string pre, string words, string[] special, int padding)
    {
        (Pre, this.words, Special) = (pre, words, special);
        pairs = BytePairs.Learn(Split(Lesson), MergeCount);
        Ordinary = [.. ByteAlphabet.Tokens, .. pairs.Merges.Select(merge => merge.Left + merge.Right)];
        VocabularySize = Ordinary.Length + special.Length + padding;
        ids = Ordinary.Concat(special).Select((token, id) => (token, id))
            .ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);
    }

    public static TinyByteLevel Gpt2 { get; } = new("gpt-2", Gpt2Words, ["<|endoftext|>"], 0)
    {
        Class = "GPT2Tokenizer", Bos = "<|endoftext|>", Eos = "<|endoftext|>", CleansUp = true, PreTokenizer = Fragment(true),
    };

    public static TinyByteLevel Llama { get; } = new("llama-bpe", LlamaWords, ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"], 0)
    {
        Class = "PreTrainedTokenizerFast", Bos = "<|begin_of_text|>", Eos = "<|end_of_text|>", AddsBos = true, IgnoresMerges = true,
            CleansUp = true,
        PreTokenizer = SplitBy(LlamaWords),
    };

    /// <summary>Its vocabulary is larger than its list of tokens, as Qwen's are.</summary>
    public static TinyByteLevel Qwen { get; } = new(
        "qwen2", LlamaWords.Replace("{1,3}", "", StringComparison.Ordinal), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], 5)
    {
        Class = "Qwen2Tokenizer", Eos = "<|im_end|>", Pad = "<|endoftext|>", Normalizer = "{\"type\":\"NFC\"}",
        PreTokenizer = SplitBy(LlamaWords.Replace("{1,3}", "", StringComparison.Ordinal)),
    };

    /// <summary>The value of <c>tokenizer.ggml.pre</c>.</summary>
    public string Pre { get; }

    public override string[] Special { get; }

    public string[] Ordinary { get; }

    public override int VocabularySize { get; }

    public bool AddsBos { get; init; }

    public bool IgnoresMerges { get; init; }

    /// <summary>The normalizer as JSON text.</summary>
    public string Normalizer { get; init; } = "null";

    /// <summary>The pre-tokenizer as JSON text.</summary>
    public required string PreTokenizer { get; init; }

    public IReadOnlyList<(string Left, string Right)> Merges => pairs.Merges;

    /// <summary>A ByteLevel of tokenizer.json.</summary>
    public static string Fragment(bool useRegex, bool prefixSpace = false, bool trimOffsets = true) => new JsonObject
    {
        ["type"] = "ByteLevel", ["add_prefix_space"] = prefixSpace, ["trim_offsets"] = trimOffsets, ["use_regex"] = useRegex,
    }.ToJsonString();

    public override int Id(string token) => ids[token];

    public override int[] Encode(string text)
    {
        string special = string.Join('|', Special.Select(Regex.Escape));
        IEnumerable<int> found = Regex.Split(text, $"({special})")
            .SelectMany(part => Special.Contains(part) ? [ids[part]] : EncodeOrdinary(part));
        return AddsBos ? [ids[Bos!], .. found] : [.. found];
    }

    public override IEnumerable<MetadataEntry> Native()
    {
        string[] padding = [
            .. Enumerable.Range(Ordinary.Length + Special.Length, VocabularySize - Ordinary.Length - Special.Length)
                .Select(id => $"[PAD{id}]")];
        int[] types = [.. Ordinary.Select(_ => 1), .. Special.Select(_ => 3), .. padding.Select(_ => 5)];
        yield return new("tokenizer.ggml.model", GgufValue.FromString("gpt2"));
        yield return new("tokenizer.ggml.pre", GgufValue.FromString(Pre));
        yield return new("tokenizer.ggml.tokens", GgufValue.FromStrings([.. Ordinary, .. Special, .. padding]));
        yield return new("tokenizer.ggml.token_type", GgufValue.FromArray<int>(types));
        yield return new("tokenizer.ggml.merges", GgufValue.FromStrings([.. Merges.Select(merge => $"{merge.Left} {merge.Right}")]));
        yield return new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32((uint)Id(Eos!)));
        foreach ((string key, string? token) in ((string, string?)[])[("bos", Bos), ("padding", Pad)])
        {
            if (token is not null)
            {
                yield return new($"tokenizer.ggml.{key}_token_id", GgufValue.FromUInt32((uint)Id(token)));
            }
        }
    }

    public override JsonObject Json() => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. Special.Select(AddedToken)]),
        ["normalizer"] = JsonNode.Parse(Normalizer),
        ["pre_tokenizer"] = JsonNode.Parse(PreTokenizer),
        ["post_processor"] = PostProcessor(),
        ["decoder"] = JsonNode.Parse(Fragment(true, prefixSpace: true)),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = IgnoresMerges,
            ["vocab"] = new JsonObject(Vocabulary().Select(token => KeyValuePair.Create(token, (JsonNode?)Id(token)))),
            ["merges"] = new JsonArray([.. Merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
        },
    };

    private static string SplitBy(string regex) => new JsonObject
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "Split",
                ["pattern"] = new JsonObject { ["Regex"] = regex },
                ["behavior"] = "Isolated",
                ["invert"] = false,
            },
            JsonNode.Parse(Fragment(false))),
    }.ToJsonString();

    private IEnumerable<string> Split(string text) => Regex.Matches(text, words).Select(match => ByteAlphabet.Encode(match.Value));

    private IEnumerable<int> EncodeOrdinary(string text) =>
        Split(text).SelectMany(word => IgnoresMerges && ids.TryGetValue(word, out int id) ? [id] : pairs.Apply(word).Select(Id));

    // GPT-2's own special token stands among the ordinary ones too.
    private IEnumerable<string> Vocabulary() =>
        Class == "GPT2Tokenizer" ? Ordinary.Concat(Special) : Ordinary;

    private JsonNode PostProcessor()
    {
        JsonNode bytes = JsonNode.Parse(Fragment(true, prefixSpace: true, trimOffsets: false))!;
        if (!AddsBos)
        {
            return bytes;
        }

        string bos = Bos!;
        string template = $$$"""
            {"type":"TemplateProcessing",
             "single":[{"SpecialToken":{"id":"{{{bos}}}","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
             "pair":[{"SpecialToken":{"id":"{{{bos}}}","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                     {"SpecialToken":{"id":"{{{bos}}}","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],
             "special_tokens":{"{{{bos}}}":{"id":"{{{bos}}}","ids":[{{{Id(bos)}}}],"tokens":["{{{bos}}}"]} } }
            """;
        return new JsonObject { ["type"] = "Sequence", ["processors"] = new JsonArray(bytes, JsonNode.Parse(template)) };
    }
}
