using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>YaRN of Ministral 3, with a temperature that grows with the position (formats/architectures/mistral3).</summary>
internal static class Ministral3Rotation
{
    private const string TypeKey = "rope.scaling.type";
    private const string RotaryKey = "rope.dimension_count";
    private const string AllField = "mscale_all_dim";
    private const string AllKey = "rope.scaling.yarn_log_multiplier";
    private const string BetaField = "llama_4_scaling_beta";
    private const string BetaKey = "attention.temperature_scale";
    private const string Original = "original_max_position_embeddings";

    private static readonly (string Field, string Key)[] Floats =
    [
        ("factor", "rope.scaling.factor"), ("beta_fast", "rope.scaling.yarn_beta_fast"), ("beta_slow", "rope.scaling.yarn_beta_slow"),
    ];

    public static readonly ConfigPart Rule = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        RopeSettings rope = RopeSettings.Read(draft);
        RopeKeys.RequireWholeHead(draft, rope);
        if (rope is not { Type: "yarn", Scaling: { } scaling, Base: not null })
        {
            draft.Obstruct("rope_parameters state no scaling of type 'yarn' with its base");
            return;
        }

        // The runtime takes mscale for 1, and attention_factor for what follows from these two.
        float? all = scaling.Float(AllField);
        float? beta = scaling.Float(BetaField);
        if (scaling.Float("mscale") is not 1 || all is not > 0 || beta is null || scaling.Has("attention_factor")
            || !scaling.Has(Original))
        {
            draft.Obstruct(
                $"rope_parameters do not state mscale 1, {AllField}, {BetaField} and {Original}, and no attention_factor");
            return;
        }

        RopeKeys.Write(draft, rope, hasLogMultiplier: true);
        draft.Count(RotaryKey, draft.Numbers.GetValueOrDefault("head_dim"));
        draft.Float(AllKey, all);
        draft.Float(BetaKey, beta);
    }

    private static void Write(ConfigWriter config)
    {
        if (config.OptionalText(TypeKey) is not "yarn")
        {
            config.Refuse($"{config.Key(TypeKey)} is not 'yarn', which the class needs");
            return;
        }

        JsonFields fields = new();
        fields.Set("rope_type", "yarn");
        fields.Set("mscale", new FiniteNumber(1f));
        foreach ((string field, string key) in Floats.Append((AllField, AllKey)).Append((BetaField, BetaKey)).Append(("rope_theta",
            "rope.freq_base")))
        {
            if (config.OptionalFloat(key) is { } number)
            {
                fields.Set(field, number);
            }
            else
            {
                config.Refuse($"{config.Key(key)} is missing");
            }
        }

        if (config.RequireCount("rope.scaling.original_context_length", field: null) is { } original)
        {
            fields.Set(Original, original);
        }

        if (config.Numbers.TryGetValue("head_dim", out long head) && (config.OptionalCount(RotaryKey) ?? head) is var width
            && width != head)
        {
            config.Refuse(
                string.Create(CultureInfo.InvariantCulture, $"{config.Key(RotaryKey)} is {width}, but a head has {head}"));
        }

        config.Fields.Set("rope_parameters", fields);
    }
}
