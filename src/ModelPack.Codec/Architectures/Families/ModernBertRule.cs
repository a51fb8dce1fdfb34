using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>What ModernBERT says beside its sizes: two bases of rotation, every so many-th layer without a window, and the activation by
/// its word (formats/architectures, modern-bert).</summary>
internal static class ModernBertRule
{
    private const string Global = "global_rope_theta";
    private const string Local = "local_rope_theta";
    private const string Every = "global_attn_every_n_layers";
    private const string EveryKey = "attention.sliding_window_pattern";
    private const string Activation = "hidden_activation";
    private const string VocabularyKey = "vocab_size";
    private const float GlobalAbsent = 160_000;
    private const float LocalAbsent = 10_000;
    private const long EveryAbsent = 3;

    private static readonly string[] Activations = ["gelu", "silu"];

    public static ConfigPart Part { get; } = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        RopeSettings rope = RopeSettings.Read(draft);
        if (rope.Type is not null)
        {
            draft.Obstruct("rope_parameters scale the rotation");
        }

        draft.Float("rope.freq_base", Agreed(draft, Global, rope.Base) ?? GlobalAbsent);
        draft.Float("rope.freq_base_swa", Agreed(draft, Local, rope.LocalBase) ?? LocalAbsent);
        Windows(draft);
        draft.Allow(Activation, Activations);
        draft.Text(Activation, draft.Config.Text(Activation) ?? Activations[0]);
        draft.Count(VocabularyKey, draft.Require(VocabularyKey));
        BertConfigs.Labels(draft);
    }

    private static float? Agreed(ConfigReader draft, string field, float? modern)
    {
        float? old = draft.Config.Float(field);
        return old is null || modern is null || old == modern
            ? modern ?? old
            : throw draft.Config.Contradiction($"{draft.Config.Path(field)} is {old}, but rope_parameters says {modern}");
    }

    private static void Windows(ConfigReader draft)
    {
        long layers = draft.Numbers.GetValueOrDefault("num_hidden_layers");
        long? stated = draft.Config.Count(Every);
        if (stated == 0)
        {
            throw draft.Config.WrongValue(Every, "is 0");
        }

        if (!draft.Config.Has("layer_types"))
        {
            draft.Count(EveryKey, stated ?? EveryAbsent);
            return;
        }

        // The usual one has no key in this form, and runtimes take it.
        bool[] sliding = SlidingLayers.Read(draft, layers, EveryAbsent);
        long first = Array.FindIndex(sliding, 1 < sliding.Length ? 1 : 0, isSliding => !isSliding);
        long[] candidates = [stated ?? EveryAbsent, first > 0 ? first : layers];
        long every = Array.Find(candidates, number => number > 0 && Fits(sliding, number));
        if (every == 0 && draft.Obstacles.Count == 0)
        {
            draft.Obstruct("layer_types has no window in other layers than each so many-th, the first one among them");
        }

        draft.Count(EveryKey, every is 0 or EveryAbsent && stated is null ? null : every);
    }

    private static bool Fits(bool[] sliding, long every) =>
        sliding.Select((isSliding, layer) => isSliding == (layer % every != 0)).All(fits => fits);

    private static void Write(ConfigWriter config)
    {
        config.Fields.Set(Global, config.OptionalFloat("rope.freq_base") ?? new FiniteNumber(GlobalAbsent));
        config.Fields.Set(Local, config.OptionalFloat("rope.freq_base_swa") ?? new FiniteNumber(LocalAbsent));
        long every = config.OptionalCount(EveryKey) ?? EveryAbsent;
        if (every == 0)
        {
            config.Refuse($"{config.Key(EveryKey)} is 0");
        }

        config.Fields.Set(Every, every);
        string activation = config.OptionalText(Activation) ?? Activations[0];
        if (!Activations.Contains(activation))
        {
            config.Refuse($"{config.Key(Activation)} is none of {string.Join(", ", Activations)}");
        }

        config.Fields.Set(Activation, activation);
    }
}
