using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>SentencePiece-BPE (hf-companions.md §2.3), in the form of files with a normalizer; with merges of its own for Gemma 4
/// (formats/architectures, gemma4).</summary>
internal static class SentencePieceBpe
{
    public static TokenizerPlan? Plan(TokenizerSource source)
    {
        bool hasMerges = source.Model == TokenizerKeys.GemmaBpe;
        if (!source.TryFlag(TokenizerKeys.AddSpacePrefix, !hasMerges, out bool spacePrefix)
            || !source.TryFlag(TokenizerKeys.AddBos, true, out bool addBos)
            || !source.TryFlag(TokenizerKeys.AddEos, false, out bool addEos))
        {
            return null;
        }

        Reading<bool> bytes = source.Vocabulary.HasAllBytes();
        if (bytes.Problem is { } missing)
        {
            return source.Refuse(missing);
        }

        (SpecialToken? bos, SpecialToken? eos) = (source.Special.BosToken, source.Special.EosToken);
        if ((addBos && bos is null) || (addEos && eos is null))
        {
            return source.Refuse($"{(addBos && bos is null ? "a begin" : "an end")} token is to be added, but no key names it");
        }

        if ((hasMerges ? ByteLevelBpe.ReadMerges(source) : Derived(source)) is not { } merges)
        {
            return null;
        }

        Report(source, bytes.Value);
        return new TokenizerPlan
        {
            Normalizer = text => WriteNormalizer(text, spacePrefix),
            PostProcessor = addBos || addEos ? Template.Around(addBos ? bos : null, addEos ? eos : null).Write : text => text.Null(),
            Decoder = text => WriteDecoder(text, spacePrefix),
            Model = text =>
            {
                text.StartObject();
                TokenizerPlan.WriteBpeHead(
                    text, source.Special.UnknownToken?.Text, fuseUnknown: true, byteFallback: bytes.Value, ignoreMerges: false);
                Fragments.Vocabulary(text, source.Vocabulary, source.Written);
                Fragments.Merges(text, merges);
                text.EndObject();
            },
        };
    }

    private static List<(string Left, string Right)>? Derived(TokenizerSource source)
    {
        Reading<List<(string Left, string Right)>> merges = SentencePieceMerges.Derive(source.Vocabulary, out bool orderIsLost);
        if (merges.Problem is { } problem)
        {
            source.Refuse(problem);
            return null;
        }

        source.Note(orderIsLost
            ? $"merges: {TokenizerKeys.Scores} are {(source.Vocabulary.Scores is null ? "missing" : "all equal")}, so their order is lost; "
                + $"ids of the merged tokens were taken"
            : "merges are derived from the scores; their original form is lost");
        return merges.Value;
    }

    private static void Report(TokenizerSource source, bool bytes)
    {
        if (!bytes)
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
