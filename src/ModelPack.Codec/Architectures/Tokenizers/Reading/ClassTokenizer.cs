using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO.Json;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The tokenizer.json that transformers makes as it loads a folder without one.</summary>
internal static class ClassTokenizer
{
    private const string AddedFile = "added_tokens.json";
    private const string VersionLine = "#version";

    /// <summary>The text; null if nothing tells what it would be.</summary>
    public static JsonField? Read(TokenizerFolder folder)
    {
        if (folder.Class is not { HasPieces: false } known)
        {
            return null;
        }

        Companion list = folder.Find(known.Files[0])!;
        bool isWordPiece = known.Files.Length == 1;
        Dictionary<string, long> vocabulary = isWordPiece ? Lines(list) : Pieces(list);
        JsonText text = new(JsonCharacters.Unicode);
        text.StartObject();
        Added(folder, known, vocabulary, text);
        if (isWordPiece)
        {
            WordPieces(folder, vocabulary, text);
        }
        else
        {
            Merges(folder, known, vocabulary, text);
        }

        text.EndObject();
        folder.Note(
            list.Name, $"there is no tokenizer.json: text is cut as {known.Name}Tokenizer of transformers cuts it");
        return JsonField.Parse(new(list.Name, text.ToArray()));
    }

    // The later of two equal lines counts, as in Python.
    private static Dictionary<string, long> Lines(Companion file)
    {
        Dictionary<string, long> ids = new(StringComparer.Ordinal);
        string[] lines = Text(file).Split('\n');
        for (int id = 0; id < lines.Length - (lines[^1].Length == 0 ? 1 : 0); id++)
        {
            ids[lines[id].TrimEnd('\r')] = id;
        }

        return ids;
    }

    private static Dictionary<string, long> Pieces(Companion file)
    {
        Dictionary<string, long> ids = new(StringComparer.Ordinal);
        foreach ((string text, JsonField id) in JsonField.Parse(file).Fields())
        {
            ids[text] = id.Id();
        }

        return ids;
    }

    private static string Text(Companion file) =>
        CompanionText.WhyUnread(file.Name, file.Bytes.Length) is { } reason ? throw TooLarge.At(file.Name, $"the file {reason}")
        : Utf8.IsValid(file.Bytes.Span) ? Encoding.UTF8.GetString(file.Bytes.Span)
        : throw new NoKeyException(file.Name, "the text is not UTF-8");

    // Tokens with a role, and those of the file beside the vocabulary. What tokenizer_config.json lists is read with every tokenizer.
    private static void Added(TokenizerFolder folder, TokenizerClass known, Dictionary<string, long> vocabulary, JsonText text)
    {
        Dictionary<string, long> further = folder.Find(AddedFile) is { } file ? Pieces(file) : [];
        HashSet<string> special = [.. known.Special.Keys.Select(role => folder.TextOfRole(role)).OfType<string>()];
        foreach (JsonField owner in new[] { folder.Config, folder.SpecialMap }.OfType<JsonField>())
        {
            special.UnionWith(owner.Find("additional_special_tokens") is { Value.ValueKind: JsonValueKind.Array } list
                ? list.Items().Select(item => item.Value.ValueKind == JsonValueKind.Object ? item.Require("content").Text() : item.Text())
                : []);
        }

        text.Name("added_tokens");
        text.StartArray();
        foreach ((string token, long id) in further.Concat(
            special.Where(token => !further.ContainsKey(token) && vocabulary.ContainsKey(token))
                .Select(token => KeyValuePair.Create(token, vocabulary[token]))).OrderBy(pair => pair.Value))
        {
            text.StartObject();
            text.Name("id");
            text.Number(id);
            Fragments.Field(text, "content", token);
            Fragments.Field(text, "special", special.Contains(token));
            text.EndObject();
        }

        text.EndArray();
    }

    private static void WordPieces(TokenizerFolder folder, Dictionary<string, long> vocabulary, JsonText text)
    {
        text.Name("normalizer");
        text.StartObject();
        Fragments.Type(text, "BertNormalizer");
        Fragments.Field(text, "clean_text", true);
        Fragments.Field(text, "handle_chinese_chars", Setting(folder, "tokenize_chinese_chars") ?? true);
        if (Setting(folder, "strip_accents") is { } strip)
        {
            Fragments.Field(text, "strip_accents", strip);
        }

        Fragments.Field(text, "lowercase", Setting(folder, "do_lower_case") ?? true);
        text.EndObject();
        text.Name("pre_tokenizer");
        Fragments.Bare(text, "BertPreTokenizer");
        Around(folder, "BertProcessing", vocabulary, text);
        text.Name("model");
        text.StartObject();
        Fragments.Type(text, "WordPiece");
        Fragments.Field(text, "unk_token", folder.TextOfRole("unk")!);
        Vocabulary(vocabulary, text);
        text.EndObject();
    }

    private static void Merges(TokenizerFolder folder, TokenizerClass known, Dictionary<string, long> vocabulary, JsonText text)
    {
        if (known.Rules is { } rules && PreTokenizers.NormalizerOf(rules) == PublishedNormalizer.Nfc)
        {
            text.Name("normalizer");
            Fragments.Bare(text, "NFC");
        }

        text.Name("pre_tokenizer");
        if (known.Rules is { } id)
        {
            PreTokenizers.Find(id)!.Write(text);
        }
        else
        {
            Fragments.ByteLevel(text, addPrefixSpace: Setting(folder, "add_prefix_space") ?? false, trimOffsets: true, useRegex: true);
        }

        if (known == TokenizerClass.Roberta)
        {
            Around(folder, "RobertaProcessing", vocabulary, text);
        }

        text.Name("model");
        text.StartObject();
        Fragments.Type(text, "BPE");
        Vocabulary(vocabulary, text);
        text.Name("merges");
        text.StartArray();
        foreach (string line in Text(folder.Find(known.Files[1])!).Split('\n'))
        {
            if (line.TrimEnd('\r') is { Length: > 0 } merge && !merge.StartsWith(VersionLine, StringComparison.Ordinal))
            {
                text.String(merge);
            }
        }

        text.EndArray();
        text.EndObject();
    }

    private static void Around(TokenizerFolder folder, string type, Dictionary<string, long> vocabulary, JsonText text)
    {
        text.Name("post_processor");
        text.StartObject();
        Fragments.Type(text, type);
        foreach (string role in (ReadOnlySpan<string>)["sep", "cls"])
        {
            string token = folder.TextOfRole(role)!;
            text.Name(role);
            text.StartArray();
            text.String(token);
            text.Number(vocabulary.TryGetValue(token, out long id) ? id
                : throw new NoKeyException(folder.Class!.Files[0], $"the {role} token '{SafeText.Shorten(token)}' is not in it"));
            text.EndArray();
        }

        text.EndObject();
    }

    private static void Vocabulary(Dictionary<string, long> vocabulary, JsonText text)
    {
        text.Name("vocab");
        text.StartObject();
        foreach ((string token, long id) in vocabulary)
        {
            text.Name(token);
            text.Number(id);
        }

        text.EndObject();
    }

    private static bool? Setting(TokenizerFolder folder, string name) =>
        folder.Config?.Find(name) is { Value.ValueKind: JsonValueKind.True or JsonValueKind.False } field ? field.Flag() : null;
}
