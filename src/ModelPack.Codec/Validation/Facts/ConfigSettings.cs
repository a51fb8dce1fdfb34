using System.Text.Json;
using ModelPack.Architectures.Names;

namespace ModelPack.Validation.Facts;

/// <summary>Hyperparameters in the words of config.json (hf-companions.md §1.1).</summary>
internal static class ConfigSettings
{
    private static readonly (SettingName Name, string Field)[] Fields =
    [
        (SettingName.Layers, "num_hidden_layers"),
        (SettingName.Hidden, "hidden_size"),
        (SettingName.FeedForward, "intermediate_size"),
        (SettingName.Heads, "num_attention_heads"),
        (SettingName.KeyValueHeads, "num_key_value_heads"),
        (SettingName.KeyLength, "head_dim"),
        (SettingName.ValueLength, "head_dim"),
        (SettingName.Vocabulary, "vocab_size"),
        (SettingName.Experts, "num_local_experts"),
        (SettingName.Experts, "num_experts"),
        (SettingName.ExpertFeedForward, "moe_intermediate_size"),
        (SettingName.SharedFeedForward, "shared_expert_intermediate_size"),
    ];

    public static ModelSettings Read(CompanionFiles companions)
    {
        // A model with vision keeps the language part's numbers one level down (gemma3).
        JsonElement? config = companions.Find(CompanionFiles.Config);
        JsonElement? model = LanguageModels.Objects.Select(field => config.Member(field))
            .FirstOrDefault(part => part is { ValueKind: JsonValueKind.Object }) ?? config;
        ModelSettings settings = new() { Architecture = model.Member("model_type").Text() ?? config.Member("model_type").Text() };
        foreach ((SettingName name, string field) in Fields)
        {
            if (model.Member(field).Integer() is >= 0 and { } number)
            {
                settings.Add(name, new($"{CompanionFiles.Config}: {field}", [number], null));
            }
        }

        return settings;
    }
}
