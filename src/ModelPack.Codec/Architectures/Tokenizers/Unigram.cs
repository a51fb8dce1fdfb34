using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Unigram (hf-companions.md §2.6).</summary>
internal static class Unigram
{
    /// <summary>A space at the end of the text, as every dialect of regular expressions says it. One at the begin is the one that is put
    /// there anyway.</summary>
    public const string LastSpace = @" (?![\s\S])";

    public static TokenizerPlan? Plan(TokenizerSource source)
    {
        if (source.Vocabulary.Scores is null)
        {
            return source.Refuse($"{TokenizerKeys.Scores} is missing");
        }

        if (source.Special.UnknownToken is not { } unknown)
        {
            return source.Refuse("no key names the unknown token");
        }

        if (!source.TryFlag(TokenizerKeys.AddBos, false, out bool addBos) || !source.TryFlag(TokenizerKeys.AddEos, true, out bool addEos)
            || !source.TryFlag(TokenizerKeys.RemoveExtraWhitespaces, false, out bool removeExtra) || !SpacePrefixIsTold(source))
        {
            return null;
        }

        (SpecialToken? bos, SpecialToken? eos) = (source.Special.BosToken, source.Special.EosToken);
        if ((addBos && bos is null) || (addEos && eos is null))
        {
            return source.Refuse($"{(addBos && bos is null ? "a begin" : "an end")} token is to be added, but no key names it");
        }

        Reading<byte[]> charsmap = ReadCharsmap(source.Keys);
        if (charsmap.Problem is { } problem)
        {
            return source.Refuse(problem);
        }

        Reading<bool> bytes = source.Vocabulary.HasAllBytes();
        if (bytes.Problem is { } missing)
        {
            return source.Refuse(missing);
        }

        // A cut at white space takes line breaks away, which only a table that makes spaces of them does as well.
        bool splits = removeExtra
            ? Charsmap.MakesSpacesOfLineBreaks(charsmap.Value)
            : source.Keys.Find(TokenizerKeys.RemoveExtraWhitespaces) is null;
        return new TokenizerPlan
        {
            Normalizer = text => WriteNormalizer(text, charsmap.Value, removeExtra, splits),
            PreTokenizer = text => WritePreTokenizer(text, splits),
            PostProcessor = addBos || addEos ? NewTemplate(addBos ? bos : null, addEos ? eos : null).Write : text => text.Null(),
            Decoder = WriteMetaspace,
            Model = text => WriteModel(text, source, unknown, bytes.Value),
        };
    }

    private static bool SpacePrefixIsTold(TokenizerSource source)
    {
        if (!source.TryFlag(TokenizerKeys.AddSpacePrefix, true, out bool spacePrefix))
        {
            return false;
        }

        if (!spacePrefix)
        {
            source.Refuse($"{TokenizerKeys.AddSpacePrefix} is false, for which there is no rule");
        }
        else if (source.Keys.Find(TokenizerKeys.AddSpacePrefix) is null)
        {
            source.Note($"pre_tokenizer: the prefix space is a guess, {TokenizerKeys.AddSpacePrefix} is missing", NoteRank.ChangesResults);
        }

        return spacePrefix;
    }

    /// <summary>All of type 0; with a begin token (XLM-R) a second separator stands between two texts.</summary>
    private static Template NewTemplate(SpecialToken? bos, SpecialToken? eos)
    {
        ImmutableArray<TemplatePiece> before = bos is null ? [] : [TemplatePiece.Of(bos, 0)];
        ImmutableArray<TemplatePiece> after = eos is null ? [] : [TemplatePiece.Of(eos, 0)];
        ImmutableArray<TemplatePiece> between = bos is null ? after : [.. after, .. after];
        return new Template(
            [.. before, TemplatePiece.First, .. after], [.. before, TemplatePiece.First, .. between, TemplatePiece.Second(0), .. after]);
    }

