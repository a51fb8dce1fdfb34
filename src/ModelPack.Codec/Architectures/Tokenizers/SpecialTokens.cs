using ModelPack.Diagnostics;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>A token with a role.</summary>
internal sealed record SpecialToken(int Id, string Text);

/// <summary>The tokens with a role (hf-companions.md §2.1).</summary>
internal sealed class SpecialTokens
{
    private const string Bos = "bos_token";
    private const string Eos = "eos_token";
    private const string Unknown = "unk_token";
    private const string Padding = "pad_token";
    private const string Separator = "sep_token";
    private const string Class = "cls_token";
    private const string Mask = "mask_token";

    /// <summary>Ends that the classes of transformers have no name for. They stand beside the others as published files have such tokens,
    /// and among all ends in generation_config.json.</summary>
    public static readonly (string Key, string Field)[] FurtherEnds = [("eot_token_id", "eot_token"), ("eom_token_id", "eom_token")];

    private static readonly (string Key, string Field)[] Roles =
    [
        ("bos_token_id", Bos), ("eos_token_id", Eos), ("unknown_token_id", Unknown), ("padding_token_id", Padding),
        ("seperator_token_id", Separator), ("cls_token_id", Class), ("mask_token_id", Mask), .. FurtherEnds,
    ];

    /// <summary>What the runtime takes for a missing key. That of byte-level BPE names an ordinary token, so it has no row.</summary>
    private static readonly (string Model, string Field, int Id)[] RuntimeDefaults =
    [
        (TokenizerKeys.SentencePieceBpe, Bos, 1), (TokenizerKeys.SentencePieceBpe, Eos, 2), (TokenizerKeys.SentencePieceBpe, Unknown, 0),
        (TokenizerKeys.WordPiece, Class, 101), (TokenizerKeys.WordPiece, Unknown, 100), (TokenizerKeys.WordPiece, Padding, 0),
        (TokenizerKeys.WordPiece, Separator, 102), (TokenizerKeys.WordPiece, Mask, 103),
        (TokenizerKeys.Unigram, Eos, 1), (TokenizerKeys.Unigram, Unknown, 2), (TokenizerKeys.Unigram, Padding, 0),
    ];

    private readonly SortedDictionary<string, SpecialToken> tokens = new(StringComparer.Ordinal);

    private SpecialTokens()
    {
    }

    /// <summary>The fields in the order of their names.</summary>
    public IReadOnlyDictionary<string, SpecialToken> All => tokens;

    public SpecialToken? BosToken => tokens.GetValueOrDefault(Bos);

    public SpecialToken? EosToken => tokens.GetValueOrDefault(Eos);

    public SpecialToken? UnknownToken => tokens.GetValueOrDefault(Unknown);

    public SpecialToken? SeparatorToken => tokens.GetValueOrDefault(Separator);

    public SpecialToken? ClassToken => tokens.GetValueOrDefault(Class);

    public static SpecialTokens Read(Derivation derivation, string model, Vocabulary vocabulary)
    {
        SpecialTokens special = new();
        foreach ((string name, string field) in Roles)
        {
            string key = "tokenizer.ggml." + name;
            Reading<long> reading = derivation.Keys.Count(key);
            if (reading.TryGet(out long id) && id < vocabulary.Tokens.Length)
            {
                special.tokens[field] = new SpecialToken((int)id, vocabulary.Tokens[id]);
            }
            else if (!reading.IsAbsent)
            {
                string problem = reading.Problem
                    ?? $"{key} is {id}, but {TokenizerKeys.Tokens} has {Plural.Of(vocabulary.Tokens.Length, "item")}";
                derivation.Note(CompanionNames.TokenizerConfig, $"{field} is left out: {problem}");
            }
        }

        // Converters store the class token of BERT as begin of sequence, older ones under its own name.
        if (model == TokenizerKeys.WordPiece && special.BosToken is { } bos)
        {
            special.tokens.TryAdd(Class, bos);
        }

        special.TakeDefaults(derivation, model, vocabulary);
        if (model == TokenizerKeys.ByteLevelBpe && special.EosToken is null)
        {
            derivation.Note(CompanionNames.TokenizerConfig, "eos_token: no end token is known");
        }

        return special;
    }

    private void TakeDefaults(Derivation derivation, string model, Vocabulary vocabulary)
    {
        foreach ((_, string field, int id) in RuntimeDefaults.Where(row => row.Model == model))
        {
            string key = "tokenizer.ggml." + Roles.First(role => role.Field == field).Key;
            if (!tokens.ContainsKey(field) && derivation.Keys.Find(key) is null
                && id < vocabulary.Tokens.Length && vocabulary.Kinds[id] is TokenKind.Control or TokenKind.Unknown)
            {
                tokens[field] = new SpecialToken(id, vocabulary.Tokens[id]);
                derivation.Note(CompanionNames.TokenizerConfig, $"{field}: {key} is missing, which for this kind of tokenizer means {id}");
            }
        }
    }
}
