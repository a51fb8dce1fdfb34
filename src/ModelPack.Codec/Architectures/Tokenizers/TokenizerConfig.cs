using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Derives tokenizer_config.json and special_tokens_map.json (hf-companions.md §2.8).</summary>
internal static class TokenizerConfig
{
    /// <summary>The one class that takes tokenizer.json as it is.</summary>
    private const string SafeClass = "PreTrainedTokenizerFast";

    public static void Derive(TokenizerSource source)
    {
        Derivation derivation = source.Derivation;
        JsonFields config = new();
        JsonFields map = new();
        foreach ((string field, SpecialToken token) in source.Special.All)
        {
            config.Set(field, token.Text);
            map.Set(field, token.Text);
        }

        SetFlag(source, config, "add_bos_token", TokenizerKeys.AddBos);
        SetFlag(source, config, "add_eos_token", TokenizerKeys.AddEos);
        if (source.Model == TokenizerKeys.SentencePieceBpe)
        {
            SetFlag(source, config, "add_prefix_space", TokenizerKeys.AddSpacePrefix);
        }

        if (ChatTemplates.Main(derivation.Keys) is { } template)
        {
            config.Set("chat_template", template);
        }

        config.Set("added_tokens_decoder", text => WriteAddedTokens(text, source));
        config.Set("tokenizer_class", SafeClass);
        CleanUp(source, config);
        string lengthKey = $"{derivation.Architecture.Value}.context_length";
        if (derivation.Architecture.IsRead && derivation.Keys.Count(lengthKey).TryGet(out long length))
        {
            config.Set("model_max_length", length);
            derivation.Note(CompanionNames.TokenizerConfig, $"model_max_length is lost; {lengthKey} was taken", NoteRank.WithoutEffect);
        }
        else
        {
            derivation.Note(CompanionNames.TokenizerConfig, "model_max_length is lost", NoteRank.WithoutEffect);
        }

        derivation.Note(
            CompanionNames.TokenizerConfig, $"tokenizer_class is lost; {SafeClass} takes tokenizer.json as it is", NoteRank.WithoutEffect);
        derivation.Add(CompanionNames.TokenizerConfig, config, JsonCharacters.Unicode);
        if (map.Count > 0)
        {
            derivation.Add(CompanionNames.SpecialTokensMap, map, JsonCharacters.Unicode);
        }
        else
        {
            derivation.Note(CompanionNames.SpecialTokensMap, "not derived: no key names a special token", NoteRank.WithoutEffect);
        }
    }

    /// <summary>A missing key means the runtime's default, which the template of tokenizer.json has; only what the source says is said
    /// here.</summary>
    private static void SetFlag(TokenizerSource source, JsonFields config, string field, string key)
    {
        Reading<bool> flag = source.Keys.Bool(key);
        if (flag.IsRead)
        {
            config.Set(field, flag.Value);
        }
        else if (flag.Problem is { } problem)
        {
            source.Derivation.Note(CompanionNames.TokenizerConfig, $"{field} is left out: {problem}");
        }
    }

    private static void CleanUp(TokenizerSource source, JsonFields config)
    {
        if (FindPreTokenizer(source) is { } pre)
        {
            config.Set("clean_up_tokenization_spaces", pre.Has(PreTokenizerTraits.CleanUp));
        }
        else
        {
            source.Derivation.Note(CompanionNames.TokenizerConfig, "clean_up_tokenization_spaces is lost", NoteRank.WithoutEffect);
        }
    }

    private static PreTokenizer? FindPreTokenizer(TokenizerSource source) =>
        source.Model == TokenizerKeys.ByteLevelBpe && source.Keys.Text(TokenizerKeys.PreTokenizer).TryGet(out string id)
        ? PreTokenizers.Find(id)
        : null;

    private static void WriteAddedTokens(JsonText text, TokenizerSource source)
    {
        text.StartObject();
        foreach (AddedToken token in AddedToken.All(source))
        {
            text.Name(token.Id.ToString(CultureInfo.InvariantCulture));
            token.ToFields().Write(text);
        }

        text.EndObject();
    }
}
