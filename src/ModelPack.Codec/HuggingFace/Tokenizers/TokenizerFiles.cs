using System.Text.Json;
using ModelPack.Codec.Gguf;

namespace ModelPack.Codec.HuggingFace.Tokenizers;

/// <summary>Derives tokenizer.json and the small files beside it (hf-companions.md §2).</summary>
internal static class TokenizerFiles
{
    public static void Derive(Derivation derivation)
    {
        bool recorded = TakeRecorded(derivation);
        Reading<string> model = derivation.Keys.Text(TokenizerKeys.Model);
        if (!model.IsRead || Planner(model.Value) is not { } planner)
        {
            string reason = model.IsRead ? $"there is no rule for {TokenizerKeys.Model} '{MetadataKeys.Shorten(model.Value)}'" : model.Describe(TokenizerKeys.Model);
            Refuse(derivation, recorded, reason);
            return;
        }

        Reading<Vocabulary> vocabulary = ReadVocabulary(derivation.Keys, model.Value);
        if (!vocabulary.IsRead)
        {
            Refuse(derivation, recorded, vocabulary.Problem!);
            return;
        }

        TokenizerSource source = new(derivation, model.Value, vocabulary.Value, SpecialTokens.Read(derivation, model.Value, vocabulary.Value));
        if (!recorded && planner(source) is { } plan)
        {
            derivation.Add(CompanionNames.Tokenizer, plan.ToBytes(source.Vocabulary));
        }

        if (model.Value == TokenizerKeys.SentencePieceBpe)
        {
            SentencePieceFile.Derive(source);
        }

        TokenizerConfig.Derive(source);
        if (model.Value == TokenizerKeys.WordPiece)
        {
            AddLines(source);
        }
    }

    private static Func<TokenizerSource, TokenizerPlan?>? Planner(string model) => model switch
    {
        TokenizerKeys.ByteLevelBpe => ByteLevelBpe.Plan,
        TokenizerKeys.SentencePieceBpe => SentencePieceBpe.Plan,
        TokenizerKeys.WordPiece => WordPiece.Plan,
        TokenizerKeys.Unigram => Unigram.Plan,
        _ => null,
    };

    private static Reading<Vocabulary> ReadVocabulary(MetadataKeys keys, string model)
    {
        Reading<Vocabulary> vocabulary = Vocabulary.Read(keys);
        if (model != TokenizerKeys.WordPiece || !vocabulary.IsRead)
        {
            return vocabulary;
        }

        return keys.Find(TokenizerKeys.TokenTypes) is null
            ? Reading<Vocabulary>.Wrong($"{TokenizerKeys.TokenTypes} is missing, without which the original tokens cannot be told")
            : WordPiece.Restore(vocabulary.Value);
    }

    /// <summary>The GGUF specification lets a file hold the whole text.</summary>
    private static bool TakeRecorded(Derivation derivation)
    {
        if (derivation.Keys.Find(TokenizerKeys.HuggingFaceJson) is not { } value)
        {
            return false;
        }

        if (value.Type != GgufValueType.String)
        {
            derivation.Note(CompanionNames.Tokenizer, $"{TokenizerKeys.HuggingFaceJson} is {MetadataKeys.Show(value)}, not a string, and was passed over");
            return false;
        }

        if (!IsJson(value.StringBytes.Span))
        {
            derivation.Note(CompanionNames.Tokenizer, $"{TokenizerKeys.HuggingFaceJson} is written as it is, but it is not JSON");
        }

        derivation.AddRecorded(CompanionNames.Tokenizer, value.StringBytes);
        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = new(text);
        try
        {
            while (reader.Read())
            {
                reader.Skip();
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Refuse(Derivation derivation, bool recorded, string reason)
    {
        foreach (string file in (ReadOnlySpan<string>)[CompanionNames.Tokenizer, CompanionNames.TokenizerConfig, CompanionNames.SpecialTokensMap])
        {
            if (file != CompanionNames.Tokenizer || !recorded)
            {
                derivation.Note(file, $"{file} cannot be derived: {reason}");
            }
        }

        foreach ((string name, string field) in SpecialTokens.FurtherEnds.Where(end => derivation.Keys.Find("tokenizer.ggml." + end.Key) is not null))
        {
            derivation.Note(CompanionNames.TokenizerConfig, $"{field} is lost: tokenizer.ggml.{name} is one of the ends in {CompanionNames.GenerationConfig}, which does not say of what");
        }
    }

    private static void AddLines(TokenizerSource source)
    {
        if (WordPiece.ToLines(source.Vocabulary) is { } lines)
        {
            source.Derivation.Add(CompanionNames.WordPieceVocabulary, lines);
        }
        else
        {
            source.Derivation.Note(CompanionNames.WordPieceVocabulary, $"vocab.txt cannot be derived: an item of {TokenizerKeys.Tokens} holds a line break");
        }
    }
}
