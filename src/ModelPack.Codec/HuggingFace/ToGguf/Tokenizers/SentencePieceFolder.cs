using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace.Tokenizers;
using static ModelPack.Codec.HuggingFace.ToGguf.Tokenizers.FolderTokenizerErrors;

namespace ModelPack.Codec.HuggingFace.ToGguf.Tokenizers;

/// <summary>SentencePiece-BPE of a folder: tokenizer.model, tokenizer.json with byte_fallback, or both (hf-companions.md §2.3).</summary>
internal static class SentencePieceFolder
{
    public static FolderTokenizer Read(TokenizerFolder folder, JsonField? tokenizer, SentencePieceModel? pieces)
    {
        TokenList tokens = new(pieces?.File ?? tokenizer!.Value.File);
        if (pieces is not null)
        {
            AddPieces(tokens, pieces);
        }

        bool spacePrefix = pieces?.AddsSpacePrefix ?? true;
        int? unknown = pieces?.Roles.Unknown;
        Wrapping wrapping = Wrapping.Untold;
        if (tokenizer is { } json)
        {
            JsonField model = json.Require("model");
            spacePrefix = SpacePrefix(folder, json);
            wrapping = Wrapping.Read(json);
            unknown = ReadJson(folder, json, model, tokens, pieces);
        }
        else if (pieces is { RemovesExtraSpaces: true } or { Charsmap.Length: > 0 })
        {
            throw UnknownStructure.At(pieces!.File, "normalizer_spec changes the text, which no key says for SentencePiece-BPE");
        }

        Vocabulary vocabulary = tokens.Close(folder.Target.VocabularySize, withScores: true);
        return new FolderTokenizer(TokenizerKeys.SentencePieceBpe, "default", vocabulary, unknown, wrapping)
        {
            Roles = pieces?.Roles,
            Last = Prefix(folder, spacePrefix),
        };
    }

    public static void AddPieces(TokenList tokens, SentencePieceModel pieces)
    {
        for (int id = 0; id < pieces.Pieces.Count; id++)
        {
            SentencePiece piece = pieces.Pieces[id];
            tokens.Add(id, piece.Text, piece.Kind, piece.Score);
        }
    }

    private static int? ReadJson(TokenizerFolder folder, JsonField json, JsonField model, TokenList tokens, SentencePieceModel? pieces)
    {
        TokenList own = pieces is null ? tokens : new TokenList(json.File);
        BpeParts.ReadVocabulary(model, own);
        List<(string Left, string Right)> merges = BpeParts.ReadMerges(model, own);
        if (pieces is not null)
        {
            Compare(model, pieces, own);
            foreach ((string text, JsonField id) in model.Require("vocab").Fields().Where(item => item.Field.Id() >= pieces.Pieces.Count))
            {
                throw Disagreement.At(json.File, $"'{MetadataKeys.Shorten(text)}' has id {id.Id()}, but {pieces.File} has {pieces.Pieces.Count} pieces");
            }
        }

        string? unknownText = model.Find("unk_token")?.Text();
        if (pieces is null)
        {
            MarkBytes(tokens);
            if (unknownText is not null && tokens.TryGetId(unknownText, out int unknownId))
            {
                tokens.Mark(unknownId, unknownText, TokenKind.Unknown, 0);
            }
        }

        AddedTokens.Read(json, tokens, folder.Notes, unknownText);
        if (pieces is null)
        {
            SetScores(json.File, tokens, merges);
        }

        return unknownText is not null && tokens.TryGetId(unknownText, out int id2) ? id2 : pieces?.Roles.Unknown;
    }

    private static void Compare(JsonField model, SentencePieceModel pieces, TokenList own)
    {
        for (int id = 0; id < pieces.Pieces.Count; id++)
        {
            string text = pieces.Pieces[id].Text;
            if (own.TryGetId(text, out int other) && other != id)
            {
                throw Disagreement.At(model.File, $"'{MetadataKeys.Shorten(text)}' has id {other}, but {id} in {pieces.File}");
            }
        }
    }

    private static void MarkBytes(TokenList tokens)
    {
        for (int value = 0; value <= byte.MaxValue; value++)
        {
            string text = $"<0x{value:X2}>";
            if (tokens.TryGetId(text, out int id))
            {
                tokens.Mark(id, text, TokenKind.Byte, 0);
            }
        }
    }

