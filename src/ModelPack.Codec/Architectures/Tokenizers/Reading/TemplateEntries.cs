using System.Text.Json;
using System.Text.Unicode;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.IO.Names;
using static ModelPack.Architectures.Tokenizers.Reading.FolderTokenizerErrors;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The chat templates as they are (hf-companions.md §2.8).</summary>
internal static class TemplateEntries
{
    private const string Key = "tokenizer.chat_template";
    private const string NamesKey = "tokenizer.chat_templates";
    private const string Field = "chat_template";
    private const string OldFile = "chat_template.json";
    private const string Extension = ".jinja";

    public static IEnumerable<MetadataEntry> Read(TokenizerFolder folder, bool withNotes = true)
    {
        NamedTemplates named = new();
        GgufValue? field = folder.Config?.Find(Field) is { } told ? ReadField(told, named) : null;

        // The file comes first for transformers; the older file is one of processors, and stands where nothing else does.
        GgufValue? file = folder.Find(CompanionNames.ChatTemplate) is { } jinja ? FileText(jinja) : null;
        if (withNotes && file is not null && field is not null && !file.RawBytes.Span.SequenceEqual(field.RawBytes.Span))
        {
            folder.Note(
                CompanionNames.TokenizerConfig,
                $"chat_template differs from {CompanionNames.ChatTemplate}; the file was taken, as transformers does");
        }

        GgufValue? old = folder.Parse(OldFile)?.Find(Field) is { Value.ValueKind: JsonValueKind.String } text
            ? GgufValue.FromString(text.Text())
            : null;

        string folderName = CompanionNames.NamedChatTemplates + "/";
        foreach (Companion companion in folder.Companions.Where(
            companion => companion.Name.StartsWith(folderName, StringComparison.Ordinal)
                && companion.Name.EndsWith(Extension, StringComparison.Ordinal)))
        {
            named.Add(companion.Name, companion.Name[folderName.Length..^Extension.Length], FileText(companion));
        }

        foreach ((string name, GgufValue template) in named.Items)
        {
            yield return new MetadataEntry($"{Key}.{name}", template);
        }

        if (named.Items.Count > 0)
        {
            yield return new MetadataEntry(NamesKey, GgufValue.FromStrings([.. named.Items.Select(item => item.Name)]));
        }

        if ((file ?? field ?? old) is { } main)
        {
            yield return new MetadataEntry(Key, main);
        }
    }

    private static GgufValue? ReadField(JsonField field, NamedTemplates named)
    {
        if (field.Value.ValueKind == JsonValueKind.String)
        {
            return GgufValue.FromString(field.Text());
        }

        GgufValue? main = null;
        foreach (JsonField item in field.Items())
        {
            string name = item.Require("name").Text();
            GgufValue template = GgufValue.FromString(item.Require("template").Text());
            if (name == "default" && main is null)
            {
                main = template;
            }
            else
            {
                named.Add(field.File, name, template);
            }
        }

        return main;
    }

    private static GgufValue FileText(Companion companion) => Utf8.IsValid(companion.Bytes.Span)
        ? GgufValue.FromStringBytes(companion.Bytes.Span)
        : throw NotJson.At(companion.Name, "the template is not UTF-8", StrictUtf8.FirstInvalid(companion.Bytes.Span));

    /// <summary>Templates beside the main one, in order; a model may have very many.</summary>
    private sealed class NamedTemplates
    {
        private readonly HashSet<string> taken = new(StringComparer.Ordinal);

        public List<(string Name, GgufValue Template)> Items { get; } = [];

        // Converters replace what is no letter or digit in a name.
        public void Add(string file, string name, GgufValue template)
        {
            string key = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
            if (key.Length == 0 || !taken.Add(key))
            {
                throw Disagreement.At(
                    file, key.Length == 0 ? "a chat template has no name" : $"two chat templates have the name '{SafeText.Shorten(key)}'");
            }

            Items.Add((key, template));
        }
    }
}
