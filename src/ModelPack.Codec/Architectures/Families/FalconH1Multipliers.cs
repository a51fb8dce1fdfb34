using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>Falcon-H1 multiplies activations by numbers that no key holds: a GGUF has them in its tensors (formats/architectures,
/// falcon-h1).</summary>
internal static class FalconH1Multipliers
{
    private const string Gated = "mamba_rms_norm";
    private const string NormFirst = "mamba_norm_before_gate";
    private const string GatedNorm = "blk.0.ssm_norm.weight";

    private static readonly string[] Single =
    [
        "attention_in_multiplier", "attention_out_multiplier", "embedding_multiplier", "key_multiplier", "lm_head_multiplier",
        "ssm_in_multiplier", "ssm_out_multiplier",
    ];

    private static readonly (string Field, int Count)[] Lists = [("mlp_multipliers", 2), ("ssm_multipliers", 5)];

    public static void Read(ConfigReader draft)
    {
        foreach (string field in Single)
        {
            if (draft.Config.Float(field) is { } factor and not 1)
            {
                draft.Obstruct($"{field} is {factor:R}");
            }
        }

        foreach ((string field, int count) in Lists)
        {
            float[] factors = draft.Config.Floats(field) ?? [];
            if (factors.Length != 0 && factors.Length != count)
            {
                throw draft.Config.WrongValue(field, $"has {factors.Length} items instead of {count}");
            }

            if (Array.Exists(factors, factor => factor != 1))
            {
                draft.Obstruct($"{field} are not all 1");
            }
        }

        if (draft.Config.Has("attn_layer_indices"))
        {
            draft.Obstruct("attn_layer_indices leaves attention out of some layers");
        }

        bool gated = draft.Config.Bool(Gated) ?? true;
        if (gated != draft.Folder.Tensors.Any(tensor => tensor.Name.EndsWith(".mamba.norm.weight", StringComparison.Ordinal)))
        {
            draft.Obstruct($"{Gated} is {(gated ? "true, but there is no such norm" : "false, but there is such a norm")}");
        }

        if (gated && (draft.Config.Bool(NormFirst) ?? true))
        {
            draft.Obstruct($"{NormFirst} is true; the runtime norms behind the gate");
        }
    }

    public static void Write(ConfigWriter config)
    {
        foreach (string field in Single)
        {
            config.Fields.Set(field, new FiniteNumber(1f));
        }

        foreach ((string field, int count) in Lists)
        {
            config.Fields.Set(field, [.. Enumerable.Repeat(new FiniteNumber(1f), count)]);
        }

        config.Fields.Set(Gated, config.Derivation.HasTensor(GatedNorm));
        config.Fields.Set(NormFirst, false);
    }
}
