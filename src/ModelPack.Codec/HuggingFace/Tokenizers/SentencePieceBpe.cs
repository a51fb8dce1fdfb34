using ModelPack.Codec.HuggingFace.Json;

namespace ModelPack.Codec.HuggingFace.Tokenizers;

/// <summary>SentencePiece-BPE (hf-companions.md §2.3), in the form of files with a normalizer.</summary>
internal static class SentencePieceBpe
{
    private const int ByteCount = 256;

    public static TokenizerPlan? Plan(TokenizerSource source)
    {
        if (!source.TryFlag(TokenizerKeys.AddSpacePrefix, true, out bool spacePrefix)
            || !source.TryFlag(TokenizerKeys.AddBos, true, out bool addBos)
            || !source.TryFlag(TokenizerKeys.AddEos, false, out bool addEos))
        {
            return null;
        }

        int bytes = Enumerable.Range(0, ByteCount).Count(value => source.Vocabulary.Ids.ContainsKey($"<0x{value:X2}>"));
        if (bytes is not (0 or ByteCount))
        {
            return source.Refuse($"{TokenizerKeys.Tokens} has {bytes} byte tokens, but byte_fallback needs {ByteCount}");
        }

        (SpecialToken? bos, SpecialToken? eos) = (source.Special.BosToken, source.Special.EosToken);
        if ((addBos && bos is null) || (addEos && eos is null))
        {
            return source.Refuse($"{(addBos && bos is null ? "a begin" : "an end")} token is to be added, but no key names it");
        }

        Reading<List<(string Left, string Right)>> merges = SentencePieceMerges.Derive(source.Vocabulary, out bool orderIsLost);
        if (merges.Problem is { } problem)
        {
            return source.Refuse(problem);
        }

        Report(source, bytes, orderIsLost);
        return new TokenizerPlan
        {
            Normalizer = text => WriteNormalizer(text, spacePrefix),
            PostProcessor = addBos || addEos ? Template.Around(addBos ? bos : null, addEos ? eos : null).Write : text => text.Null(),
            Decoder = text => WriteDecoder(text, spacePrefix),
            Model = text =>
            {
                text.StartObject();
                TokenizerPlan.WriteBpeHead(text, source.Special.UnknownToken?.Text, fuseUnknown: true, byteFallback: bytes == ByteCount, ignoreMerges: false);
                Fragments.Vocabulary(text, source.Vocabulary, _ => true);
                Fragments.Merges(text, merges.Value);
                text.EndObject();
            },
        };
    }

    private static void Report(TokenizerSource source, int bytes, bool orderIsLost)
    {
        source.Note(orderIsLost
            ? $"merges: {TokenizerKeys.Scores} are {(source.Vocabulary.Scores is null ? "missing" : "all equal")}, so their order is lost; ids of the merged tokens were taken"
            : "merges are derived from the scores; their original form is lost");
        source.Note("added_tokens: lstrip, rstrip, normalized and single_word are lost and written as false");
        if (bytes == 0)
        {
            source.Note("byte_fallback is false: there are no byte tokens");
        }

        if (source.Special.UnknownToken is null)
        {
            source.Note("unk_token is null: no key names it");
        }
    }

    private static void WriteNormalizer(JsonText text, bool spacePrefix)
    {
        Action<JsonText> replace = item => Fragments.Replace(item, "String", " ", Fragments.Space);
        Fragments.Sequence(text, "normalizers", spacePrefix ? [WritePrepend, replace] : [replace]);
    }

    private static void WritePrepend(JsonText text)
    {
        text.StartObject();
        Fragments.Type(text, "Prepend");
        Fragments.Field(text, "prepend", Fragments.Space);
        text.EndObject();
    }

    private static void WriteDecoder(JsonText text, bool spacePrefix)
    {
        Action<JsonText>[] decoders =
        [
            item => Fragments.Replace(item, "String", Fragments.Space, " "),
            item => Fragments.Bare(item, "ByteFallback"),
            item => Fragments.Bare(item, "Fuse"),
        ];
        Fragments.Sequence(text, "decoders", spacePrefix ? [.. decoders, WriteStrip] : decoders);
    }

    private static void WriteStrip(JsonText text)
    {
        text.StartObject();
        Fragments.Type(text, "Strip");
        Fragments.Field(text, "content", " ");
        text.Name("start");
        text.Number(1);
        text.Name("stop");
        text.Number(0);
        text.EndObject();
    }
}
