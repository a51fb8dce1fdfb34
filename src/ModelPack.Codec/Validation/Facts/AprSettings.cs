using ModelPack.Architectures.Apr;
using ModelPack.Formats.Apr;

namespace ModelPack.Validation.Facts;

/// <summary>Hyperparameters in APR's words, with the aliases that are read for them (apr-v2.md §7.2, §7.4).</summary>
internal static class AprSettings
{
    private static readonly (SettingName Name, string Field)[] Fields =
    [
        (SettingName.Layers, "num_layers"),
        (SettingName.Hidden, "hidden_size"),
        (SettingName.FeedForward, "intermediate_size"),
        (SettingName.Heads, "num_heads"),
        (SettingName.KeyValueHeads, "num_kv_heads"),
        (SettingName.KeyLength, "head_dim"),
        (SettingName.ValueLength, "head_dim"),
        (SettingName.Vocabulary, "vocab_size"),
        (SettingName.Experts, "num_experts"),
        (SettingName.ExpertFeedForward, "moe_intermediate_size"),
    ];

    public static ModelSettings Read(AprFile file)
    {
        JsonElementOf sharding = new(file.FindMetadata("sharding"));
        ModelSettings settings = new() { Architecture = file.Architecture, IsWholeModel = !(sharding.Integer("shard_count") > 1) };
        foreach ((SettingName name, string field) in Fields)
        {
            foreach (string key in AprFields.Find(field)!.Aliases.Prepend(field))
            {
                if (file.FindMetadata(key) is { } value && Number(value) is { } number)
                {
                    settings.Add(name, new(key, [number], MetadataPlace.Of(file, value)));
                }
            }
        }

        AddHeadLength(settings, file);
        return settings;
    }

    // apr-v2.md §11.4: the importer from GGUF drops head_dim, so that the hidden size over the heads gives another width than the matrices
    // have.
    private static void AddHeadLength(ModelSettings settings, AprFile file)
    {
        if (settings[SettingName.KeyLength] is null && settings[SettingName.Heads]?.At(null) is { } heads
            && settings[SettingName.Hidden]?.At(null) is { } hidden
            && ModelTensors.Of(file.Tensors.Select(tensor => (tensor.Name, tensor.Shape)))
            .HeadDimension(heads, settings[SettingName.KeyValueHeads]?.At(null) ?? heads, hidden) is { } dimension)
        {
            Setting implied = new("rows of q / num_heads", [dimension], null);
            settings.Add(SettingName.KeyLength, implied);
            settings.Add(SettingName.ValueLength, implied);
        }
    }

    public static long? Number(AprJsonValue value) => JsonFacts.Parse(value.RawBytes).Integer() is >= 0 and { } number ? number : null;

    /// <summary>The members of an object value.</summary>
    internal readonly record struct JsonElementOf(AprJsonValue? Value)
    {
        public long? Integer(string name) => Value is null ? null : JsonFacts.Parse(Value.RawBytes).Member(name).Integer();
    }
}
