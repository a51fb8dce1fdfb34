using System.Text;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>WordPiece (hf-companions.md §2.5).</summary>
internal static class WordPiece
{
    private const string Continuation = "##";

    /// <summary>Undoes the converter's form of tokens: begins of words have a sign there, here the other parts have one.</summary>
    public static Reading<Vocabulary> Restore(Vocabulary vocabulary)
    {
        string[] tokens = new string[vocabulary.Tokens.Length];
        for (int id = 0; id < tokens.Length; id++)
        {
            string token = vocabulary.Tokens[id];
            tokens[id] = vocabulary.Kinds[id] == TokenKind.Control ? token
                : token.StartsWith(Fragments.Space, StringComparison.Ordinal) ? token[Fragments.Space.Length..]
                : Continuation + token;
        }

        return Vocabulary.Create(tokens, vocabulary.Kinds, vocabulary.Scores);
    }

    public static TokenizerPlan? Plan(TokenizerSource source)
    {
        (SpecialToken? first, SpecialToken? last, SpecialToken? unknown) =
            (source.Special.ClassToken, source.Special.SeparatorToken, source.Special.UnknownToken);
        if (first is null || last is null || unknown is null)
        {
            return source.Refuse("no key names the class, the separator or the unknown token");
        }

        Reading<bool> accents = source.Keys.Bool(TokenizerKeys.StripAccents);
        if (accents.Problem is { } problem)
        {
            return source.Refuse(problem);
        }

        if (ReadLowercase(source) is not { } lowercase)
        {
            return null;
        }

        Template template = new(
            [TemplatePiece.Of(first, 0), TemplatePiece.First, TemplatePiece.Of(last, 0)],
            [TemplatePiece.Of(first, 0), TemplatePiece.First, TemplatePiece.Of(last, 0), TemplatePiece.Second(1),
                TemplatePiece.Of(last, 1)]);
        return new TokenizerPlan
        {
            Normalizer = text => WriteNormalizer(text, lowercase, accents.IsRead ? accents.Value : null),
            PreTokenizer = text => Fragments.Bare(text, "BertPreTokenizer"),
            PostProcessor = template.Write,
            Decoder = WriteDecoder,
            Model = text => WriteModel(text, source, unknown),
        };
    }

    /// <summary>Writes the tokens one a line; null if a token holds a line break.</summary>
    public static byte[]? ToLines(TokenizerSource source)
    {
        StringBuilder lines = new();
        foreach (string token in source.Vocabulary.Tokens.AsSpan(0, source.Written))
        {
            if (token.AsSpan().ContainsAny('\n', '\r'))
            {
                return null;
            }

            lines.Append(token).Append('\n');
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    private static bool? ReadLowercase(TokenizerSource source)
    {
        Reading<bool> reading = source.Keys.Bool(TokenizerKeys.Lowercase);
        if (reading.Problem is { } problem)
        {
            source.Refuse(problem);
            return null;
        }

        if (reading.IsRead)
        {
            return reading.Value;
        }

        source.Note(
            $"normalizer: lowercase is true: {TokenizerKeys.Lowercase} is missing, which means that to the runtime",
            NoteRank.WithoutEffect);
        return true;
    }

    private static void WriteNormalizer(JsonText text, bool lowercase, bool? stripAccents)
    {
        text.StartObject();
        Fragments.Type(text, "BertNormalizer");
        Fragments.Field(text, "clean_text", true);
        Fragments.Field(text, "handle_chinese_chars", true);
        if (stripAccents is { } strip)
        {
            Fragments.Field(text, "strip_accents", strip);
        }
        else
        {
            Fragments.NullField(text, "strip_accents");
        }

        Fragments.Field(text, "lowercase", lowercase);
        text.EndObject();
    }

    private static void WriteDecoder(JsonText text)
    {
        text.StartObject();
        Fragments.Type(text, "WordPiece");
        Fragments.Field(text, "prefix", Continuation);
        Fragments.Field(text, "cleanup", true);
        text.EndObject();
    }

    private static void WriteModel(JsonText text, TokenizerSource source, SpecialToken unknown)
    {
        const int LongestWord = 100;
        text.StartObject();
        Fragments.Type(text, "WordPiece");
        Fragments.Field(text, "unk_token", unknown.Text);
        Fragments.Field(text, "continuing_subword_prefix", Continuation);
        text.Name("max_input_chars_per_word");
        text.Number(LongestWord);
        Fragments.Vocabulary(text, source.Vocabulary, source.Written);
        text.EndObject();
    }
}
