using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelPack.Formats.Gguf;
using ModelPack.Interop.Tests.Models;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Learns BPE in SentencePiece's form, with scores and byte tokens (hf-companions.md §2.3).</summary>
internal static partial class TrainedSentencePiece
{
    private const int MergeCount = 900;
    private const string Space = "\u2581";
    private static readonly string[] Special = ["<unk>", "<s>", "</s>"];
    private static readonly Lazy<TrainedTokenizer> Made = new(Make);
    private static readonly JsonObject Replace = new()
    {
        ["type"] = "Replace",
        ["pattern"] = new JsonObject { ["String"] = " " },
        ["content"] = Space,
    };

    public static TrainedTokenizer Llama() => Made.Value;

    /// <summary>No space in front of the text.</summary>
    public static TrainedTokenizer Gemma() => Variant(
        "gemma",
        [.. Made.Value.Native, new("tokenizer.ggml.add_space_prefix", GgufValue.FromBool(false))],
        Replace,
        new() { ["type"] = "Split", ["pattern"] = new JsonObject { ["String"] = " " }, ["behavior"] = "MergedWithPrevious",
            ["invert"] = false });

    /// <summary>The form of newer files: no normalizer, but a pre-tokenizer that puts a space in front of the text, or of each part between
    /// special tokens, if none stands there.</summary>
    public static TrainedTokenizer Metaspace(string scheme) => Variant(
        $"metaspace-{scheme}",
        scheme == "never" ? Gemma().Native : Made.Value.Native,
        null,
        new() { ["type"] = "Metaspace", ["replacement"] = Space, ["prepend_scheme"] = scheme, ["split"] = false }) with
        {
            Adapt = text => scheme == "never" ? text : NeedlessSpaces().Replace(text, ""),
        };

    // Without these no part of a text begins with a space, wherever it is cut.
    [GeneratedRegex("^ +|(?<= ) +")]
    private static partial Regex NeedlessSpaces();

    private static TrainedTokenizer Variant(
        string name, IReadOnlyList<MetadataEntry> native, JsonObject? normalizer, JsonObject preTokenizer)
    {
        JsonObject json = JsonNode.Parse(Made.Value.TokenizerJson.Span)!.AsObject();
        json["normalizer"] = normalizer?.DeepClone();
        json["pre_tokenizer"] = preTokenizer;
        return Made.Value with
        {
            Name = name,
            Native = native,
            Files = [TrainedTokenizer.File("tokenizer.json", json), .. Made.Value.Files.Where(file => file.Name != "tokenizer.json")],
        };
    }

    /// <summary>Every split of a piece into two pieces is a merge, the best piece first.</summary>
    private static IEnumerable<(string Left, string Right)> Merges(string[] pieces, Dictionary<string, int> ids) =>
        pieces.SelectMany(piece => Enumerable.Range(1, piece.Length - 1)
            .Select(cut => (Left: piece[..cut], Right: piece[cut..]))
            .Where(merge => ids.ContainsKey(merge.Left) && ids.ContainsKey(merge.Right))
            .OrderBy(merge => ids[merge.Left]).ThenBy(merge => ids[merge.Right]));

    private static TrainedTokenizer Make()
    {
        // Halves of surrogate pairs are no pieces, and letters that are rare have no piece of their own: both become bytes.
        string[] words = [
            .. TrainedTokenizer.Lesson.SelectMany(
                text => Regex.Matches(Space + text.Replace(" ", Space, StringComparison.Ordinal), $"{Space}+|{Space}?[^{Space}\\s]+"))
            .Select(match => match.Value).Where(word => !word.Any(char.IsSurrogate))];
        BytePairs pairs = BytePairs.Learn(words, MergeCount);
        string[] learned = [.. pairs.Merges.Select(merge => merge.Left + merge.Right).Distinct()];
        string[] letters = [
            .. words.SelectMany(word => word).GroupBy(letter => letter).Where(group => group.Count() > 20)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Select(group => group.Key.ToString())];
        string[] used = [.. learned.SelectMany(piece => piece).Select(letter => letter.ToString()).Except(letters).Distinct(), .. letters];
        string[] bytes = [.. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        string[] tokens = [.. Special, .. bytes, .. learned, .. used];
        Dictionary<string, int> ids = tokens.Select((token, id) => (token, id))
            .ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal);
        (int, string)[] added = [.. Special.Select((text, id) => (id, text))];
        int firstPiece = Special.Length + bytes.Length;
        MetadataEntry[] native =
        [
            new("tokenizer.ggml.model", GgufValue.FromString("llama")),
            new("tokenizer.ggml.pre", GgufValue.FromString("default")),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings(tokens)),
            new("tokenizer.ggml.scores", GgufValue.FromArray<float>([.. tokens.Select((_, id) => id < firstPiece ? 0f : firstPiece - id)])),
            new("tokenizer.ggml.token_type",
                GgufValue.FromArray<int>([.. tokens.Select((_, id) => id == 0 ? 2 : id < Special.Length ? 3 : id < firstPiece ? 6 : 1)])),
            new("tokenizer.ggml.bos_token_id", GgufValue.FromUInt32(1)),
            new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32(2)),
            new("tokenizer.ggml.unknown_token_id", GgufValue.FromUInt32(0)),
            new("tokenizer.ggml.add_bos_token", GgufValue.FromBool(true)),
        ];
        JsonObject json = new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = TrainedTokenizer.Added(added),
            ["normalizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["normalizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Prepend", ["prepend"] = Space },
                    Replace.DeepClone()),
            },
            ["pre_tokenizer"] = null,
            ["post_processor"] = TrainedTokenizer.Around(added[1], null),
            ["decoder"] = null,
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["unk_token"] = "<unk>", ["fuse_unk"] = true, ["byte_fallback"] = true, ["ignore_merges"] = false,
                ["vocab"] = TrainedTokenizer.Vocabulary(tokens), ["merges"] = TrainedTokenizer.Merges(Merges(learned, ids)),
            },
        };
        JsonObject config = new()
        {
            ["bos_token"] = "<s>",
            ["eos_token"] = "</s>",
            ["unk_token"] = "<unk>",
            ["add_bos_token"] = true,
            ["add_eos_token"] = false,
        };
        return new(
            "sentencepiece", native,
            [TrainedTokenizer.File("tokenizer.json", json), TrainedTokenizer.File("tokenizer_config.json", config)], ["<s>", "</s>"]);
    }
}
