using ModelPack.Diagnostics;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Byte-level BPE (hf-companions.md §2.2).</summary>
internal static class ByteLevelBpe
{
    private static readonly string[] Llama3Ids = ["llama3", "llama-v3", "llama-bpe"];

    public static TokenizerPlan? Plan(TokenizerSource source)
    {
        Reading<string> id = source.Keys.Text(TokenizerKeys.PreTokenizer);
        if (!id.IsRead || PreTokenizers.Find(id.Value) is not { } pre)
        {
            return source.Refuse(id.IsRead
                ? $"{TokenizerKeys.PreTokenizer} is '{SafeText.Shorten(id.Value)}', which does not tell the pre-tokenizer's rules"
                : id.Describe(TokenizerKeys.PreTokenizer));
        }

        if (Array.FindIndex(source.Vocabulary.Kinds, kind => kind is TokenKind.Unknown or TokenKind.Byte) is >= 0 and int odd)
        {
            return source.Refuse(
                $"{TokenizerKeys.TokenTypes} is {(int)source.Vocabulary.Kinds[odd]} at {odd}, which byte-level BPE does not have");
        }

        if (ReadMerges(source) is not { } merges || PostProcessor(source, id.Value, pre) is not { } postProcessor)
        {
            return null;
        }

        PublishedNormalizer normalizer = PreTokenizers.NormalizerOf(id.Value);
        if (normalizer == PublishedNormalizer.Unknown)
        {
            source.Note($"normalizer: null is a guess for the pre-tokenizer {id.Value}", NoteRank.ChangesResults);
        }

        return new TokenizerPlan
        {
            Normalizer = text => WriteNormalizer(text, normalizer),
            PreTokenizer = pre.Write,
            PostProcessor = postProcessor,
            Decoder = text => Fragments.ByteLevel(text, addPrefixSpace: true, trimOffsets: true, useRegex: true),
            Model = text => WriteModel(text, source, merges, pre.Has(PreTokenizerTraits.IgnoreMerges)),
        };
    }

    private static void WriteNormalizer(JsonText text, PublishedNormalizer normalizer)
    {
        if (normalizer == PublishedNormalizer.Nfc)
        {
            Fragments.Bare(text, "NFC");
        }
        else
        {
            text.Null();
        }
    }

    /// <summary>The merges that a key lists; null if they are refused.</summary>
    internal static List<(string Left, string Right)>? ReadMerges(TokenizerSource source)
    {
        Reading<string[]> lines = Vocabulary.ReadStrings(source.Keys, TokenizerKeys.Merges);
        if (!lines.IsRead)
        {
            source.Refuse(lines.Describe(TokenizerKeys.Merges));
            return null;
        }

        List<(string Left, string Right)> merges = new(lines.Value.Length);
        foreach (string line in lines.Value)
        {
            int space = line.Length < 2 ? -1 : line.IndexOf(' ', 1);
            (string Left, string Right) merge = space < 0 ? (line, "") : (line[..space], line[(space + 1)..]);
            if (merge.Right.Length == 0)
            {
                source.Refuse($"{TokenizerKeys.Merges} has no two parts at {merges.Count}");
                return null;
            }

            foreach (string part in (ReadOnlySpan<string>)[merge.Left, merge.Right, merge.Left + merge.Right])
            {
                if (!source.Vocabulary.Ids.TryGetValue(part, out int id) || source.Vocabulary.IsFiller(id))
                {
                    source.Refuse($"{TokenizerKeys.Merges} at {merges.Count} needs a token that {TokenizerKeys.Tokens} does not have");
                    return null;
                }
            }

            merges.Add(merge);
        }

        return merges;
    }

    private static Action<JsonText>? PostProcessor(TokenizerSource source, string id, PreTokenizer pre)
    {
        bool roberta = pre.Has(PreTokenizerTraits.Roberta);
        if (!source.TryFlag(TokenizerKeys.AddBos, roberta || pre.Has(PreTokenizerTraits.AddsBos), out bool addBos)
            || !source.TryFlag(TokenizerKeys.AddEos, roberta, out bool addEos)
            || !source.TryFlag(TokenizerKeys.AddSeparator, roberta, out bool addSeparator))
        {
            return null;
        }

        (SpecialToken? bos, SpecialToken? eos) = (source.Special.BosToken, source.Special.EosToken);
        if (roberta && addBos && addSeparator)
        {
            SpecialToken? first = source.Special.ClassToken ?? bos;
            SpecialToken? last = source.Special.SeparatorToken ?? eos;
            return first is not null && last is not null
                ? text => WriteRoberta(text, first, last)
                : Missing(source, "a begin or separator token");
        }

        if (addSeparator)
        {
            source.Note($"post_processor: {TokenizerKeys.AddSeparator} is true, but only RobertaProcessing has a place for it");
        }

        if ((addBos && bos is null) || (addEos && eos is null))
        {
            return Missing(source, addBos && bos is null ? "a begin token" : "an end token");
        }

        if (!addBos && !addEos)
        {
            return WriteByteLevel;
        }

        Template template = Template.Around(addBos ? bos : null, addEos ? eos : null);
        return Llama3Ids.Contains(id) ? text => Fragments.Sequence(text, "processors", WriteByteLevel, template.Write) : template.Write;
    }

    private static Action<JsonText>? Missing(TokenizerSource source, string what)
    {
        source.Refuse($"{what} is to be added, but no key names it");
        return null;
    }

    private static void WriteByteLevel(JsonText text) =>
        Fragments.ByteLevel(text, addPrefixSpace: true, trimOffsets: false, useRegex: true);

    private static void WriteRoberta(JsonText text, SpecialToken first, SpecialToken last)
    {
        text.StartObject();
        Fragments.Type(text, "RobertaProcessing");
        foreach ((string name, SpecialToken token) in (ReadOnlySpan<(string, SpecialToken)>)[("sep", last), ("cls", first)])
        {
            text.Name(name);
            text.StartArray();
            text.String(token.Text);
            text.Number(token.Id);
            text.EndArray();
        }

        Fragments.Field(text, "trim_offsets", true);
        Fragments.Field(text, "add_prefix_space", false);
        text.EndObject();
    }

    private static void WriteModel(JsonText text, TokenizerSource source, List<(string Left, string Right)> merges, bool ignoreMerges)
    {
        text.StartObject();
        TokenizerPlan.WriteBpeHead(text, unknown: null, fuseUnknown: false, byteFallback: false, ignoreMerges);
        Fragments.Vocabulary(text, source.Vocabulary, CountPieces(source, merges));
        Fragments.Merges(text, merges);
        text.EndObject();
    }

    /// <summary>
    /// How many tokens stand in the vocabulary. The library numbers added tokens that are not there behind those that are, so that only an
    /// unbroken run of them at the very end can be left out, as published files do (tokenizers.md §3.1). One that a merge needs, or without
    /// a text, cannot.
    /// </summary>
    private static int CountPieces(TokenizerSource source, List<(string Left, string Right)> merges)
    {
        Vocabulary vocabulary = source.Vocabulary;
        HashSet<int> merged = [
            .. merges.SelectMany(merge => new[] { merge.Left, merge.Right, merge.Left + merge.Right })
                .Select(part => vocabulary.Ids[part])];
        int pieces = source.Written;
        while (pieces > 0 && AddedToken.IsAdded(vocabulary.Kinds[pieces - 1]) && vocabulary.Tokens[pieces - 1].Length > 0
            && !merged.Contains(pieces - 1))
        {
            pieces--;
        }

        return pieces;
    }
}
