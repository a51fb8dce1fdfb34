using System.Collections.Concurrent;
using ModelPack.Architectures;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Codec.Tests.Architectures;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>How many texts of a published tokenizer get other ids than its own program gives them, on the way through a GGUF.</summary>
/// <param name="Texts">How many there are.</param>
/// <param name="Back">Those that differ with the tokenizers library on the tokenizer.json that the GGUF alone gives; null if there is no
/// tokenizer in the GGUF.</param>
/// <param name="Runtime">Those that differ in llama.cpp.</param>
/// <param name="Reasons">Why they do, each with the texts that it applies to.</param>
/// <param name="Unexplained">Those of them that still differ where the reason is taken away.</param>
internal sealed record PublishedAgreement(
    int Texts, string[]? Back, string[]? Runtime, (RuntimeReason Reason, string[] Texts)[] Reasons, string[] Unexplained)
{
    private const int MiniLmLength = 128;

    /// <summary>By this key llama.cpp, and a tokenizer.json made from the GGUF, know which added tokens take the white space behind
    /// them.</summary>
    private static readonly Dictionary<string, string> ModelNames = new() { ["phi3-mini"] = "Phi-3-mini-4k-instruct" };

    /// <summary>tokenizer_config.json has this token in front of a text, which transformers adds, and tokenizer.json, which gave the ids,
    /// does not.</summary>
    private static readonly Dictionary<string, int> BeginTokens = new() { ["deepseek_v3"] = 0 };

    private static readonly ConcurrentDictionary<string, Lazy<PublishedAgreement>> Known = new(StringComparer.Ordinal);

    public static PublishedAgreement Of(string name) =>
        Known.GetOrAdd(name, key => new Lazy<PublishedAgreement>(() => Compare(new PublishedTokenizer(key)))).Value;

    private static PublishedAgreement Compare(PublishedTokenizer tokenizer)
    {
        PublishedText[] texts = tokenizer.ReadTexts();
        string[] plain = [.. texts.Select(text => text.Text)];
        DerivedTokenizer derived = TokenizerToGguf.Derive(tokenizer.Files, default);
        if (!derived.Entries.Any(entry => entry.Key == "tokenizer.ggml.tokens"))
        {
            return new PublishedAgreement(texts.Length, null, null, [], []);
        }

        MetadataEntry[] named = ModelNames.TryGetValue(tokenizer.Name, out string? model)
            ? [new("general.name", GgufValue.FromString(model))]
            : [];
        string path = LlamaVocabulary.WriteGguf([.. named, .. derived.Entries]);
        using GgufFile file = GgufFile.Open(new FileByteSource(path));
        Companion json = DerivedCompanions.Derive(file).Files.Single(companion => companion.Name == "tokenizer.json");
        using LlamaVocabulary llama = new(path);
        HashSet<string> back = [];
        HashSet<string> runtime = [];
        HashSet<string> unexplained = [];
        RuntimeReason[] reasons = RuntimeReason.Of(tokenizer.Name);
        ComposedText[] composed = reasons.Length == 0 ? [] : ComposedText.All(plain);
        foreach (bool around in tokenizer.IsBySentencePiece ? (ReadOnlySpan<bool>)[false] : [false, true])
        {
            int[] begin = around && BeginTokens.TryGetValue(tokenizer.Name, out int id) ? [id] : [];
            int[][] expected = [.. texts.Select(text => around ? [.. begin, .. text.WithSpecial] : text.Ids)];
            int[][] Fit(IEnumerable<int[]> ids) => tokenizer.Name == "minilm" ? [.. ids.Select(item => Padded(item, around))] : [.. ids];
            back.UnionWith(Others(plain, Fit(HuggingFaceTokenizer.Encode(json.Bytes, plain, around)), expected));
            unexplained.UnionWith(
                reasons.SelectMany(
                    reason => composed.Where(
                        (text, place) => reason.Applies(text) && !reason.Without(llama, text, around).SequenceEqual(expected[place])))
                            .Select(text => text.Text));
            runtime.UnionWith(
                Others(plain, Fit(plain.Select(text => llama.Encode(text, around, parseSpecial: !tokenizer.IsBySentencePiece))), expected));
        }

        return new PublishedAgreement(
            texts.Length, [.. back], [.. runtime],
            [.. reasons.Select(reason => (reason, (string[])[.. composed.Where(reason.Applies).Select(text => text.Text)]))],
            [.. unexplained]);
    }

    private static IEnumerable<string> Others(string[] texts, int[][] ids, int[][] expected) =>
        texts.Where((_, place) => !ids[place].SequenceEqual(expected[place]));

    /// <summary>That tokenizer.json cuts and fills up all texts to one length, which is no part of the model and has no key.</summary>
    private static int[] Padded(int[] ids, bool around)
    {
        int[] cut = ids.Length <= MiniLmLength ? ids : around ? [.. ids[..(MiniLmLength - 1)], ids[^1]] : ids[..MiniLmLength];
        return [.. cut, .. new int[MiniLmLength - cut.Length]];
    }
}
