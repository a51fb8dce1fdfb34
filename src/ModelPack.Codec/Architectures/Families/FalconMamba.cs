using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>Falcon Mamba norms the steps, B and C with an epsilon of its own, for which there is no key.</summary>
internal static class FalconMamba
{
    public const string Key = "ssm.dt_b_c_rms";

    private const string Field = "mixer_rms_eps";
    private const string EpsilonKey = "attention.layer_norm_rms_epsilon";
    private const float Absent = 1e-6f;

    public static void Read(ConfigReader draft)
    {
        draft.Flag(Key, true);
        float epsilon = draft.Config.Float(Field) ?? Absent;
        if ((draft.Config.Float("layer_norm_epsilon") ?? 1e-5f) != epsilon)
        {
            draft.Note($"{Field} {epsilon:R} has no key: the runtime takes layer_norm_epsilon", NoteRank.ChangesResults);
        }
    }

    public static void Write(ConfigWriter config)
    {
        if (config.OptionalFloat(EpsilonKey) is { } epsilon)
        {
            config.Fields.Set(Field, epsilon);
        }
    }

    public static bool Is(Derivation derivation, string architecture) => derivation.Keys.Bool($"{architecture}.{Key}") is { Value: true };
}
