using System.Text.Json;
using ModelPack.Architectures.Families;
using ModelPack.Diagnostics;
using ModelPack.IO.Names;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Finds the tokens with a role (hf-companions.md §2.9.6).</summary>
internal sealed class SpecialIds
{
    private const string Bos = "bos";
    private const string Eos = "eos";
    private const string EndOfTurn = "eot";
    private const string Class = "cls";

    private static readonly (string Role, string Key)[] Keys =
    [
        (Bos, "tokenizer.ggml.bos_token_id"), (Eos, "tokenizer.ggml.eos_token_id"), ("unk", "tokenizer.ggml.unknown_token_id"),
        ("sep", "tokenizer.ggml.seperator_token_id"), ("pad", "tokenizer.ggml.padding_token_id"), (Class, "tokenizer.ggml.cls_token_id"),
        ("mask", "tokenizer.ggml.mask_token_id"), (EndOfTurn, "tokenizer.ggml.eot_token_id"), ("eom", "tokenizer.ggml.eom_token_id"),
    ];

    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly TokenizerFolder folder;
    private readonly FolderTokenizer tokenizer;

    private SpecialIds(TokenizerFolder folder, FolderTokenizer tokenizer)
    {
        this.folder = folder;
        this.tokenizer = tokenizer;
    }

    public static IEnumerable<string> RoleNames => Keys.Select(row => row.Role);

    /// <summary>The runtime takes the class token of WordPiece from the key of the begin token; only a different one needs its own
    /// (hf-companions.md §2.1).</summary>
    public IEnumerable<(string Key, int Id)> InOrder => Keys
        .Where(row => ids.ContainsKey(row.Role)
            && !(row.Role == Class && tokenizer.Model == TokenizerKeys.WordPiece && ids[Class] == ids.GetValueOrDefault(Bos, -1)))
        .Select(row => (row.Key, ids[row.Role]));

    public bool Has(string role) => ids.ContainsKey(role);

    public bool Is(string text, params ReadOnlySpan<string> roles)
    {
        foreach (string role in roles)
        {
            if (ids.TryGetValue(role, out int id) && tokenizer.Vocabulary.Tokens[id] == text)
            {
                return true;
            }
        }

        return false;
    }

    public static SpecialIds Find(TokenizerFolder folder, FolderTokenizer tokenizer)
    {
        SpecialIds special = new(folder, tokenizer);
        foreach ((string role, _) in Keys)
        {
            special.TakeText(role);
        }

        special.FollowWrapping();
        foreach ((string role, _) in Keys)
        {
            special.TakeModelConfig(role);
        }

        special.TakeModel();
        special.NoteNoEnd();
        return special;
    }

    /// <summary>The text of a token, plain or in an object with its flags.</summary>
    public static string? TextOf(JsonField? owner, string name) => owner?.Find(name) is not { } field ? null
        : field.Value.ValueKind == JsonValueKind.Object ? field.Require("content").Text()
        : field.Text();

    private void TakeText(string role)
    {
        string name = $"{role}_token";
        string? told = TextOf(folder.Config, name);
        string? mapped = TextOf(folder.SpecialMap, name);
        if (told is not null && mapped is not null && told != mapped)
        {
            folder.Note(
                CompanionNames.SpecialTokensMap,
                $"{name} is '{SafeText.Shorten(mapped)}', but '{SafeText.Shorten(told)}' in {CompanionNames.TokenizerConfig}, which was "
                    + $"taken");
        }

        if ((told ?? mapped ?? folder.Class?.Special.GetValueOrDefault(role)) is { } text)
        {
            string file = told is not null ? CompanionNames.TokenizerConfig
                : mapped is not null ? CompanionNames.SpecialTokensMap : folder.Class!.Files[0];
            if (tokenizer.Vocabulary.Ids.TryGetValue(text, out int id))
            {
                ids[role] = id;
            }
            else
            {
                folder.Note(file, $"{name} is '{SafeText.Shorten(text)}', which is not in the vocabulary; it was left out");
            }
        }
    }

