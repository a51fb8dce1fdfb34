using System.Text.Json;
using ModelPack.Formats;

namespace ModelPack.Validation.Facts;

/// <summary>A chat template, as text. It is never rendered.</summary>
internal sealed record ChatTemplate(string Place, string Text, long? ByteOffset)
{
    private const string Key = "chat_template";

    /// <summary>Every template of a model.</summary>
    public static IReadOnlyList<ChatTemplate> Of(ModelFile file, CompanionFiles companions)
    {
        List<ChatTemplate> templates = [];
        foreach (MetadataEntry entry in file.Metadata)
        {
            // The key is tokenizer.chat_template in GGUF and both that and chat_template in APR; further templates add their names.
            if (entry.Value is not CompanionValue && entry.Key.Contains(Key, StringComparison.Ordinal) && entry.Value.Text is { } text)
            {
                templates.Add(new(entry.Key, text, MetadataPlace.Of(file, entry.Value)));
            }
        }

        foreach (string name in new[] { CompanionFiles.TokenizerConfig, CompanionFiles.OldTemplate })
        {
            templates.AddRange(In(name, companions.Find(name).Member(Key)));
        }

        if (companions.Text(CompanionFiles.Template) is { } own)
        {
            templates.Add(new(CompanionFiles.Template, own, null));
        }

        return templates;
    }

    // Several templates are a list of objects with a name and a template each.
    private static IEnumerable<ChatTemplate> In(string file, JsonElement? value)
    {
        if (value.Text() is { } single)
        {
            yield return new(file, single, null);
        }

        foreach (JsonElement item in value.Items())
        {
            if (item.Member("template").Text() is { } text)
            {
                yield return new($"{file}: {item.Member("name").Text()}", text, null);
            }
        }
    }
}
