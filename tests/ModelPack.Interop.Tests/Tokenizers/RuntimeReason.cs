using System.Text.Json;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>A text as it stands and with letters and marks composed, which .NET does not do without a library of the system.</summary>
internal sealed record ComposedText(string Text, string Composed)
{
    public static ComposedText[] All(string[] texts) =>
        [.. texts.Zip(
            JsonSerializer.Deserialize<string[]>(
                ReferencePrograms.Run("node", Reference.NodeFolder, JsonSerializer.Serialize(texts), "compose-texts.mjs"))!,
                (text, composed) => new ComposedText(text, composed))];
}

/// <summary>Why llama.cpp gives some texts other ids, so that a test can show it.</summary>
/// <param name="Words">The reason, as the documentation says it.</param>
/// <param name="Tokenizers">The tokenizers that it is about.</param>
/// <param name="Applies">The texts that differ: these, and no others.</param>
/// <param name="Without">The ids that llama.cpp gives once the reason is taken away, which are those of the tokenizer's own
/// program.</param>
internal sealed record RuntimeReason(
    string Words, string[] Tokenizers, Func<ComposedText, bool> Applies, Func<LlamaVocabulary, ComposedText, bool, int[]> Without)
{
    private static readonly RuntimeReason[] All =
    [
        new("llama.cpp does not compose letters and marks (NFC)", ["olmo", "qwen3"],
            text => text.Composed != text.Text,
            (llama, text, around) => llama.Encode(text.Composed, around, parseSpecial: true)),
        new("llama.cpp makes a special token of the piece `</s>`, because of its name", ["qwen3"],
            text => text.Text.Contains("</s>", StringComparison.Ordinal),
            (llama, text, around) => llama.Encode(text.Text, around, parseSpecial: false)),
        new("U+0085 is white space for the library alone", ["t5-small"],
            text => text.Text.Contains('\u0085'),
            (llama, text, around) => llama.Encode(text.Text.Replace('\u0085', ' '), around, parseSpecial: true)),
        new("SentencePiece takes U+2581 in a text for a space, which it is in its pieces; llama.cpp and the library do not where spaces "
            + "are dropped", ["spm-botchan-unigram"],
            text => text.Text.Contains('\u2581') && text.Text.Trim(' ', '\u2581').Length == 0,
            (llama, text, around) => llama.Encode(text.Text.Replace('\u2581', ' '), around, parseSpecial: false)),
    ];

    public static RuntimeReason[] Of(string tokenizer) => [.. All.Where(reason => reason.Tokenizers.Contains(tokenizer))];
}
