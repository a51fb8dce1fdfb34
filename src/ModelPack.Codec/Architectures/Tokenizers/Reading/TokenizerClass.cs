using System.Collections.Frozen;
using System.Text.Json;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>A class of transformers that knows by itself what a list of pieces does not say: folders of before tokenizer.json have nothing
/// else.</summary>
/// <param name="Name">What its name begins with, before <c>Tokenizer</c>.</param>
/// <param name="ModelTypes">The models that have it where no file names one.</param>
/// <param name="Files">The files that it reads, any of the first and all of the rest.</param>
/// <param name="Special">The tokens with a role that it takes where no file names one.</param>
internal sealed record TokenizerClass(string Name, string[] ModelTypes, string[] Files, FrozenDictionary<string, string> Special)
{
    private const string Ending = "Tokenizer";
    private const string Fast = "Fast";
    private const string EndOfText = "<|endoftext|>";

    /// <summary>The id of the rules by which it cuts a text before merging; null for the words of GPT-2.</summary>
    public string? Rules { get; init; }

    /// <summary>Whether its file is a SentencePiece model.</summary>
    public bool HasPieces => Files is [var only] && only.EndsWith(".model", StringComparison.Ordinal);

    public static readonly TokenizerClass Bert = new(
        "Bert", ["bert", "nomic_bert"], ["vocab.txt"], Roles("unk [UNK] sep [SEP] pad [PAD] cls [CLS] mask [MASK]"));

    public static readonly TokenizerClass Gpt2 = new(
        "GPT2", ["gpt2"], ["vocab.json", "merges.txt"], Roles($"bos {EndOfText} eos {EndOfText}"));

    public static readonly TokenizerClass Roberta = new(
        "Roberta", ["roberta"], ["vocab.json", "merges.txt"],
        Roles("bos <s> eos </s> unk <unk> sep </s> pad <pad> cls <s> mask <mask>"));

    public static readonly TokenizerClass Qwen2 = new(
        "Qwen2", ["qwen2", "qwen2_moe", "qwen3", "qwen3_moe"], ["vocab.json", "merges.txt"], Roles($"eos {EndOfText} pad {EndOfText}"))
    {
        Rules = "qwen2",
    };

    /// <summary>Whether it numbers the pieces behind four tokens of its own, and a mask behind them.</summary>
    public bool ShiftsPieces { get; init; }

    public static readonly TokenizerClass XlmRoberta = new(
        "XLMRoberta", ["xlm-roberta"], ["sentencepiece.bpe.model"],
        Roles("bos <s> eos </s> unk <unk> sep </s> pad <pad> cls <s> mask <mask>"))
    {
        ShiftsPieces = true,
    };

    public static readonly TokenizerClass T5 = new(
        "T5", ["t5", "mt5", "umt5"], ["spiece.model"], Roles("eos </s> unk <unk> pad <pad>"));

    private static readonly TokenizerClass[] All =
    [
        Bert, Bert with { Name = "DistilBert", ModelTypes = ["distilbert"] }, Gpt2, Roberta, Qwen2, XlmRoberta, T5,
        T5 with { Name = "MT5", ModelTypes = [] },
    ];

    /// <summary>The class of a folder that has its files; null if it is none of these.</summary>
    public static TokenizerClass? Of(TokenizerFolder folder)
    {
        string? named = folder.Config?.Find("tokenizer_class") is { Value.ValueKind: JsonValueKind.String } text ? text.Text() : null;
        return Array.Find(All, known =>
            (named is null ? known.ModelTypes.Intersect(folder.ModelTypes).Any()
                : named == known.Name + Ending || named == known.Name + Ending + Fast)
            && Array.TrueForAll(known.Files, file => folder.Find(file) is not null));
    }

    private static FrozenDictionary<string, string> Roles(string pairs)
    {
        string[] words = pairs.Split(' ');
        return Enumerable.Range(0, words.Length / 2)
            .ToFrozenDictionary(pair => words[2 * pair], pair => words[(2 * pair) + 1], StringComparer.Ordinal);
    }
}
