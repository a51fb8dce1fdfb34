using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>SentencePiece-BPE of a folder: tokenizer.model, tokenizer.json with byte_fallback, or both (hf-companions.md §2.3).</summary>
internal static class SentencePieceFolder
{
    private const float NoScore = -1000;

    public static FolderTokenizer Read(TokenizerFolder folder, JsonField? tokenizer, SentencePieceModel? pieces)
    {
        TokenList tokens = new(pieces?.File ?? tokenizer!.Value.File);
        if (pieces is not null)
        {
            AddPieces(tokens, pieces);
        }

        bool spacePrefix = pieces?.AddsSpacePrefix ?? true;
        List<(string Left, string Right)>? merges = null;
        int? unknown = pieces?.Roles.Unknown;
        Wrapping wrapping = Wrapping.Untold;
        if (tokenizer is { } json)
        {
            JsonField model = json.Require("model");
            spacePrefix = SpacePrefix(folder, json);
            wrapping = Wrapping.Read(json);
            unknown = ReadJson(folder, json, model, tokens, pieces, out merges);
        }
        else if (pieces is { RemovesExtraSpaces: true } or { Charsmap.Length: > 0 })
        {
            throw new NoKeyException(pieces!.File, "normalizer_spec changes the text, which no key says for SentencePiece-BPE");
        }
        else
        {
            AddedTokens.Read(folder, null, tokens);
        }

        Vocabulary vocabulary = tokens.Close(folder, withScores: true);
        if (pieces is null && merges is not null)
        {
            if (folder.ModelTypes.Any(type => type.StartsWith(TokenizerKeys.GemmaBpe, StringComparison.Ordinal)))
            {
                return Listed(folder, vocabulary, merges, new(TokenizerKeys.GemmaBpe, "", vocabulary, unknown, wrapping), spacePrefix);
            }

            SentencePieceScores.Set(folder, tokenizer!.Value.File, vocabulary, merges);
        }

        return new FolderTokenizer(TokenizerKeys.SentencePieceBpe, "default", vocabulary, unknown, wrapping)
        {
            Roles = pieces?.Roles,
            Last = Prefix(folder, spacePrefix),
        };
    }

    /// <summary>Gemma 4: the merges stand in the file, and scores say nothing (formats/architectures, gemma4).</summary>
    private static FolderTokenizer Listed(
        TokenizerFolder folder, Vocabulary vocabulary, List<(string Left, string Right)> merges, FolderTokenizer tokenizer,
        bool spacePrefix)
    {
        if (spacePrefix)
        {
            throw new NoKeyException(CompanionNames.Tokenizer, "a space stands in front of a text, which no runtime of Gemma 4 does");
        }

        if (merges.Find(merge => merge.Left.Contains(' ') || merge.Right.Contains(' ')) is { Left: { } left, Right: var right })
        {
            throw new NoKeyException(
                CompanionNames.Tokenizer,
                $"model.merges has '{SafeText.Shorten(left)}' '{SafeText.Shorten(right)}' with a space in a part");
        }

        for (int id = 0; id < vocabulary.Tokens.Length; id++)
        {
            vocabulary.Scores![id] = NoScore;
            vocabulary.Kinds[id] = vocabulary.Kinds[id] == TokenKind.Control && AddedToken.IsShown(vocabulary.Tokens[id])
                ? TokenKind.UserDefined
                : vocabulary.Kinds[id];
        }

        return tokenizer with
        {
            Merges = [.. merges.Select(merge => $"{merge.Left} {merge.Right}")],
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

    private static int? ReadJson(
        TokenizerFolder folder, JsonField json, JsonField model, TokenList tokens, SentencePieceModel? pieces,
        out List<(string Left, string Right)> merges)
    {
        TokenList own = pieces is null ? tokens : new TokenList(json.File);
        BpeParts.ReadVocabulary(folder, model, own);
        merges = BpeParts.ReadMerges(model, own);
        if (pieces is not null)
        {
            Compare(model, pieces, own);
            foreach ((string text, JsonField id) in model.Require("vocab").Fields().Where(item => item.Field.Id() >= pieces.Pieces.Count))
            {
                throw Disagreement.At(
                    json.File, $"'{SafeText.Shorten(text)}' has id {id.Id()}, but {pieces.File} has {pieces.Pieces.Count} pieces");
            }
        }

        string? unknownText = model.Find("unk_token")?.Text();
        if (pieces is null)
        {
            tokens.MarkBytes();
            if (unknownText is not null && tokens.TryGetId(unknownText, out int unknownId))
            {
                tokens.Mark(unknownId, unknownText, TokenKind.Unknown, 0);
            }
        }

        AddedTokens.Read(folder, json, tokens, unknownText);
        if (model.FlagOr("ignore_merges", false))
        {
            folder.Note(
                json.File, "model.ignore_merges is true, which no key says: a word that is a token itself can get other tokens",
                NoteRank.ChangesResults);
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
                throw Disagreement.At(model.File, $"'{SafeText.Shorten(text)}' has id {other}, but {id} in {pieces.File}");
            }
        }
    }

    /// <summary>Whether the text gets a space in front (hf-companions.md §2.3).</summary>
    private static bool SpacePrefix(TokenizerFolder folder, JsonField json)
    {
        string shape = string.Join(' ', json.Steps("normalizer", "normalizers").Select(NormalizerShape));
        JsonField[] pre = json.Steps("pre_tokenizer", "pretokenizers");
        return (shape, pre) switch
        {
            ("Prepend Replace", []) => true,
            ("Replace", []) => false,
            ("Replace", [{ } split]) when IsSpaceSplit(split) => false,
            ("", [{ } step]) when Metaspace.Read(step) is { Splits: false } metaspace => Prefixes(folder, step, metaspace),
            _ => throw json.NoRule(
                $"has normalizer and pre_tokenizer {json.Find("normalizer")?.Show() ?? "null"} and "
                    + $"{json.Find("pre_tokenizer")?.Show() ?? "null"}, which no key says for SentencePiece-BPE"),
        };
    }

    private static string NormalizerShape(JsonField step) => step.Type() switch
    {
        "Prepend" when step.Require("prepend").Text() == Fragments.Space => "Prepend",
        "Replace" when step.Require("pattern").Find("String")?.Text() == " " && step.Require("content").Text() == Fragments.Space =>
            "Replace",
        _ => throw step.NoRule($"is {step.Show()}, which no key says for SentencePiece-BPE"),
    };

    private static bool IsSpaceSplit(JsonField step) => step.Type() == "Split" &&
        step.Require("pattern").Find("String")?.Text() == " " && step.Require("behavior").Text() == "MergedWithPrevious"
        && !step.FlagOr("invert", false);

    private static bool Prefixes(TokenizerFolder folder, JsonField step, Metaspace metaspace)
    {
        switch (metaspace.Scheme)
        {
            case "never":
                return false;
            case "always":
                folder.Note(
                    step.File,
                    "pre_tokenizer: prepend_scheme always has no key; a space also stands in front of a text that begins with one",
                    NoteRank.ChangesResults);
                return true;
            case "first":
                folder.Note(
                    step.File,
                    "pre_tokenizer: prepend_scheme first has no key; a space also stands in front of a text that begins with one, and of "
                        + "the text behind a special token", NoteRank.ChangesResults);
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
