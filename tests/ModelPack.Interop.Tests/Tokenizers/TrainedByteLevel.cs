using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelPack.Formats.Gguf;
using ModelPack.Interop.Tests.Models;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Learns byte-level BPE (hf-companions.md §2.2).</summary>
internal static partial class TrainedByteLevel
{
    private const int MergeCount = 900;
    private const string LlamaWords =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly string QwenWords = LlamaWords.Replace("{1,3}", "", StringComparison.Ordinal);
    private static readonly Lazy<BytePairs> Pairs = new(Learn);

    /// <summary>Its tokenizer.json composes letters and marks first, for which GGUF has no key and llama.cpp no code (hf-companions.md
    /// §2.2): the texts have none to compose.</summary>
    public static TrainedTokenizer Qwen2() =>
        Make("qwen2", QwenWords, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], begin: null, end: "<|im_end|>", "NFC",
            ignoreMerges: false) with { Adapt = text => Composing().Replace(text, "") };

    public static TrainedTokenizer LlamaBpe() =>
        Make("llama-bpe", LlamaWords, ["<|begin_of_text|>", "<|end_of_text|>"], "<|begin_of_text|>", "<|end_of_text|>", normalizer: null,
            ignoreMerges: true);

    /// <summary>Special tokens in front, as StarCoder, Falcon and Mistral Nemo have them.</summary>
    public static TrainedTokenizer SpecialFirst() =>
        Make("qwen2", QwenWords, ["<|endoftext|>", "<fim_prefix>", "<|im_end|>"], begin: null, end: "<|im_end|>", "NFC",
            ignoreMerges: false, specialFirst: true) with { Adapt = text => Composing().Replace(text, "") };

    /// <summary>The metadata with another pre-tokenizer id.</summary>
    public static MetadataEntry[] WithPre(string pre) =>
        [.. Qwen2().Native.Select(
            entry => entry.Key == "tokenizer.ggml.pre" ? new MetadataEntry(entry.Key, GgufValue.FromString(pre)) : entry)];

    private static BytePairs Learn() =>
        BytePairs.Learn(
            TrainedTokenizer.Lesson.SelectMany(text => Regex.Matches(text, LlamaWords)).Select(match => ByteAlphabet.Encode(match.Value)),
            MergeCount);

    private static TrainedTokenizer Make(
        string pre, string words, string[] special, string? begin, string end, string? normalizer, bool ignoreMerges,
        bool specialFirst = false)
    {
        string[] ordinary = [.. ByteAlphabet.Tokens, .. Pairs.Value.Merges.Select(merge => merge.Left + merge.Right).Distinct()];
        (int Id, string Text)[] added = [.. special.Select((text, index) => ((specialFirst ? 0 : ordinary.Length) + index, text))];
        string[] tokens = specialFirst ? [.. special, .. ordinary] : [.. ordinary, .. special];
        (int Id, string Text)? first = begin is null ? null : added.Single(token => token.Text == begin);
        int last = added.Single(token => token.Text == end).Id;
        List<MetadataEntry> native =
        [
            new("tokenizer.ggml.model", GgufValue.FromString("gpt2")),
            new("tokenizer.ggml.pre", GgufValue.FromString(pre)),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings(tokens)),
            new("tokenizer.ggml.token_type", GgufValue.FromArray<int>([.. tokens.Select(token => special.Contains(token) ? 3 : 1)])),
            new("tokenizer.ggml.merges", GgufValue.FromStrings([.. Pairs.Value.Merges.Select(merge => $"{merge.Left} {merge.Right}")])),
            new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32((uint)last)),
        ];
        if (first is { } bos)
        {
            native.Add(new("tokenizer.ggml.bos_token_id", GgufValue.FromUInt32((uint)bos.Id)));
        }

        JsonObject json = new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = TrainedTokenizer.Added(added),
            ["normalizer"] = normalizer is null ? null : new JsonObject { ["type"] = normalizer },
            ["pre_tokenizer"] = PreTokenizer(words),
            ["post_processor"] = first is null
                ? JsonNode.Parse(TinyByteLevel.Fragment(false, trimOffsets: false))
                : TrainedTokenizer.Around(first, null),
            ["decoder"] = JsonNode.Parse(TinyByteLevel.Fragment(true, true)),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["ignore_merges"] = ignoreMerges, ["byte_fallback"] = false,
                ["vocab"] = TrainedTokenizer.Vocabulary(specialFirst ? tokens : ordinary),
                    ["merges"] = TrainedTokenizer.Merges(Pairs.Value.Merges),
            },
        };
        JsonObject config = new() { ["eos_token"] = end, ["bos_token"] = begin, ["tokenizer_class"] = "PreTrainedTokenizerFast" };
        return new(
            pre, native, [TrainedTokenizer.File("tokenizer.json", json), TrainedTokenizer.File("tokenizer_config.json", config)], special);
    }

    private static JsonObject PreTokenizer(string words) => new()
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "Split",
                ["pattern"] = new JsonObject { ["Regex"] = words },
                ["behavior"] = "Isolated",
                ["invert"] = false,
            },
            JsonNode.Parse(TinyByteLevel.Fragment(false))),
    };

    [GeneratedRegex(@"[\u0300-\u036F\u1160-\u11FF\u3099]")]
    private static partial Regex Composing();
}
