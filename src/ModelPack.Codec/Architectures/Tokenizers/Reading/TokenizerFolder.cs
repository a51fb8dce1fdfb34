using System.Text.Json;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO.Json;
using ModelPack.IO.Names;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The tokenizer files of a folder, parsed once.</summary>
internal sealed class TokenizerFolder
{
    private readonly IReadOnlyList<Companion> companions;

    public TokenizerFolder(IReadOnlyList<Companion> companions, TokenizerTarget target)
    {
        this.companions = companions;
        Target = target;
        Config = ParseSettings(CompanionNames.TokenizerConfig);
        SpecialMap = ParseSettings(CompanionNames.SpecialTokensMap);
        ModelConfig = ParseSettings(CompanionNames.Config);
        Class = Find(CompanionNames.Tokenizer) is null && Find(CompanionNames.SentencePieceModel) is null ? TokenizerClass.Of(this) : null;
    }

    public TokenizerTarget Target { get; }

    public List<RankedNote> Notes { get; } = [];

    /// <summary>tokenizer_config.json.</summary>
    public JsonField? Config { get; }

    public JsonField? SpecialMap { get; }

    /// <summary>config.json.</summary>
    private JsonField? ModelConfig { get; }

    /// <summary>The object of the whole in config.json, and that of the language model in it.</summary>
    public JsonField[] ModelConfigs =>
        ModelConfig is not { Value.ValueKind: JsonValueKind.Object } config ? [] :
        [
            config,
            .. LanguageModels.Objects.Select(config.Find).OfType<JsonField>()
                .Where(owner => owner.Value.ValueKind == JsonValueKind.Object).Take(1),
        ];

    /// <summary>The model types that config.json names: of the whole, and of the language model in it.</summary>
    public string[] ModelTypes =>
        [.. ModelConfigs.Select(owner => owner.Find("model_type")).OfType<JsonField>()
            .Where(type => type.Value.ValueKind == JsonValueKind.String).Select(type => type.Text())];

    /// <summary>The class of transformers that tells what the files do not say; null where they say all, and where nothing is known of
    /// it.</summary>
    public TokenizerClass? Class { get; }

    public IEnumerable<Companion> Companions => companions;

    /// <summary>The token of a role: the one that a file names, else that of the class.</summary>
    public string? TextOfRole(string role) => SpecialIds.TextOf(Config, $"{role}_token") ?? SpecialIds.TextOf(SpecialMap, $"{role}_token")
        ?? Class?.Special.GetValueOrDefault(role);

    public void Note(string file, string text, NoteRank rank = NoteRank.MayBeMissed) => Notes.Add(new(rank, $"{file}: {text}"));

    public Companion? Find(string name) => companions.FirstOrDefault(companion => companion.Name == name);

    public JsonField? Parse(string name) => Find(name) is { } companion ? JsonField.Parse(companion) : null;

    private JsonField? ParseSettings(string name)
    {
        if (Find(name) is { } file && CompanionText.WhyUnread(name, file.Bytes.Span) is { } reason)
        {
            Note(name, $"it {reason}; the file travels as it is, and nothing is read from it", NoteRank.ChangesResults);
            return null;
        }

        return Parse(name);
    }

    /// <summary>Reads the tokenizer by the rule for its kind (hf-companions.md §2.9.1).</summary>
    public FolderTokenizer Read()
    {
        SentencePieceModel? pieces = Find(CompanionNames.SentencePieceModel) is { } file ? SentencePieceModel.Read(file) : null;
        if ((Parse(CompanionNames.Tokenizer) ?? ClassTokenizer.Read(this)) is not { } tokenizer)
        {
            pieces ??= Class is { HasPieces: true } known ? SentencePieceModel.Read(Find(known.Files[0])!) : null;

            if (pieces is null && (TiktokenFolder.Read(this) ?? TekkenFolder.Read(this)) is { } ranked)
            {
                return ranked;
            }

            return pieces?.Kind switch
            {
                SentencePieceKind.Bpe => SentencePieceFolder.Read(this, null, pieces),
                SentencePieceKind.Unigram => UnigramFolder.Read(this, pieces),
                null => throw new NoKeyException(
                    CompanionNames.Tokenizer,
                    Find("vocab.json") is null
                        ? "there is neither tokenizer.json nor tokenizer.model"
                        : "vocab.json and merges.txt do not tell how text is cut before merging"),
                _ => throw new NoKeyException(pieces.File, $"model_type {(int)pieces.Kind} has no rule"),
            };
        }

        foreach (string part in (ReadOnlySpan<string>)["padding", "truncation"])
        {
            if (tokenizer.Find(part) is { } found)
            {
                Note(tokenizer.File,
                    $"{part} has no key, and is no part of the model: where {tokenizer.File} is used as it is, {found.Show()} changes the "
                        + $"tokens of a text");
            }
        }

        JsonField model = tokenizer.Require("model");
        string type = model.FindText("type") ?? Untagged(model);
        return type switch
        {
            "BPE" when model.FlagOr("byte_fallback", false) => pieces is null or { Kind: SentencePieceKind.Bpe }
                ? SentencePieceFolder.Read(this, tokenizer, pieces)
                : throw Disagreement.At(pieces.File, $"model_type is {(int)pieces.Kind}, but tokenizer.json holds BPE"),
            "BPE" => ByteLevelFolder.Read(this, tokenizer, model),
            "WordPiece" => WordPieceFolder.Read(this, tokenizer, model),
            "Unigram" => UnigramFolder.Read(this, tokenizer, model),
            _ => throw model.NoRule($"has type {SafeText.Shorten(type)}, for which there is no rule"),
        };
    }

    /// <summary>The type of a file from before there was one: the library tries its models in this order, each with the fields that it
    /// needs.</summary>
    private static string Untagged(JsonField model)
    {
        JsonField vocabulary = model.Require("vocab");
        bool Has(params ReadOnlySpan<string> fields)
        {
            foreach (string field in fields)
            {
                if (model.Find(field) is null)
                {
                    return false;
                }
            }

            return true;
        }

        return vocabulary.Value.ValueKind switch
        {
            JsonValueKind.Object when Has("merges") => "BPE",
            JsonValueKind.Object when Has("unk_token", "continuing_subword_prefix", "max_input_chars_per_word") => "WordPiece",
            JsonValueKind.Object when Has("unk_token") => "WordLevel",
            JsonValueKind.Array => "Unigram",
            _ => throw WrongType.At(model.File, $"{model.Path}.type is missing, and the other fields belong to no model"),
        };
    }
}
