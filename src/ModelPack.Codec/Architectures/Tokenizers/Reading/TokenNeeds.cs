using System.Text.Json;
using ModelPack.Architectures.Families;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Which tokens a folder uses: those with a role, those of the post-processor, and those that a chat template writes.</summary>
internal sealed class TokenNeeds
{
    private readonly HashSet<string> texts = new(StringComparer.Ordinal);
    private readonly HashSet<int> ids = [];
    private readonly List<string> templates = [];

    private TokenNeeds()
    {
    }

    public static TokenNeeds Read(TokenizerFolder folder)
    {
        TokenNeeds needs = new();
        foreach (JsonField owner in new[] { folder.Config, folder.SpecialMap }.OfType<JsonField>())
        {
            needs.texts.UnionWith(SpecialIds.RoleNames.Select(role => SpecialIds.TextOf(owner, $"{role}_token")).OfType<string>());
        }

        foreach (JsonField field in folder.ModelConfigs
            .SelectMany(config => SpecialIds.RoleNames.Select(role => config.Find($"{role}_token_id"))).OfType<JsonField>())
        {
            needs.ids.UnionWith((field.Value.ValueKind == JsonValueKind.Array ? field.Items() : [field])
                .Select(item => item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetInt32(out int id) ? id : -1));
        }

        foreach (JsonField step in folder.Parse(CompanionNames.Tokenizer)?.Steps("post_processor", "processors") ?? [])
        {
            needs.templates.Add(step.Value.GetRawText());
            needs.texts.UnionWith(step.Find("special_tokens")?.Fields().Select(item => item.Name) ?? []);
        }

        needs.templates.AddRange(
            TemplateEntries.Read(folder, withNotes: false).Select(entry => ((GgufValue)entry.Value).Text).OfType<string>());
        return needs;
    }

    public bool Has(int id, string text) =>
        ids.Contains(id) || texts.Contains(text) || templates.Exists(template => template.Contains(text, StringComparison.Ordinal));
}
