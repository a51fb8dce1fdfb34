using System.Text.Unicode;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>Takes the chat templates out as they are: never run, never trimmed (hf-companions.md §2.8).</summary>
internal static class ChatTemplates
{
    private const string Key = "tokenizer.chat_template";
    private const string NamesKey = "tokenizer.chat_templates";
    private const int LongestName = 64;
    private const int MostNamesNoted = 16;

    /// <summary>The template without a name, which stands in tokenizer_config.json as well: many readers look nowhere else
    /// (hf-companions.md §2.8).</summary>
    public static string? Main(MetadataKeys keys) => keys.Text(Key).Value;

    public static void Derive(Derivation derivation)
    {
        if (derivation.Keys.Find(Key) is { } template)
        {
            Add(derivation, Key, CompanionNames.ChatTemplate, template);
        }

        // Names that differ in case alone are one file on some systems.
        HashSet<string> written = new(StringComparer.OrdinalIgnoreCase);
        int left = 0;
        foreach (string key in derivation.Keys.Below(Key + "."))
        {
            string name = key[(Key.Length + 1)..];
            GgufValue value = derivation.Keys.Find(key)!;
            string file = $"{CompanionNames.NamedChatTemplates}/{name}.jinja";
            if (name.Length is 0 or > LongestName || !name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_')
                || !MemberName.IsLegal(file) || !written.Add(name))
            {
                left++;
                if (left <= MostNamesNoted)
                {
                    derivation.Note(
                        CompanionNames.NamedChatTemplates,
                        $"{Key}.{SafeText.Shorten(name)} cannot be a file name of its own and is not carried over");
                }

                continue;
            }

            // A reader takes so many companions from sub-folders, not more.
            if (written.Count > Subfolders.MaximumFiles)
            {
                left++;
                continue;
            }

            Add(derivation, key, file, value);
        }

        if (left > MostNamesNoted)
        {
            derivation.Note(
                CompanionNames.NamedChatTemplates,
                $"{left} of {left + Math.Min(written.Count, Subfolders.MaximumFiles)} named chat templates are not carried over");
        }

        Reading<string[]> names = Vocabulary.ReadStrings(derivation.Keys, NamesKey);
        foreach (string name in (names.Value ?? []).Where(name => derivation.Keys.Find($"{Key}.{name}") is null).Take(MostNamesNoted))
        {
            derivation.Note(CompanionNames.NamedChatTemplates, $"{NamesKey} names '{SafeText.Shorten(name)}', which no key holds");
        }
    }

    private static void Add(Derivation derivation, string key, string file, GgufValue value)
    {
        if (value.Type == GgufValueType.String && Utf8.IsValid(value.StringBytes.Span))
        {
            derivation.Add(file, value.StringBytes);
        }
        else
        {
            string reason = value.Type == GgufValueType.String
                ? $"{key} is not UTF-8"
                : $"{key} is {MetadataKeys.Show(value)}, not a string";
            derivation.Refuse(file, reason);
        }
    }
}
