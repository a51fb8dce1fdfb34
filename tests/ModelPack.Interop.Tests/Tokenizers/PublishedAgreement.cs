using System.Collections.Concurrent;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace;
using ModelPack.Codec.HuggingFace.ToGguf.Tokenizers;
using ModelPack.Codec.IO;
using ModelPack.Codec.Tests.HuggingFace;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>How many texts of a published tokenizer get other ids than its own program gives them, on the way through a GGUF.</summary>
/// <param name="Texts">How many there are.</param>
/// <param name="Back">Those that differ with the tokenizers library on the tokenizer.json that the GGUF alone gives; null if there is no tokenizer in the GGUF.</param>
/// <param name="Runtime">Those that differ in llama.cpp.</param>
internal sealed record PublishedAgreement(int Texts, string[]? Back, string[]? Runtime)
{
    private const int MiniLmLength = 128;

    private static readonly ConcurrentDictionary<string, Lazy<PublishedAgreement>> Known = new(StringComparer.Ordinal);

    public static PublishedAgreement Of(string name) => Known.GetOrAdd(name, key => new Lazy<PublishedAgreement>(() => Compare(new PublishedTokenizer(key)))).Value;

    private static PublishedAgreement Compare(PublishedTokenizer tokenizer)
    {
        PublishedText[] texts = tokenizer.ReadTexts();
        string[] plain = [.. texts.Select(text => text.Text)];
        DerivedTokenizer derived = TokenizerToGguf.Derive(tokenizer.Files, default);
        if (!derived.Entries.Any(entry => entry.Key == "tokenizer.ggml.tokens"))
        {
            return new PublishedAgreement(texts.Length, null, null);
        }

        string path = LlamaVocabulary.WriteGguf(derived.Entries);
        using GgufFile file = GgufFile.Open(new FileByteSource(path));
        Companion json = DerivedCompanions.Derive(file).Files.Single(companion => companion.Name == "tokenizer.json");
        using LlamaVocabulary llama = new(path);
        HashSet<string> back = [];
        HashSet<string> runtime = [];
        foreach (bool around in tokenizer.IsBySentencePiece ? (ReadOnlySpan<bool>)[false] : [false, true])
        {
            int[][] expected = [.. texts.Select(text => around ? text.WithSpecial : text.Ids)];
            int[][] Fit(IEnumerable<int[]> ids) => tokenizer.Name == "minilm" ? [.. ids.Select(item => Padded(item, around))] : [.. ids];
            back.UnionWith(TokenAgreement.Differences(plain, Fit(HuggingFaceTokenizer.Encode(json.Bytes, plain, around)), expected));
            runtime.UnionWith(TokenAgreement.Differences(plain, Fit(plain.Select(text => llama.Encode(text, around, parseSpecial: true))), expected));
        }

        return new PublishedAgreement(texts.Length, [.. back], [.. runtime]);
    }

    /// <summary>That tokenizer.json cuts and fills up all texts to one length, which is no part of the model and has no key.</summary>
    private static int[] Padded(int[] ids, bool around)
    {
        int[] cut = ids.Length <= MiniLmLength ? ids : around ? [.. ids[..(MiniLmLength - 1)], ids[^1]] : ids[..MiniLmLength];
        return [.. cut, .. new int[MiniLmLength - cut.Length]];
    }
}
