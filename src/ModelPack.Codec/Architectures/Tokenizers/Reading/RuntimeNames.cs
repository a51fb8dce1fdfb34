using System.Collections.Frozen;
using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>llama.cpp takes tokens of some names for special ones, whatever <c>tokenizer.ggml.token_type</c> says, and cuts them out of a
/// text.</summary>
internal static class RuntimeNames
{
    private const string EndOfMessage = "<|end|>";

    private static readonly string[] EndNames =
    [
        "<|eot_id|>", "<|im_end|>", EndOfMessage, "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>", "<|endoftext|>",
        "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>",
        "<|tool_response>", "<｜end▁of▁sentence｜>", "[e~[",
    ];

    /// <summary>The names that end a text, those of filling in the middle, and those of gpt-oss that are always shown. Of several that fill
    /// one place the runtime takes any.</summary>
    public static readonly FrozenSet<string> Special = EndNames.Concat(
    [
        "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>", "<|code_prefix|>", "<|prefix|>",
        "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>", "<|code_suffix|>", "<|suffix|>",
        "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>", "<|code_middle|>", "<|middle|>",
        "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]", "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>",
            "<|file_sep|>",
        "<|channel|>", "<|message|>", "<|start|>", "<|constrain|>",
    ]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The control tokens whose names end a text, beside those that keys name. Where gpt-oss has its own, the end of a message is
    /// none.</summary>
    public static IEnumerable<int> Ends(Vocabulary vocabulary)
    {
        bool isMessage = vocabulary.Ids.ContainsKey("<|return|>") && vocabulary.Ids.ContainsKey("<|call|>");
        return EndNames.Where(name => !isMessage || name != EndOfMessage)
            .Select(name => vocabulary.Ids.GetValueOrDefault(name, -1))
            .Where(id => id >= 0 && vocabulary.Kinds[id] == TokenKind.Control).Order();
    }

    public static void Note(TokenizerFolder folder, Vocabulary vocabulary)
    {
        int[] pieces = [
            .. Special.Where(name => vocabulary.Ids.TryGetValue(name, out int id) && vocabulary.Kinds[id] == TokenKind.Normal)
                .Select(name => vocabulary.Ids[name]).Order()];
        if (pieces.Length > 0)
        {
            folder.Note(
                CompanionNames.Tokenizer,
                $"'{vocabulary.Tokens[pieces[0]]}' ({pieces[0]}) "
                    + $"{(pieces.Length == 1 ? "is an ordinary piece" : $"and {pieces.Length - 1} more are ordinary pieces")}, "
                + $"but llama.cpp makes "
                + $"{(pieces.Length == 1 ? "a special token of it because of its name" : "special tokens of them because of their names")}: a text that holds it gets other tokens",
                NoteRank.ChangesResults);
        }
    }
}