    private static Reading<byte[]> ReadCharsmap(MetadataKeys keys)
    {
        if (keys.Find(TokenizerKeys.PrecompiledCharsmap) is not { } value)
        {
            return Reading<byte[]>.Absent;
        }

        if (value.ElementType is not (GgufValueType.UInt8 or GgufValueType.Int8))
        {
            return Reading<byte[]>.Wrong($"{TokenizerKeys.PrecompiledCharsmap} is {MetadataKeys.Show(value)}, not an array of u8");
        }

        return value.ItemBytes.Length <= Vocabulary.MostTextBytes
            ? new Reading<byte[]>(value.ItemBytes.ToArray())
            : Reading<byte[]>.Wrong(
                $"{TokenizerKeys.PrecompiledCharsmap} has {value.ItemBytes.Length} bytes, more than the {Vocabulary.MostTextBytes} of any "
                    + $"tokenizer");
    }

    private static void WriteNormalizer(JsonText text, byte[]? charsmap, bool removeExtra, bool splits)
    {
        List<Action<JsonText>> steps = [];
        if (charsmap is { Length: > 0 })
        {
            steps.Add(item =>
            {
                item.StartObject();
                Fragments.Type(item, "Precompiled");
                Fragments.Field(item, "precompiled_charsmap", Convert.ToBase64String(charsmap));
                item.EndObject();
            });
        }

        if (removeExtra)
        {
            steps.Add(item => Fragments.Replace(item, "Regex", " {2,}", " "));
        }

        if (removeExtra && !splits)
        {
            steps.Add(item => Fragments.Replace(item, "Regex", LastSpace, ""));
        }

        switch (steps)
        {
            case []:
                text.Null();
                break;
            case [{ } only]:
                only(text);
                break;
            default:
                Fragments.Sequence(text, "normalizers", [.. steps]);
                break;
        }
    }

    /// <summary>The cut at white space also removes runs of it, which a file can rule out.</summary>
    private static void WritePreTokenizer(JsonText text, bool splitsWhitespace)
    {
        if (splitsWhitespace)
        {
            Fragments.Sequence(text, "pretokenizers", item => Fragments.Bare(item, "WhitespaceSplit"), WriteMetaspace);
        }
        else
        {
            WriteMetaspace(text);
        }
    }

    private static void WriteMetaspace(JsonText text) => Fragments.Metaspace(text, "always");

    private static void WriteModel(JsonText text, TokenizerSource source, SpecialToken unknown, bool byteFallback)
    {
        Vocabulary vocabulary = source.Vocabulary;
        float lowest = LowestScore(vocabulary);
        text.StartObject();
        Fragments.Type(text, "Unigram");
        text.Name("unk_id");
        text.Number(unknown.Id);
        text.Name("vocab");
        text.StartArray();
        for (int id = 0; id < source.Written; id++)
        {
            text.StartArray();
            text.String(vocabulary.Tokens[id]);

            // The library of Hugging Face adds the numbers up in double precision, so the shortest text that reads back as the same float
            // would be another number.
            text.Number(new FiniteNumber((double)Math.Max(vocabulary.Scores![id], lowest)));
            text.EndArray();
        }

        text.EndArray();
        Fragments.Field(text, "byte_fallback", byteFallback);
        text.EndObject();
    }

    /// <summary>
    /// The library and the runtime rate an unknown character by the lowest score: the library of all pieces, the runtime of the normal
    /// ones. Converters give other pieces -1000 and -10000, for which nobody looks, so that these are written no lower than a normal one.
    /// </summary>
    private static float LowestScore(Vocabulary vocabulary)
    {
        float lowest = float.MaxValue;
        for (int id = 0; id < vocabulary.Tokens.Length; id++)
        {
            lowest = vocabulary.Kinds[id] == TokenKind.Normal ? Math.Min(lowest, vocabulary.Scores![id]) : lowest;
        }

        return lowest == float.MaxValue ? float.MinValue : lowest;
    }
}
