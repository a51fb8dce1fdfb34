using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>The GGUF specification lets a file hold the whole text of tokenizer.json. It is taken as it is, if it numbers the tokens as the
/// model does.</summary>
internal static class RecordedTokenizer
{
    public static bool Take(Derivation derivation, Reading<Vocabulary> vocabulary)
    {
        if (derivation.Keys.Find(TokenizerKeys.HuggingFaceJson) is not { } value)
        {
            return false;
        }

        if (value.Type != GgufValueType.String)
        {
            derivation.Note(
                CompanionNames.Tokenizer,
                $"{TokenizerKeys.HuggingFaceJson} is {MetadataKeys.Show(value)}, not a string, and was passed over");
            return false;
        }

        bool compares = derivation.Keys.Find(TokenizerKeys.Tokens) is not null;
        string? problem = !compares ? EffectiveIds.Of(value.StringBytes.Span).Problem
            : vocabulary.IsRead ? NumberingCheck.FindDifference(value.StringBytes.Span, vocabulary.Value)
            : vocabulary.Problem;
        if (problem is not null)
        {
            derivation.Note(CompanionNames.Tokenizer, $"{TokenizerKeys.HuggingFaceJson} was passed over: {problem}");
            return false;
        }

        if (!compares)
        {
            derivation.Note(
                CompanionNames.Tokenizer,
                $"the ids of {TokenizerKeys.HuggingFaceJson} were compared with nothing, {TokenizerKeys.Tokens} is missing");
        }

        derivation.AddRecorded(CompanionNames.Tokenizer, value.StringBytes);
        return true;
    }
}
