using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Derives tokenizer.json and the small files beside it (hf-companions.md §2).</summary>
internal static class TokenizerFiles
{
    public static void Derive(Derivation derivation)
    {
        Reading<string> model = derivation.Keys.Text(TokenizerKeys.Model);
        Func<TokenizerSource, TokenizerPlan?>? planner = model.IsRead ? Planner(model.Value) : null;
        Reading<Vocabulary> vocabulary = planner is not null || derivation.Keys.Find(TokenizerKeys.HuggingFaceJson) is not null
            ? ReadVocabulary(derivation.Keys, model.Value)
            : Reading<Vocabulary>.Absent;
        bool recorded = RecordedTokenizer.Take(derivation, vocabulary);
        if (planner is null)
        {
            string reason = model.IsRead
                ? $"there is no rule for {TokenizerKeys.Model} '{SafeText.Shorten(model.Value)}'"
                : model.Describe(TokenizerKeys.Model);
            Refuse(derivation, recorded, reason);
            return;
        }

        if (!vocabulary.IsRead)
        {
            Refuse(derivation, recorded, vocabulary.Problem!);
            return;
        }

        TokenizerSource source = new(
            derivation, model.Value, vocabulary.Value, SpecialTokens.Read(derivation, model.Value, vocabulary.Value));
        if (!recorded && planner(source) is { } plan)
        {
            Add(source, plan.ToBytes(source));
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

    private static void Add(TokenizerSource source, byte[] document)
    {
        if (NumberingCheck.FindDifference(document, source.Vocabulary) is { } difference)
        {
            source.Refuse(difference);
            return;
        }

        source.Derivation.Add(CompanionNames.Tokenizer, document);
        AddedTokenNotes.Write(source);
        if (source.Derivation.FindTensor("token_embd.weight") is { Shape: [{ } rows, ..] } && rows < source.Written)
        {
            source.Note($"there are {source.Written} tokens, but token_embd.weight has {rows} rows: the model does not know the others");
        }
    }

    private static Func<TokenizerSource, TokenizerPlan?>? Planner(string model) => model switch
    {
        TokenizerKeys.ByteLevelBpe => ByteLevelBpe.Plan,
        TokenizerKeys.SentencePieceBpe or TokenizerKeys.GemmaBpe => SentencePieceBpe.Plan,
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

    private static void Refuse(Derivation derivation, bool recorded, string reason)
    {
        foreach (string file in (ReadOnlySpan<string>)[
            CompanionNames.Tokenizer, CompanionNames.TokenizerConfig, CompanionNames.SpecialTokensMap])
        {
            if (file != CompanionNames.Tokenizer || !recorded)
            {
                derivation.Refuse(file, reason);
            }
        }

        foreach ((string name, string field) in SpecialTokens.FurtherEnds.Where(
            end => derivation.Keys.Find("tokenizer.ggml." + end.Key) is not null))
        {
            derivation.Note(
                CompanionNames.TokenizerConfig,
                $"{field} is lost: tokenizer.ggml.{name} is one of the ends in {CompanionNames.GenerationConfig}, which does not say of "
                    + $"what");
        }
    }

    private static void AddLines(TokenizerSource source)
    {
        if (WordPiece.ToLines(source) is { } lines)
        {
            source.Derivation.Add(CompanionNames.WordPieceVocabulary, lines);
        }
        else
        {
            source.Derivation.Refuse(CompanionNames.WordPieceVocabulary, $"an item of {TokenizerKeys.Tokens} holds a line break");
        }
    }
}