    /// <summary>The runtime adds its begin and end token, so these must be what the post-processor adds.</summary>
    private void FollowWrapping()
    {
        Wrapping wrapping = tokenizer.Wrapping;
        wrapping.Check(CompanionNames.Tokenizer, tokenizer.Vocabulary);
        if (wrapping.IsRoberta)
        {
            ids.TryAdd(Class, wrapping.First!.Id);
            ids.TryAdd("sep", wrapping.Last!.Id);
        }

        Default(Bos, Class);
        Default(Eos, "sep");
        if (wrapping.First is { } first && !Is(first.Text, Bos))
        {
            if (ids.ContainsKey(Bos) && !Is(first.Text, Class))
            {
                folder.Note(
                    CompanionNames.Tokenizer,
                    $"post_processor adds '{SafeText.Shorten(first.Text)}', which became the begin token in place of "
                        + $"'{SafeText.Shorten(tokenizer.Vocabulary.Tokens[ids[Bos]])}'");
            }

            ids[Bos] = first.Id;
        }

        if (wrapping.Last is { } last && !Is(last.Text, Eos))
        {
            if (ids.TryGetValue(Eos, out int eos))
            {
                if (!ids.TryAdd(EndOfTurn, eos) && ids[EndOfTurn] != eos)
                {
                    throw new NoKeyException(
                        CompanionNames.Tokenizer,
                        $"post_processor adds '{SafeText.Shorten(last.Text)}', the end token is "
                            + $"'{SafeText.Shorten(tokenizer.Vocabulary.Tokens[eos])}', and a turn ends with "
                            + $"'{SafeText.Shorten(tokenizer.Vocabulary.Tokens[ids[EndOfTurn]])}': there are keys for two of them");
                }

                folder.Note(
                    CompanionNames.Tokenizer,
                    $"post_processor adds '{SafeText.Shorten(last.Text)}', which became the end token; "
                        + $"'{SafeText.Shorten(tokenizer.Vocabulary.Tokens[eos])}' ends a turn");
            }

            ids[Eos] = last.Id;
        }
    }

    private void Default(string role, string other)
    {
        if (!ids.ContainsKey(role) && ids.TryGetValue(other, out int id))
        {
            ids[role] = id;
        }
    }

    private void TakeModelConfig(string role)
    {
        string name = $"{role}_token_id";
        if (ids.ContainsKey(role)
            || folder.ModelConfigs.Select(config => config.Find(name)).FirstOrDefault(found => found is not null) is not { } field)
        {
            return;
        }

        JsonField? first = field.Value.ValueKind == JsonValueKind.Array ? field.Items().Cast<JsonField?>().FirstOrDefault() : field;
        if (first is not { } found)
        {
            return;
        }

        if (field.Value.ValueKind == JsonValueKind.Array)
        {
            folder.Note(CompanionNames.Config, $"{name} is {field.Show()}; the first was taken");
        }

        if (found.Value.ValueKind == JsonValueKind.Number && found.Value.TryGetInt32(out int id) && id < tokenizer.Vocabulary.Tokens.Length)
        {
            if (id >= 0)
            {
                ids[role] = id;
                return;
            }
        }
        else if (found.Value.ValueKind != JsonValueKind.Number)
        {
            _ = found.Id();
        }

        folder.Note(
            CompanionNames.Config, $"{name} is {found.Show()}, but there are {tokenizer.Vocabulary.Tokens.Length} tokens; it was left out");
    }

    private void TakeModel()
    {
        foreach ((string role, int? id) in ((string, int?)[])[
            ("unk", tokenizer.UnknownId), (Bos, tokenizer.Roles?.Bos), (Eos, tokenizer.Roles?.Eos), ("unk", tokenizer.Roles?.Unknown),
            ("pad", tokenizer.Roles?.Padding)])
        {
            if (id is >= 0 && !ids.ContainsKey(role))
            {
                ids[role] = id < tokenizer.Vocabulary.Tokens.Length
                    ? id.Value
                    : throw UnknownSpecial.At(
                        CompanionNames.SentencePieceModel, $"{role}_id is {id}, but there are {tokenizer.Vocabulary.Tokens.Length} tokens");
            }
        }
    }

    /// <summary>What the runtime takes for a missing key, which ends texts in the middle or never (tokenizers.md §3.9).</summary>
    private void NoteNoEnd()
    {
        int byDefault = tokenizer.Model switch
        {
            TokenizerKeys.ByteLevelBpe => 11,
            TokenizerKeys.SentencePieceBpe => 2,
            _ => -1,
        };
        if (byDefault >= 0 && !ids.ContainsKey(Eos))
        {
            string token = byDefault < tokenizer.Vocabulary.Tokens.Length
                ? $" ('{SafeText.Shorten(tokenizer.Vocabulary.Tokens[byDefault])}')"
                : "";
            folder.Note(
                CompanionNames.TokenizerConfig, $"no file names a token that ends a text; the runtime will take {byDefault}{token} for it");
        }
    }
}