    /// <summary>The runtime merges the pair whose result has the best score, so the scores must give the merges back in their order (hf-companions.md §2.9.4).</summary>
    private static void SetScores(string file, TokenList tokens, List<(string Left, string Right)> merges)
    {
        Dictionary<string, int> first = new(StringComparer.Ordinal);
        for (int place = 0; place < merges.Count; place++)
        {
            first.TryAdd(merges[place].Left + merges[place].Right, place);
        }

        tokens.SetScores(text => first.TryGetValue(text, out int place) ? -place : 0);
        Reading<List<(string Left, string Right)>> derived = SentencePieceMerges.Derive(tokens.Close(null, withScores: true), out _);
        if (!derived.TryGet(out List<(string Left, string Right)> expected))
        {
            throw Score.At(file, $"no scores for model.merges: {derived.Problem}");
        }

        for (int place = 0; place < Math.Max(expected.Count, merges.Count); place++)
        {
            if (place >= expected.Count || place >= merges.Count || expected[place] != merges[place])
            {
                throw Score.At(file, $"model.merges[{place}] is {Show(merges, place)}, but scores would merge {Show(expected, place)} there");
            }
        }
    }

    private static string Show(List<(string Left, string Right)> merges, int place) =>
        place < merges.Count ? $"'{MetadataKeys.Shorten(merges[place].Left)}' '{MetadataKeys.Shorten(merges[place].Right)}'" : "nothing";

    /// <summary>Whether the text gets a space in front (hf-companions.md §2.3).</summary>
    private static bool SpacePrefix(TokenizerFolder folder, JsonField json)
    {
        JsonField[] normalizers = json.Find("normalizer") is not { } normalizer ? []
            : normalizer.Type() == "Sequence" ? [.. normalizer.Require("normalizers").Items()]
            : [normalizer];
        string shape = string.Join(' ', normalizers.Select(NormalizerShape));
        JsonField? pre = json.Find("pre_tokenizer");
        switch (shape, pre?.Type())
        {
            case ("Prepend Replace", null):
                return true;
            case ("Replace", null):
            case ("Replace", "Split") when IsSpaceSplit(pre!.Value):
                return false;
            case ("", "Metaspace"):
                return Metaspace(folder, pre!.Value);
            default:
                throw UnknownStructure.At(json.File, $"normalizer and pre_tokenizer are {json.Find("normalizer")?.Show() ?? "null"} and {pre?.Show() ?? "null"}, which no key says for SentencePiece-BPE");
        }
    }

    private static string NormalizerShape(JsonField step) => step.Type() switch
    {
        "Prepend" when step.Require("prepend").Text() == Fragments.Space => "Prepend",
        "Replace" when step.Require("pattern").Find("String")?.Text() == " " && step.Require("content").Text() == Fragments.Space => "Replace",
        _ => throw step.NoRule($"is {step.Show()}, which no key says for SentencePiece-BPE"),
    };

    private static bool IsSpaceSplit(JsonField step) =>
        step.Require("pattern").Find("String")?.Text() == " " && step.Require("behavior").Text() == "MergedWithPrevious" && !step.FlagOr("invert", false);

    private static bool Metaspace(TokenizerFolder folder, JsonField step)
    {
        if (step.Require("replacement").Text() != Fragments.Space || step.FlagOr("split", true))
        {
            throw step.NoRule($"is {step.Show()}, which no key says for SentencePiece-BPE");
        }

        switch (step.Find("prepend_scheme")?.Text())
        {
            case "never":
                return false;
            case "always":
                folder.Note(step.File, "pre_tokenizer: prepend_scheme always has no key; a space also stands in front of a text that begins with one");
                return true;
            case "first":
                folder.Note(step.File, "pre_tokenizer: prepend_scheme first has no key; a space also stands in front of a text that begins with one, and of the text behind a special token");
                return true;
            default:
                throw step.NoRule($"is {step.Show()}, which no key says for SentencePiece-BPE");
        }
    }

    /// <summary>The runtime adds a space if the key is missing.</summary>
    private static ImmutableArray<MetadataEntry> Prefix(TokenizerFolder folder, bool spacePrefix)
    {
        bool told = folder.Config?.Find("add_prefix_space") is { Value.ValueKind: JsonValueKind.True or JsonValueKind.False };
        return told || !spacePrefix ? [new MetadataEntry(TokenizerKeys.AddSpacePrefix, GgufValue.FromBool(spacePrefix))] : [];
    }
}
