using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Learns Unigram: the frequent parts of words, and the logarithms of their frequencies (hf-companions.md §2.6).</summary>
internal static partial class TrainedUnigram
{
    private const int Most = 1200;
    private const int LongestPart = 6;
    private const string Space = "\u2581";

    // As in published tables: every white space is a space, and some signs are several letters.
    private static readonly byte[] Charsmap = UnigramCharsmap.Make(
    [
        .. "\t\n\r\u00A0\u2009\u3000".Select(space => ($"{space}", " ")), ("\u2026", "..."), ("\u00E6", "ae"), ("\u0153", "oe"),
        ("\u00DF", "ss"),
    ]);

    private static readonly Lazy<(string Text, float Score)[]> Pieces = new(Learn);

    public static TrainedTokenizer T5() => Make("t5", ["<pad>", "</s>", "<unk>"], begin: null);

    public static TrainedTokenizer XlmRoberta() => Make("xlm-roberta", ["<s>", "<pad>", "</s>", "<unk>"], begin: "<s>");

    private static (string, float)[] Learn()
    {
        string[] words = [.. TrainedTokenizer.Lesson.SelectMany(text => Words().Matches(text)).Select(match => Space + match.Value)];
        Dictionary<string, int> letters = words.SelectMany(word => word.EnumerateRunes()).CountBy(rune => rune.ToString()).ToDictionary();
        Dictionary<string, int> parts = words.SelectMany(Parts).CountBy(part => part)
            .OrderByDescending(part => part.Value * part.Key.Length).ThenBy(part => part.Key, StringComparer.Ordinal).Take(Most)
            .ToDictionary();
        double all = letters.Values.Sum() + parts.Values.Sum();
        return [.. letters.Concat(parts).Where(part => part.Value > 1).Select(part => (part.Key, (float)Math.Log(part.Value / all)))];
    }

    private static IEnumerable<string> Parts(string word) =>
        from start in Enumerable.Range(0, word.Length)
        from length in Enumerable.Range(2, LongestPart - 1)
        where start + length <= word.Length
        let part = word.Substring(start, length)
        where !part.Any(char.IsSurrogate)
        select part;

    private static TrainedTokenizer Make(string name, string[] special, string? begin)
    {
        (string Text, float Score)[] tokens = [.. special.Select(text => (text, 0f)), .. Pieces.Value];
        uint Id(string text) => (uint)Array.IndexOf(special, text);
        List<MetadataEntry> native =
        [
            new("tokenizer.ggml.model", GgufValue.FromString("t5")),
            new("tokenizer.ggml.pre", GgufValue.FromString("default")),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings([.. tokens.Select(token => token.Text)])),
            new("tokenizer.ggml.scores", GgufValue.FromArray<float>([.. tokens.Select(token => token.Score)])),
            new("tokenizer.ggml.token_type",
                GgufValue.FromArray<int>([.. tokens.Select((token, id) => id >= special.Length ? 1 : token.Text == "<unk>" ? 2 : 3)])),
            new("tokenizer.ggml.add_space_prefix", GgufValue.FromBool(true)),
            new("tokenizer.ggml.remove_extra_whitespaces", GgufValue.FromBool(true)),
            new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32(Id("</s>"))),
            new("tokenizer.ggml.unknown_token_id", GgufValue.FromUInt32(Id("<unk>"))),
            new("tokenizer.ggml.padding_token_id", GgufValue.FromUInt32(Id("<pad>"))),
            new("tokenizer.ggml.add_bos_token", GgufValue.FromBool(begin is not null)),
            new("tokenizer.ggml.add_eos_token", GgufValue.FromBool(true)),
            new("tokenizer.ggml.precompiled_charsmap", GgufValue.FromArray<byte>(Charsmap)),
        ];
        JsonObject precompiled = new() { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(Charsmap) };
        JsonObject config = new() { ["eos_token"] = "</s>", ["unk_token"] = "<unk>", ["pad_token"] = "<pad>" };
        if (begin is not null)
        {
            native.Add(new("tokenizer.ggml.bos_token_id", GgufValue.FromUInt32(Id(begin))));
            config["bos_token"] = begin;
        }

        JsonObject metaspace = new() { ["type"] = "Metaspace", ["replacement"] = Space, ["prepend_scheme"] = "always", ["split"] = true };
        JsonObject json = new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = TrainedTokenizer.Added(special.Select((text, id) => (id, text))),
            ["normalizer"] = begin is null ? precompiled : new JsonObject
            {
                ["type"] = "Sequence",
                ["normalizers"] = new JsonArray(
                    precompiled,
                    new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = " {2,}" }, ["content"] = " " }),
            },
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "WhitespaceSplit" }, metaspace),
            },
            ["post_processor"] = TrainedTokenizer.Around(begin is null ? null : ((int)Id(begin), begin), ((int)Id("</s>"), "</s>")),
            ["decoder"] = metaspace.DeepClone(),
            ["model"] = new JsonObject
            {
                ["type"] = "Unigram", ["unk_id"] = Id("<unk>"), ["byte_fallback"] = false,
                ["vocab"] = new JsonArray([.. tokens.Select(token => new JsonArray(token.Text, (double)token.Score))]),
            },
        };
        return new(
            name, native, [TrainedTokenizer.File("tokenizer.json", json), TrainedTokenizer.File("tokenizer_config.json", config)],
            [.. special.Where(text => text != "<unk>")])
        {
            Adapt = text => MarksOnReplaced().Replace(text, ""),
        };
    }

    [GeneratedRegex(@"\S+")]
    private static partial Regex Words();

    // The tokenizers library replaces a letter together with the marks on it, where the table has only the letter.
    [GeneratedRegex(@"(?<=[\s…æœß])\p{M}+")]
    private static partial Regex MarksOnReplaced();
}
